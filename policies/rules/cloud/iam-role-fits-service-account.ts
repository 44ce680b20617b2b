import { awsType, findNamed, pointer } from "../../core/aws.ts";
import { fits } from "../../core/glob.ts";
import { podOf } from "../../core/pods.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { AUDIENCE, trustOf, trustsPods, type WebIdentity, webIdentities } from "./trust.ts";

const ROLE = "aws:iam/role:Role";
const POD_IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation";
const ROLE_ARN = "eks.amazonaws.com/role-arn";

/** What runs pods, by group and kind. */
const RUNNERS = [
  ["apps", "Deployment"],
  ["apps", "StatefulSet"],
  ["apps", "DaemonSet"],
  ["apps", "ReplicaSet"],
  ["batch", "Job"],
  ["batch", "CronJob"],
  ["", "Pod"],
  ["argoproj.io", "Rollout"],
  ["delivery.plumbline.dev", "Release"],
] as const;

/** What signs in with an account's token itself, though no pod runs as it: sources of External Secrets. */
const STORES = ["ClusterSecretStore", "SecretStore"];

const nameOf = (object: StackObject) => `${object.namespace}/${object.name}`;
const accountOf = (object: StackObject) =>
  `${object.namespace}/${podOf(object).spec.at("serviceAccountName").text() ?? "default"}`;

const signsInAs = ({ root, namespace }: StackObject) => {
  const account = root.at("spec", "provider", "aws", "auth", "jwt", "serviceAccountRef");
  return `${account.at("namespace").text() ?? namespace}/${account.at("name").text()}`;
};

export const iamRoleFitsServiceAccount = defineRule({
  id: "iam-role-fits-service-account",
  section: "security",
  title: "A role in AWS and the ServiceAccount that takes it name each other, and nobody else",
  severity: "high",
  why: "a role that trusts another name gives the pods nothing but errors; one that trusts any name gives it to every pod of the cluster",
  fix: `in the role's trust policy, StringEquals on <issuer>:sub "system:serviceaccount:<namespace>:<name>" and <issuer>:aud "${AUDIENCE}"`,
  frameworks: ["SOC2:CC6.3"],
  scope: "stack",
  optOut: "roleTrust",
  exemptable: true,
  params: {
    rolesElsewhere: {
      type: "boolean",
      default: true,
      description: "Let a ServiceAccount name a role that is not in the stack: nothing can be said of its trust.",
    },
  },
  subjects: (object) => isServiceAccount(object) || awsType(object) === ROLE || awsType(object) === POD_IDENTITY,
  *check(object, { rolesElsewhere }, stack) {
    if (isServiceAccount(object)) yield* serviceAccount(object, rolesElsewhere, stack);
    else if (awsType(object) === ROLE) yield* role(object, stack);
    else yield* podIdentity(object, rolesElsewhere, stack);
  },
});

function isServiceAccount({ group, kind }: StackObject): boolean {
  return group === "" && kind === "ServiceAccount";
}

function* serviceAccount(object: StackObject, elsewhere: boolean, stack: Stack): Generator<Violation> {
  const annotation = object.root.at("metadata", "annotations", ROLE_ARN);
  const target = pointer(object, ROLE, "metadata", annotation);
  if (target === "") return;
  const found = findNamed(stack, ROLE, "name", target);
  if (!found) {
    if (!elsewhere) yield violation(annotation, "the ARN of a role of the stack");
    return;
  }
  const subject = `system:serviceaccount:${object.namespace}:${object.name}`;
  const statements = webIdentities(found);
  // A statement that names too many is the role's own fault, and is told there.
  if (
    !statements ||
    statements.some(({ subjects }) => !subjects || subjects.some((one) => fits(one, subject, { one: true })))
  )
    return;
  yield {
    path: annotation.path,
    given: `a role that trusts ${statements.flatMap(({ subjects }) => subjects ?? []).join(", ") || "no ServiceAccount"}`,
    wanted: `a role that trusts ${subject}`,
    fix: `in the trust policy of ${found.label}: StringEquals: { "<issuer>:sub": "${subject}", "<issuer>:aud": "${AUDIENCE}" }`,
    related: [found.label],
  };
}

