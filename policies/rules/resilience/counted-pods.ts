import type { Field } from "../../core/field.ts";
import { podOf } from "../../core/pods.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { UnknownValue } from "../../core/unknown.ts";
import { covers, isCounted, leastOf } from "./budget.ts";

/** The workloads of a stack by namespace and label, and those of which that is not known yet. */
interface Workloads {
  readonly byLabel: ReadonlyMap<string, readonly StackObject[]>;
  readonly unplaced: readonly StackObject[];
}

/** How many pods there are at the fewest; `unknown` is set when there may be more: a value is not known yet. */
interface Count {
  readonly pods: number;
  readonly unknown?: UnknownValue;
}

/** By budget, each of which belongs to one stack. */
const COUNTED = new WeakMap<StackObject, Count>();

/** How many pods a budget counts, over all the workloads that it selects. */
export function countedPods(budget: StackObject, stack: Stack): Count {
  const count = COUNTED.get(budget) ?? counted(budget, stack);
  COUNTED.set(budget, count);
  return count;
}

function counted(budget: StackObject, stack: Stack): Count {
  const workloads = stack.derived(workloadsOf);
  let pods = 0;
  let unknown: UnknownValue | undefined;
  for (const workload of [...(workloads.byLabel.get(keyOf(budget)) ?? []), ...workloads.unplaced])
    try {
      if (covers(budget, workload)) pods += leastOf(workload, stack);
    } catch (error) {
      if (error instanceof UnknownValue) unknown ??= error;
    }
  return { pods, ...(unknown && { unknown }) };
}

/** The namespace with one label that the budget demands, or alone if it demands none by equality. */
function keyOf(budget: StackObject): string {
  const [first] = budget.root.at("spec", "selector", "matchLabels").entries();
  return first ? `${budget.namespace} ${pair(...first)}` : budget.namespace;
}

function workloadsOf(stack: Stack): Workloads {
  const byLabel = new Map<string, StackObject[]>();
  const unplaced: StackObject[] = [];
  for (const workload of stack.objects.filter(isCounted)) {
    const keys = keysOf(workload);
    if (keys === undefined) unplaced.push(workload);
    for (const key of keys ?? []) {
      const bucket = byLabel.get(key);
      if (bucket) bucket.push(workload);
      else byLabel.set(key, [workload]);
    }
  }
  return { byLabel, unplaced };
}

/** Where a workload is found; undefined while that is not known. A misshapen one is found nowhere: it makes no pods. */
function keysOf(workload: StackObject): string[] | undefined {
  try {
    const { namespace } = workload;
    const labels = podOf(workload).labels.entries();
    return [namespace, ...labels.map(([key, value]) => `${namespace} ${pair(key, value)}`)];
  } catch (error) {
    return error instanceof UnknownValue ? undefined : [];
  }
}

function pair(key: string, value: Field): string {
  return `${key}=${value.text() ?? ""}`;
}
