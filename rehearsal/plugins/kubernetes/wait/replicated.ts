import { at, type KubeObject, numberAt, textAt } from "../object.ts";
import { eventProblems, podProblems, podsAndEvents, selectedPods } from "./pods.ts";
import { isStale, READY, type Readiness, type Rule, type Seen, waiting } from "./readiness.ts";

const count = (object: KubeObject, field: string) => numberAt(object, "status", field) ?? 0;

function problemsOf(object: KubeObject, seen: Seen): string[] {
  return [...eventProblems(seen("events")), ...podProblems(selectedPods(object, seen("pods")))];
}

/** Ready when every pod is ready, and of the newest revision as far as the update strategy takes them there. */
export const statefulSet: Rule = {
  related: podsAndEvents,
  judge(object, seen) {
    if (isStale(object)) return waiting("the statefulset controller has to see the change");
    const wanted = numberAt(object, "spec", "replicas") ?? 1;
    const problems = problemsOf(object, seen);
    const ready = count(object, "readyReplicas");
    if (ready < wanted) return waiting(`${ready} of ${wanted} pods are ready`, problems);
    if (count(object, "replicas") > wanted)
      return waiting(`${count(object, "replicas") - wanted} pods too many are still there`, problems);
    if (textAt(object, "spec", "updateStrategy", "type") === "OnDelete") return READY;
    const partition = numberAt(object, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
    const toUpdate = Math.max(wanted - partition, 0);
    const updated = count(object, "updatedReplicas");
    if (updated < toUpdate) return waiting(`${updated} of ${toUpdate} pods are updated`, problems);
    const { currentRevision, updateRevision } = (at(object, "status") ?? {}) as { [field: string]: string };
    if (partition > 0 || currentRevision === updateRevision) return READY;
    return waiting("the statefulset controller has to finish the revision", problems);
  },
};

/** Ready when every node that should have the pod has one of the newest template, and it is available. */
export const daemonSet: Rule = {
  related: podsAndEvents,
  judge(object, seen) {
    if (isStale(object)) return waiting("the daemonset controller has to see the change");
    const wanted = count(object, "desiredNumberScheduled");
    const problems = problemsOf(object, seen);
    const updated = count(object, "updatedNumberScheduled");
    if (updated < wanted) return waiting(`${updated} of ${wanted} nodes have the updated pod`, problems);
    const available = count(object, "numberAvailable");
    return available < wanted ? waiting(`${available} of ${wanted} pods are available`, problems) : READY;
  },
};

/** ReplicaSet and ReplicationController: ready when as many pods as wanted are available. */
export const replicaSet: Rule = {
  related: podsAndEvents,
  judge(object, seen): Readiness {
    if (isStale(object)) return waiting("the controller has to see the change");
    const wanted = numberAt(object, "spec", "replicas") ?? 1;
    const available = count(object, "availableReplicas");
    if (available >= wanted) return READY;
    return waiting(`${available} of ${wanted} pods are available`, problemsOf(object, seen));
  },
};
