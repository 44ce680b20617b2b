import type { Field } from "../../core/field.ts";
import { makesPods } from "../../core/pods.ts";
import { defineRule } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";

/** How the strategy that replaces pods step by step is called, by kind. It is the default of both. */
const ROLLING: Readonly<Record<string, string>> = { Deployment: "RollingUpdate", DeploymentConfig: "Rolling" };

export const rollingUpdateRequired = defineRule({
  id: "rolling-update-required",
  section: "resilience",
  title: "A Deployment replaces its pods step by step",
  severity: "medium",
  why: "Recreate stops every pod before the first new one starts: each release is an outage, and a broken one a long one",
  fix: "spec.strategy: { type: RollingUpdate, rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }",
  frameworks: [],
  scope: "resource",
  optOut: "rollingUpdate",
  exemptable: true,
  params: {
    explicit: {
      type: "boolean",
      default: false,
      description:
        "Judge only the strategy that is named. Otherwise a rolling update that may take all pods at once is a Recreate, too.",
    },
  },
  subjects: (object) => makesPods(object) && object.kind !== undefined && Object.hasOwn(ROLLING, object.kind),
  *check(workload, { explicit }) {
    const strategy = workload.root.at("spec", "strategy");
    const rolling = ROLLING[workload.kind ?? ""] ?? "RollingUpdate";
    const type = strategy.at("type");
    const params = strategy.at(rolling === "Rolling" ? "rollingParams" : "rollingUpdate");
    const most = params.at("maxUnavailable");
    yield* eachKnown(
      [
        function* () {
          if ((type.text() ?? rolling) === rolling) return;
          yield { path: type.path, given: type.shown(), wanted: rolling, fix: `${type.path}: ${rolling}` };
        },
        function* () {
          if (explicit || !takesAll(most, workload.root.at("spec", "replicas"))) return;
          const fix = `${params.path}: { maxUnavailable: 0, maxSurge: 1 }`;
          yield { path: most.path, given: most.shown(), wanted: "less than all replicas", fix };
        },
      ],
      (check) => check(),
    );
  },
});

/** Whether so many pods are more than all, or all of several. A single one is always all. */
function takesAll(most: Field, replicas: Field): boolean {
  if (most.absent) return false;
  if (typeof most.value === "string") return Number(/^(\d+)%$/.exec(most.value)?.[1] ?? 0) >= 100;
  const number = most.number() ?? 0;
  const all = replicas.number() ?? 1;
  return all > 1 && number >= all;
}
