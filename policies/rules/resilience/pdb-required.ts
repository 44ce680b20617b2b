import { podOf } from "../../core/pods.ts";
import { defineRule } from "../../core/rule.ts";
import { selects } from "../../core/selector.ts";
import { anyOf } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { isReplicated, replicasOf } from "../../core/workload.ts";

const selectorOf = (budget: StackObject) => budget.root.at("spec", "selector");

export const pdbRequired = defineRule({
  id: "pdb-required",
  section: "resilience",
  title: "Every replicated workload is selected by a PodDisruptionBudget of its namespace",
  severity: "high",
  why: "without a budget a node drain may evict every replica at once: an upgrade of the cluster becomes an outage",
  fix: "add a PodDisruptionBudget whose spec.selector matches the pod labels: { maxUnavailable: 1, selector: { matchLabels: <pod labels> } }",
  frameworks: [],
  scope: "stack",
  optOut: "disruptionBudget",
  exemptable: true,
  params: {
    onlyReplicated: {
      type: "boolean",
      default: true,
      description: "Leave out workloads that never run more than one pod: a budget would block every drain.",
    },
  },
  subjects: isReplicated,
  *check(workload, { onlyReplicated }, stack) {
    if (onlyReplicated && replicasOf(workload, stack).max <= 1) return;
    const { labels } = podOf(workload);
    const budgets = stack.maySelect("policy", "PodDisruptionBudget", selectorOf, workload.namespace, labels);
    const covered = anyOf(
      budgets,
      (budget) =>
        budget.namespace === workload.namespace &&
        !(budget.version === "v1beta1" && selectsNothing(budget)) &&
        selects(selectorOf(budget), labels),
    );
    if (covered) return;
    yield {
      path: labels.path,
      given: "selected by no PodDisruptionBudget of its namespace",
      wanted: "one PodDisruptionBudget that selects all its pods",
    };
  },
});

/** In policy/v1beta1 an empty selector selects nothing; since policy/v1 it selects everything. */
function selectsNothing(budget: StackObject): boolean {
  const selector = selectorOf(budget);
  return selector.at("matchLabels").entries().length + selector.at("matchExpressions").items().length === 0;
}
