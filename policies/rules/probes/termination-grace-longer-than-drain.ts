import { podOf, runsForever } from "../../core/pods.ts";
import { defineRule } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";
import { graceOf, pauseOf } from "./grace.ts";
import { mainContainersOf } from "./probe.ts";

export const terminationGraceLongerThanDrain = defineRule({
  id: "termination-grace-longer-than-drain",
  section: "reliability",
  title: "A pod has time left after the pause of its preStop hook",
  severity: "high",
  why: "the pause counts against the grace period: when it is used up, the program is killed in the middle of its requests, without a signal",
  fix: "terminationGracePeriodSeconds: <the pause, and the longest request after it>",
  frameworks: [],
  scope: "resource",
  optOut: "shutdown",
  exemptable: true,
  params: {
    leftSeconds: {
      type: "integer",
      minimum: 1,
      default: 5,
      description: "How many seconds must be left for the program itself after the pause.",
    },
  },
  subjects: runsForever,
  *check(workload, { leftSeconds }) {
    const field = podOf(workload).spec.at("terminationGracePeriodSeconds");
    yield* eachKnown(mainContainersOf(workload), function* (container) {
      const hook = container.field.at("lifecycle", "preStop");
      const pause = pauseOf(hook);
      if (pause === 0 || pause + leftSeconds <= graceOf(workload)) return;
      const least = Math.ceil(pause) + leftSeconds;
      yield {
        path: hook.path,
        given: `a pause of ${pause} seconds, in a grace period of ${graceOf(workload)}`,
        wanted: `at least ${leftSeconds} seconds left of the grace period`,
        fix: `${field.path}: ${least}`,
      };
    });
  },
});
