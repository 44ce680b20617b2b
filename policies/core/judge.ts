import { MalformedValue } from "./field.ts";
import { optOutOf, vainOptOut } from "./opt-out.ts";
import type { Rule, Violation } from "./rule.ts";
import { Stack } from "./stack.ts";
import type { StackObject } from "./stack-object.ts";
import { UnknownValue } from "./unknown.ts";

/** What a rule says of one object. A violation outweighs what is not known yet. */
export type Judgement =
  | { readonly verdict: "pass"; readonly optOut?: string }
  | { readonly verdict: "fail"; readonly violations: readonly Violation[] }
  | { readonly verdict: "unknown"; readonly path: string; readonly secret: boolean };

const NOTHING_ELSE = new Stack([]);

/** Asks a rule about an object; undefined if the object is none of its business. A rule that throws fails the object. */
export function judge(
  rule: Rule,
  object: StackObject,
  params: Record<string, unknown>,
  stack: Stack = NOTHING_ELSE,
): Judgement | undefined {
  const violations: Violation[] = [];
  try {
    if (object.partial || !rule.subjects(object, stack)) return undefined;
    const optOut = optOutOf(rule, object);
    if (optOut !== undefined) return { verdict: "pass", optOut };
    for (const violation of rule.check(object, params as never, stack)) violations.push(violation);
  } catch (error) {
    if (error instanceof UnknownValue && violations.length === 0)
      return { verdict: "unknown", path: error.path, secret: error.secret };
    if (!(error instanceof UnknownValue)) violations.push(failed(rule, error));
  }
  if (violations.length === 0) return { verdict: "pass" };
  return { verdict: "fail", violations: withVainOptOut(violations, vainOptOut(rule, object)) };
}

/** Who wrote an opt-out that frees nothing reads why where the violation says what is wanted. */
function withVainOptOut(violations: readonly Violation[], vain: string | undefined): readonly Violation[] {
  if (vain === undefined) return violations;
  return violations.map((one) => ({ ...one, wanted: `${one.wanted} (${vain})` }));
}

function failed(rule: Rule, error: unknown): Violation {
  if (error instanceof MalformedValue) return { path: error.path, given: error.given, wanted: error.wanted };
  return {
    path: "",
    given: `an object on which the rule ${rule.id} broke: ${error instanceof Error ? error.message : String(error)}`,
    wanted: "an object that the rule can judge",
    fix: "correct the object if it is misshapen; else report the rule: until then an exemption lets the object pass",
  };
}
