import { at, conditionOf, textAt } from "../object.ts";
import { eventProblems, isPodReady, podProblem, podProblems, podsAndEvents, selectedPods } from "./pods.ts";
import { conditionProblem, failed, READY, type Rule, waiting } from "./readiness.ts";

/** Ready when it is Ready or has done its work. A pod that failed and is not started again never will be. */
export const pod: Rule = {
  judge(object) {
    if (isPodReady(object)) return READY;
    const problem = podProblem(object);
    const problems = problem === undefined ? [] : [problem];
    const phase = textAt(object, "status", "phase") ?? "Pending";
    if (phase === "Failed" && at(object, "spec", "restartPolicy") === "Never")
      return failed("the pod ended in failure", problems);
    return waiting(`the pod is ${phase} and has to be Ready`, problems);
  },
};

/** Ready when it is complete; a job that failed is not tried again. A suspended job has nothing to do. */
export const job: Rule = {
  related: podsAndEvents,
  judge(object, seen) {
    if (conditionOf(object, "Complete")?.status === "True" || at(object, "spec", "suspend") === true) return READY;
    const problems = [...eventProblems(seen("events")), ...podProblems(selectedPods(object, seen("pods")))];
    const failure = conditionProblem(object, "Failed", "True");
    if (failure.length > 0) return failed("the job failed", [...failure, ...problems]);
    return waiting("the job has to complete", problems);
  },
};
