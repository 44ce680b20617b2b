import { containersOf, runsForever } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";

export const readinessProbeRequired = defineRule({
  id: "readiness-probe-required",
  section: "reliability",
  title: "Containers that serve until they are stopped have a readiness probe",
  severity: "high",
  why: "without it a pod gets traffic before it can answer, and a rollout goes on although the new version never works",
  fix: "readinessProbe: { httpGet: { path: /readyz, port: <port> } }",
  frameworks: [],
  scope: "resource",
  optOut: "probes",
  exemptable: true,
  params: {},
  subjects: runsForever,
  *check(workload) {
    yield* eachKnown(containersOf(workload), function* ({ field, role }) {
      if (role !== "container") return;
      const probe = field.at("readinessProbe");
      const acts = ["httpGet", "tcpSocket", "grpc", "exec"].some((action) => !probe.at(action).absent);
      if (!acts) yield violation(probe, "a probe by httpGet, tcpSocket, grpc or exec");
    });
  },
});
