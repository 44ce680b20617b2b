import type { Field } from "../../core/field.ts";
import { runsForever } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown, everyKnown } from "../../core/unknown.ts";
import { acts, mainContainersOf } from "./probe.ts";

export const livenessProbeRequired = defineRule({
  id: "liveness-probe-required",
  section: "reliability",
  title: "Containers that run until they are stopped have a liveness probe",
  severity: "medium",
  why: "a process that hangs is not restarted by anyone: it holds its share of the load, its locks and its partitions",
  fix: "livenessProbe: { httpGet: { path: /livez, port: <port> } }",
  frameworks: [],
  scope: "resource",
  optOut: "probes",
  exemptable: true,
  params: {
    startupAndReadinessCount: {
      type: "boolean",
      default: false,
      description:
        "A startup and a readiness probe together count, too: a process that never starts is restarted, one that hangs gets no traffic.",
    },
  },
  subjects: runsForever,
  *check(workload, { startupAndReadinessCount }) {
    yield* eachKnown(mainContainersOf(workload), function* ({ field }) {
      const probe = field.at("livenessProbe");
      if (acts(probe) || (startupAndReadinessCount && startsAndServes(field))) return;
      yield violation(probe, "a probe by httpGet, tcpSocket, grpc or exec");
    });
  },
});

function startsAndServes(container: Field): boolean {
  return everyKnown(["startupProbe", "readinessProbe"], (name) => acts(container.at(name)));
}
