import type { Field } from "./field.ts";

/** The label that every namespace has, whoever made it: its name. */
export const NAMESPACE_NAME = "kubernetes.io/metadata.name";

/** A label selector that is known as a whole, taken out of its Fields: to be held against many labels. */
export interface PlainSelector {
  readonly labels: readonly (readonly [key: string, value: string | undefined])[];
  readonly expressions: readonly Expression[];
  /** The same for selectors that are written alike. */
  readonly written: string;
}

interface Expression {
  readonly key: string;
  readonly operator: string | undefined;
  readonly values: ReadonlySet<string | undefined>;
}

export type PlainLabels = ReadonlyMap<string, string | undefined>;

/** Undefined for no selector at all. Throws UnknownValue if any of it is not known yet, MalformedValue if it is misshapen. */
export function plainSelector(selector: Field): PlainSelector | undefined {
  if (selector.absent) return undefined;
  const labels = selector
    .at("matchLabels")
    .entries()
    .map(([key, value]) => [key, value.text()] as const);
  const expressions = selector
    .at("matchExpressions")
    .items()
    .map((expression) => ({
      key: expression.at("key").text() ?? "",
      operator: expression.at("operator").text(),
      values: new Set(
        expression
          .at("values")
          .items()
          .map((value) => value.text()),
      ),
    }));
  const written = JSON.stringify([
    labels,
    expressions.map(({ key, operator, values }) => [key, operator, [...values]]),
  ]);
  return { labels, expressions, written };
}

export function plainLabels(labels: Field): PlainLabels {
  return new Map(labels.entries().map(([key, value]) => [key, value.text()]));
}

/** Whether a selector selects labels, as `selects` says it of Fields. */
export function fits({ labels, expressions }: PlainSelector, given: PlainLabels): boolean {
  return (
    labels.every(([key, value]) => given.get(key) === value) &&
    expressions.every((expression) => holds(expression, given.get(expression.key)))
  );
}

function holds({ operator, values }: Expression, label: string | undefined): boolean {
  switch (operator) {
    case "In":
      return label !== undefined && values.has(label);
    case "NotIn":
      return label === undefined || !values.has(label);
    case "Exists":
      return label !== undefined;
    case "DoesNotExist":
      return label === undefined;
    default:
      return false;
  }
}
