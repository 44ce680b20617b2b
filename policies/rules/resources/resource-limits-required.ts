import { containersOf, makesPods } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";

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
  },
  subjects: makesPods,
  *check(object, { resources }) {
    yield* eachKnown(containersOf(object), function* ({ field, role }) {
      if (role === "ephemeral") return; // Kubernetes refuses limits on these.
      for (const resource of resources) {
        const limit = field.at("resources", "limits", resource);
        if (limit.absent) yield violation(limit, "a limit");
      }
    });
  },
});
