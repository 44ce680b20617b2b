import { documentAt, statementsOf, texts } from "../../core/aws.ts";
import type { Field } from "../../core/field.ts";
import { fits } from "../../core/glob.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** Providers whose tokens carry no subject of ours: their roles are narrowed by the application instead. */
const APPLICATIONS = ["cognito-identity.amazonaws.com", "accounts.google.com", "www.amazon.com", "graph.facebook.com"];

/** What EKS asks its tokens for. */
export const AUDIENCE = "sts.amazonaws.com";

const EQUALS = /^(?:ForAnyValue:)?String(?:Equals|EqualsIgnoreCase|Like)$/i;

/** A statement by which holders of a token may take a role. */
export interface WebIdentity {
  readonly field: Field;
  /** The subjects that it names; undefined when it names none, so that any will do. */
  readonly subjects: readonly string[] | undefined;
  readonly audiences: readonly string[] | undefined;
}

/** The trust of a role: undefined where the document is made elsewhere, so that nothing can be said of it. */
export function trustOf(role: StackObject): Field[] | undefined {
  const document = documentAt(role.root.at("assumeRolePolicy"));
  return document && statementsOf(document).filter((statement) => statement.at("Effect").text() === "Allow");
}

/** The statements of a role's trust that take tokens of clusters and pipelines. */
export function webIdentities(role: StackObject): WebIdentity[] | undefined {
  return trustOf(role)
    ?.filter((statement) => allows(statement, "sts:AssumeRoleWithWebIdentity"))
    .filter((statement) => providersOf(statement).some(isIssuer))
    .map((field) => ({ field, subjects: wantedBy(field, ":sub"), audiences: wantedBy(field, ":aud") }));
}

/** Whether EKS may hand a role to pods by itself (Pod Identity). */
export function trustsPods(statement: Field): boolean {
  const principal = statement.at("Principal");
  if (typeof principal.value === "string") return false;
  return (
    texts(principal.at("Service")).includes("pods.eks.amazonaws.com") &&
    ["sts:AssumeRole", "sts:TagSession"].every((action) => allows(statement, action))
  );
}

/** Whether a statement allows an action, as IAM reads it: by patterns, whatever their case. All but some are most. */
function allows(statement: Field, action: string): boolean {
  const isNamed = (names: Field) =>
    texts(names).some((pattern) => fits(pattern.toLowerCase(), action.toLowerCase(), { one: true }));
  const others = statement.at("NotAction");
  return isNamed(statement.at("Action")) || (!others.absent && !isNamed(others));
}

function providersOf(statement: Field): string[] {
  const principal = statement.at("Principal");
  return typeof principal.value === "string" ? [] : texts(principal.at("Federated"));
}

function isIssuer(provider: string): boolean {
  return !APPLICATIONS.includes(provider) && !provider.includes(":saml-provider/");
}

/** The values that conditions on a claim of the token accept. */
function wantedBy(statement: Field, claim: string): string[] | undefined {
  const tests = statement
    .at("Condition")
    .entries()
    .filter(([operator]) => EQUALS.test(operator))
    .flatMap(([, keys]) => keys.entries())
    .filter(([key]) => key.toLowerCase().endsWith(claim));
  return tests.length === 0 ? undefined : tests.flatMap(([, values]) => texts(values));
}
