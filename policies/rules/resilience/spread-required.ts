import type { Field } from "../../core/field.ts";
import { podLabelText } from "../../core/label-text.ts";
import { makesPods, podOf } from "../../core/pods.ts";
import { defineRule } from "../../core/rule.ts";
import { selects } from "../../core/selector.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown } from "../../core/unknown.ts";
import { isReplicated } from "../../core/workload.ts";

export const spreadRequired = defineRule({
  id: "spread-required",
  section: "resilience",
  title: "The replicas of a workload are kept apart, by anti-affinity or topology spread that selects its own pods",
  severity: "medium",
  why: "the scheduler may put all replicas on one node or in one zone, and losing that one loses the service",
  fix: `topologySpreadConstraints:
  - { maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: { matchLabels: <pod labels> } }`,
  frameworks: [],
  scope: "resource",
  optOut: "spread",
  exemptable: true,
  params: {
    only: {
      type: "string",
      enum: ["any", "antiaffinity", "tsc"],
      default: "any",
      description: "Which way of spreading counts: anti-affinity, topology spread constraints, or either.",
    },
    unsetCounts: {
      type: "boolean",
      default: true,
      description: "Judge workloads that leave the number of replicas to an autoscaler, too.",
    },
    anyReplicas: {
      type: "boolean",
      default: false,
      description: "Judge workloads of a single replica, too: they may get more.",
    },
    anyKind: {
      type: "boolean",
      default: false,
      description: "Judge whatever makes pods, not only what runs a number of replicas.",
    },
  },
  subjects: makesPods,
  *check(workload, { only, unsetCounts, anyReplicas, anyKind }) {
    if (!anyKind && !isReplicated(workload)) return;
    if (!anyReplicas && !mayHaveSeveral(workload, unsetCounts)) return;
    const ways = [
      ...(only === "antiaffinity" ? [] : constraintsOf(workload)),
      ...(only === "tsc" ? [] : antiAffinityOf(workload)),
    ];
    if (someKnown(ways, (spreads) => spreads())) return;
    const { spec, labels } = podOf(workload);
    yield {
      path: only === "antiaffinity" ? spec.at("affinity", "podAntiAffinity").path : spec.path,
      given: ways.length === 0 ? "free to put all replicas on one node" : "spread by selectors that miss its own pods",
      wanted: `a spread whose labelSelector matches ${labels.path}`,
      fix: fixOf(workload, only),
    };
  },
});

function fixOf(workload: StackObject, only: "any" | "antiaffinity" | "tsc"): string {
  const { spec } = podOf(workload);
  const labelSelector = `{ matchLabels: ${podLabelText(workload)} }`;
  if (only === "antiaffinity")
    return `${spec.at("affinity", "podAntiAffinity").path}: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: { topologyKey: kubernetes.io/hostname, labelSelector: ${labelSelector} } }] }`;
  return `${spec.at("topologySpreadConstraints").path}:
  - { maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: ${labelSelector} }`;
}

function mayHaveSeveral(workload: StackObject, unsetCounts: boolean): boolean {
  const replicas = workload.root.at("spec", "replicas").number();
  return replicas === undefined ? unsetCounts : replicas > 1;
}

type Way = () => boolean;

function constraintsOf(workload: StackObject): Way[] {
  const { spec, labels } = podOf(workload);
  return spec
    .at("topologySpreadConstraints")
    .items()
    .map(
      (constraint) => () =>
        (constraint.at("maxSkew").number() ?? 0) >= 1 &&
        Boolean(constraint.at("topologyKey").text()) &&
        ["DoNotSchedule", "ScheduleAnyway"].includes(constraint.at("whenUnsatisfiable").text() ?? "") &&
        selects(constraint.at("labelSelector"), labels),
    );
}

function antiAffinityOf(workload: StackObject): Way[] {
  const { spec, labels } = podOf(workload);
  const anti = spec.at("affinity", "podAntiAffinity");
  const required = anti.at("requiredDuringSchedulingIgnoredDuringExecution").items();
  const preferred = anti.at("preferredDuringSchedulingIgnoredDuringExecution").items();
  return [...required, ...preferred.map((preference) => preference.at("podAffinityTerm"))].map(
    (term) => () =>
      Boolean(term.at("topologyKey").text()) && looksInto(term, workload) && selects(term.at("labelSelector"), labels),
  );
}

/** Whether an affinity term looks into the workload's own namespace. */
function looksInto(term: Field, workload: StackObject): boolean {
  const namespaces = term.at("namespaces").items();
  if (!term.at("namespaceSelector").absent) return true;
  return namespaces.length === 0 || namespaces.some((namespace) => namespace.text() === workload.namespace);
}
