import { nearest } from "./nearest.ts";
import { OPT_OUT_NAMES } from "./opt-out-names.ts";
import type { Rule } from "./rule.ts";
import { readable } from "./sound.ts";
import type { StackObject } from "./stack-object.ts";

/** Shorter reasons say nothing; `optOut()` of the components asks for the same. */
export const MIN_REASON = 10;

const PREFIX = "plumbline.dev/opt-out.";

/** The annotation by which an object steps down from a rule. */
export function optOutKey(what: string): string {
  return `${PREFIX}${what}`;
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

/**
 * What keeps an object's annotation from being the opt-out that it was meant for, in words without the reason itself:
 * one that says too little, or a key that no rule has and that is like this rule's. Undefined if there is none.
 */
export function vainOptOut(rule: Rule, object: StackObject): string | undefined {
  // What cannot be read is no reason to tell a violation otherwise than it is.
  return readable(() => {
    const reason = reasonOf(rule, object);
    if (reason !== undefined && rule.optOut !== undefined && reason.length < MIN_REASON)
      return `${optOutKey(rule.optOut)} does not count: its reason has ${reason.length} characters, allowed: ${MIN_REASON} or more`;
    const key = object.annotationKeys().find((one) => isMeantFor(rule, one));
    return key && `${key} is no opt-out; ${insteadOf(rule)}`;
  });
}

function reasonOf({ optOut }: Rule, object: StackObject): string | undefined {
  return optOut === undefined ? undefined : object.annotation(optOutKey(optOut))?.trim();
}

/** Whether a key that no rule has is likely a slip for this rule's: it is like it, or the rule's own id, or like nothing. */
function isMeantFor({ id, optOut }: Rule, key: string): boolean {
  if (!key.startsWith(PREFIX)) return false;
  const name = key.slice(PREFIX.length);
  if (OPT_OUT_NAMES.includes(name)) return false;
  if (name === id) return true;
  const near = nearest(name, OPT_OUT_NAMES);
  return optOut !== undefined && (near.length === 0 || near.includes(optOut));
}

function insteadOf({ optOut }: Rule): string {
  return optOut === undefined ? "objects cannot opt out of this rule" : `this rule's is ${optOutKey(optOut)}`;
}
