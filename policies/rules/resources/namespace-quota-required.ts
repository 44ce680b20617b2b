import { defineRule } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";

export const namespaceQuotaRequired = defineRule({
  id: "namespace-quota-required",
  section: "performance",
  title: "Every namespace has a ResourceQuota",
  severity: "medium",
  why: "one team's runaway job or typing error takes the capacity of all others, and the bill has no ceiling",
  fix: 'add a ResourceQuota to the namespace: { hard: { requests.cpu: "8", requests.memory: 16Gi, limits.memory: 16Gi, pods: "50" } }',
  frameworks: [],
  scope: "stack",
  optOut: "quota",
  exemptable: true,
  params: {},
  subjects: (object) => object.group === "" && object.kind === "Namespace",
  *check(namespace, _params, stack) {
    const quotas = stack.inNamespace("", "ResourceQuota", namespace.name);
    const bounded = anyOf(
      quotas,
      (quota) => quota.namespace === namespace.name && quota.root.at("spec", "hard").entries().length > 0,
    );
    if (bounded) return;
    yield {
      path: "",
      given: quotas.length > 0 ? "under a ResourceQuota that limits nothing" : "without a ResourceQuota",
      wanted: "a ResourceQuota with hard limits",
    };
  },
});
