import { MIN_REASON, optOutKey } from "../core/opt-out.ts";
import type { ParamSpecs, Params } from "../core/params.ts";
import type { Rule } from "../core/rule.ts";
import { literal } from "./cel.ts";
import { OPERATED_PODS, POD_MAKERS, type Subjects } from "./subjects.ts";

/** How the API server holds one kind of objects to a rule. */
export interface Held {
  readonly rule: Rule;
  readonly on: Subjects;
  /** What is true of an object that does as the rule wants, in CEL. Undefined: under such settings there is nothing to hold. */
  readonly expression: (params: never) => string | undefined;
}

/** States in CEL what a rule wants of some objects, for given settings of it. */
export function held<Specs extends ParamSpecs>(
  rule: Rule<Specs>,
  on: Subjects,
  expression: (params: Params<Specs>) => string | undefined,
): Held {
  return { rule: rule as unknown as Rule, on, expression };
}

/** The same of everything that makes pods, and of what operators are told of those that they make. */
export function heldOfPods<Specs extends ParamSpecs>(
  rule: Rule<Specs>,
  expression: (params: Params<Specs>) => string | undefined,
): Held[] {
  return [held(rule, POD_MAKERS, expression), held(rule, OPERATED_PODS, expression)];
}

/** What is true of an object that opts out of a rule with a reason; undefined where the rule lets nobody. */
export function optsOut({ optOut }: Rule): string | undefined {
  if (optOut === undefined) return undefined;
  return `variables.annotations[?${literal(optOutKey(optOut))}].orValue("").trim().size() >= ${MIN_REASON}`;
}
