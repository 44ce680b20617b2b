import { runsForever } from "../../core/pods.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";
import { acts, mainContainersOf } from "./probe.ts";
import { isServed } from "./served.ts";

export const readinessProbeRequired = defineRule({
  id: "readiness-probe-required",
  section: "reliability",
  title: "Containers that serve until they are stopped have a readiness probe",
  severity: "high",
  why: "without it a pod gets traffic before it can answer, and a rollout goes on although the new version never works",
  fix: "readinessProbe: { httpGet: { path: /readyz, port: <port> } }",
  frameworks: [],
  scope: "stack",
  optOut: "probes",
  exemptable: true,
  params: {
    alsoLiveness: {
      type: "boolean",
      default: false,
      description: "A liveness probe is demanded in the same places, too, as liveness-probe-required demands.",
    },
    onlyServed: {
      type: "boolean",
      default: false,
      description: "Judge only what a Service of the stack sends requests to.",
    },
    anyContainer: {
      type: "boolean",
      default: false,
      description: "One container with the probe is enough for its pod, which is not ready before that one is.",
    },
  },
  subjects: runsForever,
  *check(workload, { alsoLiveness, onlyServed, anyContainer }, stack) {
    if (onlyServed && !isServed(workload, stack)) return;
    const probes = ["readinessProbe", ...(alsoLiveness ? ["livenessProbe"] : [])];
    yield* eachKnown(probes, (probe) => missing(workload, probe, anyContainer));
  },
});

function* missing(workload: StackObject, name: string, anyContainer: boolean): Generator<Violation> {
  const probes = mainContainersOf(workload).map(({ field }) => field.at(name));
  if (anyContainer && someKnown(probes, acts)) return;
  yield* eachKnown(probes.slice(0, anyContainer ? 1 : undefined), function* (probe) {
    if (!acts(probe)) yield violation(probe, "a probe by httpGet, tcpSocket, grpc or exec");
  });
}
