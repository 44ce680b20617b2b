import { isDeepStrictEqual } from "node:util";
import {
  type EnforcementLevel,
  type Policy,
  type ReportViolation,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  UnknownValueError,
} from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { levelOf } from "../config/settings.ts";
import { type Judgement, judge } from "../core/judge.ts";
import { unknownText, violationText } from "../core/message.ts";
import { allowedOf, defaultsOf, isAllowed } from "../core/params.ts";
import type { Rule } from "../core/rule.ts";
import { StackObject } from "../core/stack-object.ts";
import { type Declarations, declared } from "./declarations.ts";
import type { Exemptions } from "./exemptions.ts";

/** A rule as the Pulumi engine runs it. */
export function policyOf(rule: Rule, declarations: Declarations, exemptions: Exemptions): Policy {
  return rule.scope === "stack"
    ? stackPolicy(rule, declarations, exemptions)
    : resourcePolicy(rule, declarations, exemptions);
}

function resourcePolicy(rule: Rule, declarations: Declarations, exemptions: Exemptions): ResourceValidationPolicy {
  const { remediate } = rule;
  const policy: ResourceValidationPolicy = {
    ...described(rule),
    validateResource: (args, report) => {
      const object = new StackObject(declarations.resource(rule.id, args));
      const judgement = judge(rule, object, paramsOf(rule, args.getConfig()));
      throwUnknowns(tell(rule, object, judgement, exemptions, report));
    },
  };
  if (remediate) {
    policy.remediateResource = (args) => {
      const params = paramsOf(rule, args.getConfig());
      const before = declared(args);
      const object = new StackObject(before);
      const judgement = judge(rule, object, params);
      if (judgement?.verdict !== "fail" || exemptions.allow(rule, object)) return;
      // The engine's own view, not a copy of it: what is secret in it stays secret.
      remediate.call(rule, new StackObject({ ...before, props: args.props }), params as never);
      return isDeepStrictEqual(declared(args).props, before.props) ? undefined : args.props;
    };
  }
  return policy;
}

function stackPolicy(rule: Rule, declarations: Declarations, exemptions: Exemptions): StackValidationPolicy {
  return {
    ...described(rule),
    validateStack: (args, report) => {
      const stack = declarations.stack(rule.id, args.resources);
      const params = paramsOf(rule, args.getConfig());
      const unknown = stack.objects.flatMap((object) =>
        tell(rule, object, judge(rule, object, params, stack), exemptions, report),
      );
      throwUnknowns(unknown);
    },
  };
}

function described(rule: Rule): Policy {
  return {
    name: rule.id,
    description: rule.title,
    enforcementLevel: levelOf(rule) as EnforcementLevel,
    severity: rule.severity,
    tags: [rule.section, ...rule.frameworks],
    remediationSteps: rule.fix,
    configSchema: { properties: structuredClone(rule.params) as never },
  };
}

/** Reports what is wrong with an object. Returns what nobody can know yet: in an up nothing is, so there it is wrong. */
function tell(
  rule: Rule,
  object: StackObject,
  judgement: Judgement | undefined,
  exemptions: Exemptions,
  report: ReportViolation,
): string[] {
  if (judgement === undefined || judgement.verdict === "pass" || exemptions.allow(rule, object)) return [];
  const { urn } = object.resource;
  if (judgement.verdict === "fail") {
    for (const violation of judgement.violations) report(violationText(rule, object, violation), urn);
    return [];
  }
  if (pulumi.runtime.isDryRun()) return [unknownText(object, judgement.path)];
  const violation = { path: judgement.path, given: "not known, even in this up", wanted: "a value that can be judged" };
  report(violationText(rule, object, violation), urn);
  return [];
}

/** The SDK's mark of an unknown string. */
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The SDK turns this very error into a warning, whatever the policy's level: never a pass, and up is free to start. */
function throwUnknowns(texts: readonly string[]): void {
  if (texts.length === 0) return;
  throw Object.assign(new UnknownValueError(UNKNOWN_STRING, []), { message: texts.join("\n") });
}

/** The engine has checked types and limits already, but lets names pass that the rule does not have. */
function paramsOf(rule: Rule, config: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(config)) {
    const spec = rule.params[name];
    if (spec && isAllowed(spec, value)) continue;
    const allowed = spec ? allowedOf(spec) : `the settings ${Object.keys(rule.params).join(", ") || "(none)"}`;
    throw new TypeError(`policy config: ${rule.id}.${name}: ${JSON.stringify(value)} was given; allowed: ${allowed}`);
  }
  return { ...defaultsOf(rule.params), ...config };
}
