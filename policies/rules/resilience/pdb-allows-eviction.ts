import { defineRule, type Violation } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, UnknownValue } from "../../core/unknown.ts";
import { budgetsFor, covers, evictable, isBudget, isCounted, leastOf, portionOf } from "./budget.ts";
import { countedPods } from "./counted-pods.ts";

/** So many pods are more than any number that a budget keeps; only a percentage reaches all of them. */
const ALL = 1_000_000;

export const pdbAllowsEviction = defineRule({
  id: "pdb-allows-eviction",
  section: "resilience",
  title: "A PodDisruptionBudget says how many pods may go, and always lets one go",
  severity: "high",
  why: "a budget that lets no pod go blocks every node drain: upgrades of the cluster hang until somebody deletes pods by force",
  fix: "spec: { maxUnavailable: 1 }, without minAvailable",
  frameworks: [],
  scope: "stack",
  optOut: "disruptionBudget",
  exemptable: true,
  params: {
    requirePolicy: {
      type: "boolean",
      default: true,
      description: "A budget must say minAvailable or maxUnavailable.",
    },
  },
  subjects: (object) => isBudget(object) || isCounted(object),
  check: (object, { requirePolicy }, stack) =>
    isBudget(object) ? ofBudget(object, requirePolicy) : ofWorkload(object, stack),
});

/** What a budget says of itself, whatever it counts. */
function* ofBudget(budget: StackObject, requirePolicy: boolean): Generator<Violation> {
  const spec = budget.root.at("spec");
  const [least, most] = [spec.at("minAvailable"), spec.at("maxUnavailable")];
  const fix = `${most.path}: 1`;
  yield* eachKnown(
    [
      function* () {
        if (portionOf(most, ALL) === 0)
          yield { path: most.path, given: most.shown(), wanted: "at least 1, so that a node can be drained", fix };
      },
      function* () {
        if ((portionOf(least, ALL) ?? 0) >= ALL)
          yield { path: least.path, given: least.shown(), wanted: "less than all", fix: `${fix}, and no minAvailable` };
      },
      function* () {
        if (requirePolicy && least.absent && most.absent)
          yield { path: spec.path, given: "without minAvailable and maxUnavailable", wanted: "one of them", fix };
      },
    ],
    (check) => check(),
  );
}

/** Budgets that are known to count a workload's pods, two at the most. */
function firstTwo(candidates: readonly StackObject[], workload: StackObject): StackObject[] {
  const found: StackObject[] = [];
  for (const budget of candidates) {
    if (known(() => anyOf([budget], () => covers(budget, workload)))) found.push(budget);
    if (found.length === 2) break;
  }
  return found;
}

/** What is not known yet is no second budget. */
function known(holds: () => boolean): boolean {
  try {
    return holds();
  } catch (error) {
    if (error instanceof UnknownValue) return false;
    throw error;
  }
}

/** What budgets say of the number of pods that run at the fewest. More pods only make it easier to let one go. */
function* ofWorkload(workload: StackObject, stack: Stack): Generator<Violation> {
  const own = leastOf(workload, stack);
  if (own === 0) return;
  const candidates = budgetsFor(workload, stack);
  const [first, second] = firstTwo(candidates, workload);
  if (first && second) {
    yield {
      path: "",
      given: `held by ${first.label} and ${second.label}: Kubernetes evicts no pod that two budgets count`,
      wanted: "one budget for its pods",
      fix: `leave ${second.label} out, or let its selector count other pods`,
      related: [first.label, second.label],
    };
    return;
  }
  yield* eachKnown(candidates, function* (budget) {
    if (!anyOf([budget], () => covers(budget, workload) && evictable(budget, own) === 0)) return;
    const { pods, unknown } = countedPods(budget, stack);
    if (evictable(budget, pods) > 0) return;
    if (unknown) throw unknown;
    yield {
      path: "",
      given: `held by ${budget.label}, which lets none go while ${pods === 1 ? "1 pod runs" : `${pods} pods run`}`,
      wanted: "one pod that may go at any time",
      fix: `${budget.label}: spec: { maxUnavailable: 1 }, or more replicas`,
      related: [budget.label],
    };
  });
}
