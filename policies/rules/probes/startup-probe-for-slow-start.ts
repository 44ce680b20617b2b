import { runsForever } from "../../core/pods.ts";
import { defineRule } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";
import { acts, mainContainersOf } from "./probe.ts";

export const startupProbeForSlowStart = defineRule({
  id: "startup-probe-for-slow-start",
  section: "reliability",
  title: "A container that needs long to start has a startup probe instead of a blind wait before its liveness probe",
  severity: "low",
  why: "a fixed delay is too short on a slow node, which restarts the container for ever, and too long everywhere else, where a hung one stays",
  fix: "startupProbe: { httpGet: { path: /livez, port: <port> }, periodSeconds: 5, failureThreshold: 24 }",
  frameworks: [],
  scope: "resource",
  optOut: "probes",
  exemptable: true,
  params: {
    maxDelaySeconds: {
      type: "integer",
      minimum: 0,
      default: 30,
      description: "The longest livenessProbe.initialDelaySeconds that needs no startup probe.",
    },
  },
  subjects: runsForever,
  *check(workload, { maxDelaySeconds }) {
    yield* eachKnown(mainContainersOf(workload), function* ({ field }) {
      const delay = field.at("livenessProbe", "initialDelaySeconds");
      const seconds = delay.number() ?? 0;
      if (seconds <= maxDelaySeconds || acts(field.at("startupProbe"))) return;
      yield {
        path: delay.path,
        given: `${seconds}, without a startup probe`,
        wanted: `at most ${maxDelaySeconds} seconds, or a startup probe`,
        fix: `${field.at("startupProbe").path}: { <the question of the liveness probe>, periodSeconds: 5, failureThreshold: ${Math.ceil(seconds / 5)} }`,
      };
    });
  },
});
