import { makesPods } from "../../core/pods.ts";
import { defineRule } from "../../core/rule.ts";

/** What keeps its old revisions, and how many where nothing is said (v1.36; Argo Rollouts 1.8 likewise). */
const KEPT: Readonly<Record<string, number>> = {
  Deployment: 10,
  StatefulSet: 10,
  DaemonSet: 10,
  DeploymentConfig: 10,
  Rollout: 10,
  Release: 10,
};

export const revisionHistoryBounded = defineRule({
  id: "revision-history-bounded",
  section: "releases",
  title: "A workload keeps enough old revisions to go back to, and not more",
  severity: "low",
  why: "without an old revision there is no way back from a bad release; hundreds of them fill the cluster's store and slow its controllers",
  fix: "spec.revisionHistoryLimit: 5",
  frameworks: [],
  scope: "resource",
  optOut: "revisionHistory",
  exemptable: true,
  params: {
    min: { type: "integer", minimum: 0, default: 1, description: "The fewest old revisions that are kept." },
    max: {
      type: "integer",
      minimum: 0,
      default: 10,
      description: "The most old revisions that are kept. Kubernetes keeps 10 where nothing is said.",
    },
  },
  subjects: (object) => makesPods(object) && object.kind !== undefined && Object.hasOwn(KEPT, object.kind),
  *check(workload, { min, max }) {
    const field = workload.root.at("spec", "revisionHistoryLimit");
    const kept = field.number() ?? KEPT[workload.kind ?? ""] ?? 0;
    if (kept >= min && kept <= max) return;
    yield {
      path: field.path,
      given: field.absent ? `not set, which means ${kept}` : field.shown(),
      wanted: `from ${min} to ${max}`,
      fix: `${field.path}: ${kept < min ? min : max}`,
    };
  },
});
