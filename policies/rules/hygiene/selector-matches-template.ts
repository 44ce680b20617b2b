import { Field } from "../../core/field.ts";
import { labelText } from "../../core/label-text.ts";
import { makesPods, podOf } from "../../core/pods.ts";
import { defineRule } from "../../core/rule.ts";
import { selects } from "../../core/selector.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** What finds its own pods by a selector. Of jobs Kubernetes makes it, unless they bring one. */
const SELECTING: ReadonlySet<string | undefined> = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "Rollout",
  "Release",
  "DeploymentConfig",
  "ReplicationController",
  "Job",
  "CronJob",
]);
/** Their selector is labels alone. */
const PLAIN: ReadonlySet<string | undefined> = new Set(["DeploymentConfig", "ReplicationController"]);

export const selectorMatchesTemplate = defineRule({
  id: "selector-matches-template",
  section: "maintainability",
  title: "A workload's selector selects the pods of its own template",
  severity: "high",
  why: "the API server refuses it, or the workload never finds its pods and makes new ones without end",
  fix: "spec.selector.matchLabels: <labels of spec.template>",
  frameworks: [],
  scope: "resource",
  exemptable: true,
  params: {},
  subjects: (object) => makesPods(object) && SELECTING.has(object.kind),
  *check(workload) {
    const { labels } = podOf(workload);
    const stated = statedBy(workload);
    const isPlain = PLAIN.has(workload.kind);
    const selector = isPlain ? asSelector(stated) : stated;
    if (isEmpty(selector) ? mayBeEmpty(workload) : selects(selector, labels)) return;
    const wanted = labelText(labels) ?? `<${labels.path}>`;
    yield {
      path: stated.path,
      given: isEmpty(selector) ? stated.shown() : "a selector that misses its own pods",
      wanted: `one that selects ${labels.path}`,
      fix: `${stated.path}: ${isPlain ? wanted : `{ matchLabels: ${wanted} }`}`,
    };
  },
});

function statedBy({ kind, root }: StackObject): Field {
  return kind === "CronJob" ? root.at("spec", "jobTemplate", "spec", "selector") : root.at("spec", "selector");
}

function asSelector(labels: Field): Field {
  return new Field(labels.absent ? undefined : { matchLabels: labels.value });
}

function isEmpty(selector: Field): boolean {
  return selector.at("matchLabels").entries().length + selector.at("matchExpressions").items().length === 0;
}

/** Whether somebody fills in an empty selector: for jobs, plain ones, references, and before apps/v1. */
function mayBeEmpty({ kind = "", group, version = "", root }: StackObject): boolean {
  if (PLAIN.has(kind) || kind === "Job" || kind === "CronJob") return true;
  if (kind === "Rollout" && !root.at("spec", "workloadRef").absent) return true;
  return (group === "apps" || group === "extensions") && version.includes("beta");
}
