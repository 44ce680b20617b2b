import { podOf, runsForever } from "../../core/pods.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";
import { graceOf } from "./grace.ts";
import { mainContainersOf } from "./probe.ts";
import { isBalanced } from "./served.ts";

export const gracefulShutdownRequired = defineRule({
  id: "graceful-shutdown-required",
  section: "reliability",
  title:
    "Containers finish what they have begun before they are stopped: by a preStop hook, or by a stated time if no Service sends them requests",
  severity: "medium",
  why: "a pod that is stopped still gets requests until every node has heard of it: without a pause they fail, in every rollout and drain",
  fix: "lifecycle: { preStop: { sleep: { seconds: 10 } } }, and terminationGracePeriodSeconds: 30 for the pod",
  frameworks: [],
  scope: "stack",
  optOut: "shutdown",
  exemptable: true,
  params: {
    minGraceSeconds: {
      type: "integer",
      minimum: 0,
      default: 10,
      description:
        "The shortest time from the first signal to the kill. Kubernetes gives 30 seconds where nothing is said.",
    },
  },
  subjects: runsForever,
  *check(workload, { minGraceSeconds }, stack) {
    yield* eachKnown([() => hooks(workload, stack), () => grace(workload, minGraceSeconds)], (check) => check());
  },
});

/** What works by itself ends on the signal alone: it says so by the time that it takes. */
function* hooks(workload: StackObject, stack: Stack): Generator<Violation> {
  const stated = !podOf(workload).spec.at("terminationGracePeriodSeconds").absent;
  if (stated && !isBalanced(workload, stack)) return;
  yield* missingHooks(workload);
}

function missingHooks(workload: StackObject): Iterable<Violation> {
  return eachKnown(mainContainersOf(workload), function* ({ field }) {
    const hook = field.at("lifecycle", "preStop");
    if (someKnown(["exec", "httpGet", "sleep", "tcpSocket"], (action) => !hook.at(action).absent)) return;
    yield {
      path: hook.path,
      given: hook.shown(),
      wanted: "a hook that waits, or that has the program drain",
      fix: `${hook.path}: { sleep: { seconds: 10 } }`,
    };
  });
}

function* grace(workload: StackObject, least: number): Generator<Violation> {
  const seconds = graceOf(workload);
  if (seconds >= least) return;
  const field = podOf(workload).spec.at("terminationGracePeriodSeconds");
  yield {
    path: field.path,
    given: field.shown(),
    wanted: `at least ${least} seconds`,
    fix: `${field.path}: ${Math.max(least, 30)}`,
  };
}
