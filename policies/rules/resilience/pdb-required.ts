import { podLabelText } from "../../core/label-text.ts";
import { podOf } from "../../core/pods.ts";
import { defineRule } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import { isReplicated, replicasOf } from "../../core/workload.ts";
import { budgetsFor, covers } from "./budget.ts";

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
    const covered = anyOf(budgetsFor(workload, stack), (budget) => covers(budget, workload));
    if (covered) return;
    yield {
      path: labels.path,
      given: "selected by no PodDisruptionBudget of its namespace",
      wanted: "one PodDisruptionBudget that selects all its pods",
      fix: `a PodDisruptionBudget in ${workload.namespace}: { maxUnavailable: 1, selector: { matchLabels: ${podLabelText(workload)} } }`,
    };
  },
});
