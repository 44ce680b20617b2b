import { defineRule } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { isReplicated, replicasOf } from "../../core/workload.ts";

export const hpaOwnsReplicas = defineRule({
  id: "hpa-owns-replicas",
  section: "scalability",
  title: "A workload under an autoscaler leaves the number of its replicas to it",
  severity: "medium",
  why: "every deployment sets the number back to what is written, in the middle of the load for which it was raised",
  fix: 'remove spec.replicas from the workload, or have updates leave it alone: { ignoreChanges: ["spec.replicas"] }',
  frameworks: [],
  scope: "stack",
  exemptable: true,
  params: {},
  subjects: isReplicated,
  *check(workload, _params, stack) {
    const { from } = replicasOf(workload, stack);
    const field = workload.root.at("spec", "replicas");
    if (from === workload || field.absent || leftAlone(workload)) return;
    yield {
      path: field.path,
      given: `${field.shown()}, while ${from.label} sets it, too`,
      wanted: "nothing",
      fix: `remove ${field.path}, which ${from.label} decides, or make the workload with { ignoreChanges: ["${field.path}"] }`,
      related: [from.label],
    };
  },
});

/** Whether the number is only said when the workload is made: no update changes it. */
function leftAlone(workload: StackObject): boolean {
  const ignored = workload.resource.options?.ignoreChanges ?? [];
  return ignored.some((path) => path === "spec" || path === "spec.replicas");
}
