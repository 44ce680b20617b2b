import { makesPods } from "../../core/pods.ts";
import { defineRule } from "../../core/rule.ts";
import { type Demand, unmet } from "./demand.ts";

export const resourceLimitsRequired = defineRule({
  id: "resource-limits-required",
  section: "performance",
  title: "Every container has limits",
  severity: "high",
  why: "a container without a limit can take all of its node, and its neighbours are throttled or killed for it",
  fix: 'resources: { limits: { cpu: "1", memory: 512Mi } }',
  frameworks: ["NSA:C-0009"],
  scope: "resource",
  optOut: "limits",
  exemptable: true,
  params: {
    resources: {
      type: "array",
      items: { type: "string", enum: ["cpu", "memory", "ephemeral-storage"] },
      default: ["cpu", "memory"],
      description: "The resources that must be limited.",
    },
    alsoRequests: {
      type: "boolean",
      default: false,
      description: "The resources that must be limited must be requested, too.",
    },
    alsoRequestsOf: {
      type: "array",
      items: { type: "string", enum: ["cpu", "memory", "ephemeral-storage"] },
      default: [],
      description: "Resources that must be requested, whether they must be limited or not.",
    },
    _req: {
      type: "array",
      items: { type: "string", enum: ["cpu", "memory", "ephemeral-storage"] },
      default: [],
      description: "The short name of alsoRequestsOf; what either of the two lists must be requested.",
    },
    max: {
      type: "object",
      additionalProperties: { type: "string" },
      default: {},
      description: "The largest limit by resource, as a quantity. A resource that is named here must be limited.",
    },
  },
  subjects: makesPods,
  check: (object, params) => unmet(object, demandsOf(params)),
});

/** What every container has to state, by the rule's settings. */
export function demandsOf({
  resources,
  alsoRequests,
  alsoRequestsOf,
  _req,
  max,
}: {
  readonly resources: readonly string[];
  readonly alsoRequests: boolean;
  readonly alsoRequestsOf: readonly string[];
  readonly _req: readonly string[];
  readonly max: Readonly<Record<string, string>>;
}): Demand[] {
  const limited = new Set<string>([...resources, ...Object.keys(max)]);
  const requested = new Set<string>([...(alsoRequests ? resources : []), ...alsoRequestsOf, ..._req]);
  return [
    ...Array.from(limited, (resource) => ({ kind: "limits" as const, resource, ...bound(max[resource]) })),
    ...Array.from(requested, (resource) => ({ kind: "requests" as const, resource })),
  ];
}

function bound(max: string | undefined): { max?: string } {
  return max === undefined ? {} : { max };
}
