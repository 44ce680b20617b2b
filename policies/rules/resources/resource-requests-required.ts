import { makesPods } from "../../core/pods.ts";
import { defineRule } from "../../core/rule.ts";
import { type Demand, unmet } from "./demand.ts";

export const resourceRequestsRequired = defineRule({
  id: "resource-requests-required",
  section: "performance",
  title: "Every container requests what it needs, so that the scheduler leaves room for it",
  severity: "high",
  why: "the scheduler counts requests only: pods without them are packed onto full nodes, and are the first to be killed there",
  fix: "resources: { requests: { cpu: 100m, memory: 256Mi } }",
  frameworks: [],
  scope: "resource",
  optOut: "requests",
  exemptable: true,
  params: {
    resources: {
      type: "array",
      items: { type: "string", enum: ["cpu", "memory", "ephemeral-storage"] },
      default: ["cpu", "memory"],
      description: "The resources that must be requested.",
    },
    max: {
      type: "object",
      additionalProperties: { type: "string" },
      default: {},
      description: "The largest request by resource, as a quantity. A resource that is named here must be requested.",
    },
  },
  subjects: makesPods,
  check: (object, params) => unmet(object, demandsOf(params)),
});

/** What every container has to state, by the rule's settings. */
export function demandsOf({
  resources,
  max,
}: {
  readonly resources: readonly string[];
  readonly max: Readonly<Record<string, string>>;
}): Demand[] {
  return Array.from(new Set<string>([...resources, ...Object.keys(max)]), (resource) => {
    const bound = max[resource];
    return { kind: "requests" as const, resource, ...(bound !== undefined && { max: bound }) };
  });
}
