import { defineRule } from "../../core/rule.ts";
import { isReplicated, replicasOf } from "../../core/workload.ts";

export const replicasMin = defineRule({
  id: "replicas-min",
  section: "resilience",
  title: "A workload runs at least as many replicas as the environment asks for; an autoscaler's minimum counts",
  severity: "high",
  why: "with one pod, every restart, node drain and crash is an outage of the service",
  fix: "spec.replicas: <min>, or minReplicas: <min> on its autoscaler",
  frameworks: [],
  scope: "stack",
  optOut: "replication",
  exemptable: true,
  params: {
    min: { type: "integer", minimum: 1, default: 2, description: "The fewest replicas of a workload." },
  },
  subjects: isReplicated,
  *check(workload, { min }, stack) {
    const replicas = replicasOf(workload, stack);
    if (replicas.min >= min) return;
    const scaled = replicas.from !== workload;
    yield {
      path: scaled ? "" : replicas.path,
      given: scaled ? `scaled down to ${replicas.min} by ${replicas.from.label}` : String(replicas.min),
      wanted: `at least ${min}`,
      fix: scaled ? `${replicas.from.label}: ${replicas.path}: ${min}` : `${replicas.path}: ${min}`,
      related: scaled ? [replicas.from.label] : [],
    };
  },
});
