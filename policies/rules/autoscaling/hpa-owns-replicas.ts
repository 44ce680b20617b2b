import { defineRule } from "../../core/rule.ts";
import { isReplicated, replicasOf } from "../../core/workload.ts";

export const hpaOwnsReplicas = defineRule({
  id: "hpa-owns-replicas",
  section: "scalability",
  title: "A workload under an autoscaler leaves the number of its replicas to it",
  severity: "medium",
  why: "every deployment sets the number back to what is written, in the middle of the load for which it was raised",
  fix: "remove spec.replicas from the workload; its autoscaler's minReplicas says how many run at least",
  frameworks: [],
  scope: "stack",
  exemptable: true,
  params: {},
  subjects: isReplicated,
  *check(workload, _params, stack) {
    const { from } = replicasOf(workload, stack);
    const field = workload.root.at("spec", "replicas");
    if (from === workload || field.absent) return;
    yield {
      path: field.path,
      given: `${field.shown()}, while ${from.label} sets it, too`,
      wanted: "nothing",
      fix: `remove ${field.path}; ${from.label} says how many run`,
      related: [from.label],
    };
  },
});
