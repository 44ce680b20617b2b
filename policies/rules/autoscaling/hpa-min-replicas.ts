import { defineRule, type Violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { isAutoscaler, missingTarget } from "./target.ts";

/** What Kubernetes takes for a minReplicas that is left out. */
const UNSET = 1;

export const hpaMinReplicas = defineRule({
  id: "hpa-min-replicas",
  section: "scalability",
  title: "A HorizontalPodAutoscaler keeps enough replicas at rest, and has room to grow",
  severity: "medium",
  why: "a minimum of one makes every quiet hour a single point of failure; a maximum as low as the minimum scales nothing",
  fix: "spec: { minReplicas: 2, maxReplicas: 6 }",
  frameworks: [],
  scope: "stack",
  optOut: "replication",
  exemptable: true,
  params: {
    min: { type: "integer", minimum: 0, default: 2, description: "The fewest replicas that minReplicas may say." },
    max: {
      type: "integer",
      minimum: 0,
      default: 0,
      description: "The most replicas that maxReplicas may say. 0: as many as one likes.",
    },
    spread: {
      type: "integer",
      minimum: 0,
      default: 1,
      description: "How far maxReplicas must lie above minReplicas.",
    },
    unsetOk: {
      type: "boolean",
      default: false,
      description: "Let a minReplicas pass that is left out; Kubernetes takes 1 for it.",
    },
    alsoTargetExists: {
      type: "boolean",
      default: false,
      description: "The workload that is scaled must be in the stack, too, as hpa-target-exists demands.",
    },
  },
  subjects: isAutoscaler,
  *check(scaler, params, stack) {
    const checks = [
      () => tooFew(scaler, params.min, params.unsetOk),
      () => tooMany(scaler, params.max),
      () => tooClose(scaler, params.spread),
      ...(params.alsoTargetExists ? [() => missingTarget(scaler, stack)] : []),
    ];
    yield* eachKnown(checks, (check) => check());
  },
});

function* tooFew(scaler: StackObject, min: number, unsetOk: boolean): Generator<Violation> {
  const field = scaler.root.at("spec", "minReplicas");
  const replicas = field.number();
  if (replicas === undefined && unsetOk) return;
  if ((replicas ?? UNSET) >= min) return;
  const given = replicas === undefined ? `not set, which means ${UNSET}` : field.shown();
  yield { path: field.path, given, wanted: `at least ${min}`, fix: `${field.path}: ${min}` };
}

function* tooMany(scaler: StackObject, max: number): Generator<Violation> {
  const field = scaler.root.at("spec", "maxReplicas");
  const replicas = field.number() ?? 0;
  if (max === 0 || replicas <= max) return;
  yield { path: field.path, given: field.shown(), wanted: `at most ${max}`, fix: `${field.path}: ${max}` };
}

function* tooClose(scaler: StackObject, spread: number): Generator<Violation> {
  const spec = scaler.root.at("spec");
  const field = spec.at("maxReplicas");
  const most = field.number();
  const least = spec.at("minReplicas").number() ?? UNSET;
  if (most !== undefined && most - least >= spread) return;
  yield {
    path: field.path,
    given: `${field.shown()}, with a minimum of ${least}`,
    wanted: `at least ${least + spread}`,
    fix: `${field.path}: ${least + Math.max(spread, least)}`,
  };
}
