import type { Field } from "./field.ts";
import { everyKnown } from "./unknown.ts";

/**
 * Whether a Kubernetes label selector (matchLabels and matchExpressions, all of which must hold) selects these labels.
 * No selector at all selects nothing; an empty one (`{}`) selects everything.
 */
export function selects(selector: Field, labels: Field): boolean {
  if (selector.absent) return false;
  const labelled = selector.at("matchLabels").entries();
  const expressed = selector.at("matchExpressions").items();
  const wanted: (() => boolean)[] = [
    ...labelled.map(
      ([key, value]) =>
        () =>
          labels.at(key).text() === value.text(),
    ),
    ...expressed.map((expression) => () => holds(expression, labels)),
  ];
  return everyKnown(wanted, (want) => want());
}

function holds(expression: Field, labels: Field): boolean {
  const label = labels.at(expression.at("key").text() ?? "").text();
  const operator = expression.at("operator").text();
  const among = () =>
    expression
      .at("values")
      .items()
      .some((value) => value.text() === label);
  switch (operator) {
    case "In":
      return label !== undefined && among();
    case "NotIn":
      return label === undefined || !among();
    case "Exists":
      return label !== undefined;
    case "DoesNotExist":
      return label === undefined;
    default:
      return false;
  }
}
