import { MIN_REASON, optOutKey } from "./opt-out.ts";
import type { Rule, Violation } from "./rule.ts";
import type { StackObject } from "./stack-object.ts";

/** What a person reads about a violation: what is wrong and where, why it matters, and the line that repairs it. */
export function violationText(rule: Rule, object: StackObject, violation: Violation): string {
  const place = violation.path === "" ? object.label : `${object.label}: ${violation.path}`;
  const related = violation.related?.length ? [`see:  ${violation.related.join(", ")}`] : [];
  return [
    `what: ${place} is ${violation.given}; wanted: ${violation.wanted}`,
    ...related,
    `why:  ${rule.why}`,
    `fix:  ${indented(violation.fix ?? rule.fix)}`,
    ...wayOut(rule, object),
  ].join("\n");
}

/** What a person reads about what cannot be judged yet. */
export function unknownText(object: StackObject, path: string): string {
  const place = path === "" ? "a part of it" : path;
  return `${object.label}: ${place} is not known before up; the rule judges it then, and stops up if it is broken`;
}

/** How to let the object be: for good by an opt-out, for a time by an exemption, where the rule has either. */
function wayOut(rule: Rule, object: StackObject): string[] {
  const by = object.kind === undefined ? "annotate the resource with the tag" : "annotate the object with";
  return [
    ...(rule.optOut === undefined
      ? []
      : [`else: ${by} ${optOutKey(rule.optOut)}: "<reason, ${MIN_REASON} characters or more>"`]),
    ...(rule.exemptable ? ["else: for a time, grant an exemption in policies/exemptions.ts"] : []),
  ];
}

function indented(text: string): string {
  return text.split("\n").join("\n      ");
}
