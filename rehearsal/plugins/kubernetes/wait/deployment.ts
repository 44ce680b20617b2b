import { at, numberAt } from "../object.ts";
import { podProblems, selectedPods } from "./pods.ts";
import { conditionProblem, isStale, READY, type Rule, waiting } from "./readiness.ts";

/** Ready when every pod is of the newest template and available, and no older one is left. */
export const deployment: Rule = {
  related: ({ metadata: { namespace } }) => ({ pods: { apiVersion: "v1", kind: "Pod", namespace } }),
  judge(object, seen) {
    if (isStale(object)) return waiting("the deployment controller has to see the change");
    if (at(object, "spec", "paused") === true) return READY;
    const count = (field: string) => numberAt(object, "status", field) ?? 0;
    const wanted = numberAt(object, "spec", "replicas") ?? 1;
    const updated = count("updatedReplicas");
    const problems = [
      ...conditionProblem(object, "ReplicaFailure", "True"),
      ...conditionProblem(object, "Progressing", "False"),
      ...podProblems(selectedPods(object, seen("pods"))),
    ];
    if (updated < wanted) return waiting(`${updated} of ${wanted} pods are updated`, problems);
    if (count("availableReplicas") < wanted)
      return waiting(`${count("availableReplicas")} of ${wanted} pods are available`, problems);
    const old = count("replicas") - updated;
    return old > 0 ? waiting(`pods of the old version that are still there: ${old}`, problems) : READY;
  },
};