function* role(object: StackObject, stack: Stack): Generator<Violation> {
  yield* eachKnown(webIdentities(object) ?? [], function* (statement) {
    yield* tooMany(statement);
    yield* eachKnown(statement.subjects ?? [], function* (subject) {
      const [, namespace, name] = /^system:serviceaccount:([^:*?]+):([^:*?]+)$/.exec(subject) ?? [];
      if (namespace !== undefined && name !== undefined) yield* unused(statement, namespace, name, stack);
    });
  });
}

/** A statement that more than the named accounts can use. */
function* tooMany({ field, subjects, audiences }: WebIdentity): Generator<Violation> {
  const path = field.at("Condition").path;
  const wide = subjects?.find(isWide);
  if (!subjects || wide !== undefined)
    yield {
      path,
      given: wide === undefined ? "a trust in every token of the issuer" : JSON.stringify(wide),
      wanted:
        'StringEquals on <issuer>:sub, with "system:serviceaccount:<namespace>:<name>" for each that needs it; for a pipeline its owner by name, as in "repo:<owner>/<repository>:*"',
    };
  const isClusters = subjects?.some((subject) => subject.startsWith("system:serviceaccount:"));
  if (isClusters && !audiences?.includes(AUDIENCE))
    yield { path, given: "a trust in tokens for any audience", wanted: `StringEquals on <issuer>:aud "${AUDIENCE}"` };
}

/** Whether a subject stands for accounts that it does not name, or for pipelines whose owner it does not name: `repo:*`. */
function isWide(subject: string): boolean {
  const [named = subject] = subject.split(/[*?]/);
  if (named === subject) return false;
  return named.startsWith("system:serviceaccount:") || !/^(\{[^}]+\}:|[^:/]+:[^:/]+[:/])/.test(named);
}

/** A name that nobody has is a name that anybody can take who may make a ServiceAccount. */
function* unused({ field }: WebIdentity, namespace: string, name: string, stack: Stack): Generator<Violation> {
  const missing = missingPart(namespace, name, stack);
  if (missing === undefined) return;
  yield {
    path: field.at("Condition").path,
    given: `a trust in ServiceAccount ${namespace}/${name}, ${missing}`,
    wanted: "the ServiceAccount of pods of the stack",
  };
}

/** What a ServiceAccount lacks, where the stack declares the accounts of its namespace. */
function missingPart(namespace: string, name: string, stack: Stack): string | undefined {
  const key = `${namespace}/${name}`;
  if (stack.inNamespace("", "ServiceAccount", namespace).length === 0) return undefined;
  // The Postgres operator makes an account of the cluster's name, and runs its pods by it.
  if (stack.find("postgresql.cnpg.io", "Cluster", nameOf, key)) return undefined;
  if (name !== "default" && !stack.find("", "ServiceAccount", nameOf, key)) return "which does not exist";
  const isUsed =
    RUNNERS.some(([group, kind]) => stack.find(group, kind, accountOf, key) !== undefined) ||
    STORES.some((kind) => stack.find("external-secrets.io", kind, signsInAs, key) !== undefined);
  return isUsed ? undefined : "which no pod uses";
}

function* podIdentity(object: StackObject, elsewhere: boolean, stack: Stack): Generator<Violation> {
  const { root } = object;
  const missing = missingPart(root.at("namespace").text() ?? "", root.at("serviceAccount").text() ?? "", stack);
  if (missing !== undefined)
    yield violation(root.at("serviceAccount"), `the ServiceAccount of pods of the stack; this is one ${missing}`);
  const arn = root.at("roleArn");
  const found = findNamed(stack, ROLE, "name", pointer(object, ROLE, "roleArn"));
  if (!found && !elsewhere) yield violation(arn, "the ARN of a role of the stack");
  const trust = found && trustOf(found);
  if (!found || !trust || trust.some(trustsPods)) return;
  yield {
    path: arn.path,
    given: "a role that does not trust pods.eks.amazonaws.com",
    wanted: "a role whose trust lets pods.eks.amazonaws.com do sts:AssumeRole and sts:TagSession",
    related: [found.label],
  };
}
