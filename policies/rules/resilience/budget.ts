import { type Field, MalformedValue } from "../../core/field.ts";
import { makesPods, podOf } from "../../core/pods.ts";
import { selects } from "../../core/selector.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { isReplicated, replicasOf } from "../../core/workload.ts";

const selectorOf = (budget: StackObject) => budget.root.at("spec", "selector");

/** Also in the core group, where some manifests put it by mistake: what is meant is plain. */
export function isBudget(object: StackObject): boolean {
  return object.kind === "PodDisruptionBudget" && (object.group === "policy" || object.group === "");
}

/** Whether a budget counts what an object makes in percent and in numbers. */
export function isCounted(object: StackObject): boolean {
  return (
    isReplicated(object) || (makesPods(object) && ["ReplicaSet", "ReplicationController"].includes(object.kind ?? ""))
  );
}

/** Budgets of which it is not ruled out that they count a workload's pods. */
export function budgetsFor(workload: StackObject, stack: Stack): StackObject[] {
  return stack.maySelect("policy", "PodDisruptionBudget", selectorOf, workload.namespace, podOf(workload).labels);
}

/** Whether a budget counts the pods that a workload makes. */
export function covers(budget: StackObject, workload: StackObject): boolean {
  return (
    budget.namespace === workload.namespace &&
    !(budget.version === "v1beta1" && isEmpty(selectorOf(budget))) &&
    selects(selectorOf(budget), podOf(workload).labels)
  );
}

/** In policy/v1beta1 an empty selector selects nothing; since policy/v1 it selects everything. */
function isEmpty(selector: Field): boolean {
  return selector.at("matchLabels").entries().length + selector.at("matchExpressions").items().length === 0;
}

/** How many pods a budget lets go while a number of them runs, as the disruption controller of Kubernetes counts. */
export function evictable(budget: StackObject, pods: number): number {
  const spec = budget.root.at("spec");
  const most = portionOf(spec.at("maxUnavailable"), pods);
  const least = portionOf(spec.at("minAvailable"), pods);
  return Math.max(0, Math.min(most ?? pods, pods - (least ?? 0)));
}

/** A number of pods, or a percentage of them, rounded up as Kubernetes does for budgets. */
export function portionOf(field: Field, pods: number): number | undefined {
  if (field.absent) return undefined;
  const value = field.value;
  const written = typeof value === "string" || typeof value === "number" ? String(value) : "";
  const [, digits, percent] = /^(\d+)(%?)$/.exec(written) ?? [];
  if (digits === undefined)
    throw new MalformedValue(field.path, field.shown(), "a number of pods, or a percentage in quotes,");
  return percent ? Math.ceil((Number(digits) * pods) / 100) : Number(digits);
}

/** The fewest replicas that a workload runs while it runs at all. */
export function leastOf(workload: StackObject, stack: Stack): number {
  const { min, max } = replicasOf(workload, stack);
  return max === 0 ? 0 : Math.max(1, min);
}
