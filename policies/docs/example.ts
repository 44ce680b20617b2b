import { dump } from "js-yaml";
import { violationText } from "../core/message.ts";
import type { Resource } from "../core/resource.ts";
import type { Rule } from "../core/rule.ts";
import { secretIn } from "../core/secret-words.ts";
import { StackObject } from "../core/stack-object.ts";
import { UNKNOWN } from "../core/unknown.ts";
import { type Fixture, fixed, resourcesOf, verdictOn } from "../testing/fixtures.ts";

/** A stack as a reader sees it. */
export interface ShownStack {
  /** YAML documents; the first is the one that is judged. */
  readonly text: string;
  /** Pulumi's own settings of the resources, where the rule looks at them. */
  readonly options?: { readonly protect: boolean };
}

/** A stack that breaks a rule, for the rule's page. */
export interface Example {
  readonly broken: ShownStack;
  /** Settings under which it was judged, if they are not the defaults. */
  readonly params: Readonly<Record<string, unknown>>;
  /** What the rule says of it. */
  readonly message: string;
  /** The same stack repaired, if its fixture shows how. */
  readonly mended?: ShownStack;
}

/** The first failing fixture that shows most: under the rule's defaults and with a repair, if there is such a one. */
export function exampleOf(rule: Rule, fixtures: readonly Fixture[]): Example | undefined {
  const failing = fixtures.filter((one) => one.verdict === "fail" && isShowable(one));
  const [fixture] = failing.toSorted((a, b) => rank(a) - rank(b));
  if (!fixture) return undefined;
  const resources = resourcesOf(fixture);
  const [violation] = verdictOn(rule, resources, fixture.params).violations;
  const [subject] = resources;
  if (!violation || !subject) return undefined;
  return {
    broken: shown(textOf(fixture.stack), fixture.options),
    params: fixture.params ?? {},
    message: violationText(rule, new StackObject(subject), violation),
    ...(fixture.fix && { mended: shown(mendedText(fixture), fixture.fix.options ?? fixture.options) }),
  };
}

function shown(text: string, options: Fixture["options"]): ShownStack {
  return options ? { text, options } : { text };
}

/** What is not known yet is no part of a manifest, another stack to compare with is not of it, and a secret is not to be shown. */
function isShowable(fixture: Fixture): boolean {
  if (fixture.stack.some((one) => "peer" in one)) return false;
  return !holdsUnknown(fixture.stack) && !holdsUnknown(fixture.fix) && secretIn(textOf(fixture.stack)) === undefined;
}

function rank({ params, fix }: Fixture): number {
  return (params ? 2 : 0) + (fix ? 0 : 1);
}

/** Each resource as its fixture would have it: a manifest, or what only Pulumi knows. */
function mendedText(fixture: Fixture): string {
  const manifest = ({ type, props }: Resource) => type.startsWith("kubernetes:") && typeof props.kind === "string";
  return textOf(fixed(fixture).map(({ options: _, ...one }) => (manifest(one) ? one.props : one)));
}

function textOf(stack: readonly unknown[]): string {
  return stack.map((one) => dump(one, { noRefs: true, lineWidth: -1 })).join("---\n");
}

function holdsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsUnknown);
}
