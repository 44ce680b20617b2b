import type { Rule } from "./rule.ts";
import type { StackObject } from "./stack-object.ts";

/** Shorter reasons say nothing; `optOut()` of the components asks for the same. */
export const MIN_REASON = 10;

/** The annotation by which an object steps down from a rule. */
export function optOutKey(what: string): string {
  return `plumbline.dev/opt-out.${what}`;
}

/** Why an object steps down from a rule, or undefined when it does not, or gives no reason worth the name. */
export function optOutOf(rule: Rule, object: StackObject): string | undefined {
  if (rule.optOut === undefined) return undefined;
  return reasonFor(rule.optOut, object);
}

/** Why an object steps down from one part of what a rule asks for, by the name of that part; undefined as for {@link optOutOf}. */
export function reasonFor(what: string, object: StackObject): string | undefined {
  const reason = object.annotation(optOutKey(what))?.trim();
  return reason !== undefined && reason.length >= MIN_REASON ? reason : undefined;
}
