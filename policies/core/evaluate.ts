import { covering, type Exemption } from "./exemption.ts";
import { type Judgement, judge } from "./judge.ts";
import { defaultsOf } from "./params.ts";
import type { Resource } from "./resource.ts";
import type { Rule, Violation } from "./rule.ts";
import { Stack } from "./stack.ts";
import type { StackObject } from "./stack-object.ts";

/** What one rule says of one object. */
export interface Finding {
  readonly rule: Rule;
  readonly object: StackObject;
  readonly verdict: "pass" | "fail" | "unknown";
  /** Filled when the verdict is `fail`. */
  readonly violations: readonly Violation[];
  /** The field that is not known yet, when the verdict is `unknown`. */
  readonly unknown?: string;
  /** Whether that field is a secret of Pulumi, which no update makes known. */
  readonly secret?: boolean;
  /** Why the object steps down from the rule; the verdict is then `pass`. */
  readonly optOut?: string;
  /** The exemption that lets the violation stand, or what is not known yet, the longest; the verdict stays what it is. */
  readonly exemption?: Exemption;
}

export interface EvaluateOptions {
  readonly rules: readonly Rule[];
  /** Settings by rule and name, over the rules' defaults. */
  readonly params?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly exemptions?: readonly Exemption[];
  /** Decides which exemptions hold. Default: now. */
  readonly today?: Date;
  /** What another stack declares, which this one is measured against. Without it, rules that compare say nothing. */
  readonly peer?: Iterable<Resource>;
}

/** Judges a whole stack: one finding for each rule and each object that is its business, in the order of the rules. */
export function evaluate(resources: Iterable<Resource>, options: EvaluateOptions): Finding[] {
  const { rules, exemptions = [], today = new Date() } = options;
  const stack = new Stack(resources, options.peer && new Stack(options.peer));
  return rules.flatMap((rule) => {
    const params = { ...defaultsOf(rule.params), ...options.params?.[rule.id] };
    return stack.objects.flatMap((object) => {
      const judgement = judge(rule, object, params, rule.scope === "stack" ? stack : undefined);
      if (!judgement) return [];
      const [exemption] = covering(exemptions, rule, object, today);
      return [findingOf(rule, object, judgement, exemption)];
    });
  });
}

function findingOf(rule: Rule, object: StackObject, judgement: Judgement, exemption: Exemption | undefined): Finding {
  const finding = { rule, object, verdict: judgement.verdict, violations: [] };
  switch (judgement.verdict) {
    case "pass":
      return judgement.optOut === undefined ? finding : { ...finding, optOut: judgement.optOut };
    case "fail":
      return { ...finding, violations: judgement.violations, ...(exemption && { exemption }) };
    case "unknown":
      return {
        ...finding,
        unknown: judgement.path,
        ...(judgement.secret && { secret: true }),
        ...(exemption && { exemption }),
      };
  }
}
