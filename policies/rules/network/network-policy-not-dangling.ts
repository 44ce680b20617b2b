import { defineRule, violation } from "../../core/rule.ts";
import { labelsOfNamesake, selectsAny } from "../../core/selected-pods.ts";

export const networkPolicyNotDangling = defineRule({
  id: "network-policy-not-dangling",
  section: "security",
  title: "Every NetworkPolicy selects a pod of its namespace",
  severity: "medium",
  why: "a policy that selects nothing protects nothing, while everybody believes that it does: often a label was renamed",
  fix: "spec.podSelector: the labels of the pods that it is for, in the policy's own namespace",
  frameworks: [],
  scope: "stack",
  optOut: "dangling",
  exemptable: true,
  params: {},
  subjects: ({ group, kind }) => kind === "NetworkPolicy" && (group === "networking.k8s.io" || group === "extensions"),
  *check(policy, _params, stack) {
    const selector = policy.root.at("spec", "podSelector");
    const demands = [...selector.at("matchLabels").entries(), ...selector.at("matchExpressions").items()];
    // It is for whatever runs in the namespace, now or later.
    if (demands.length === 0) return;
    if (selectsAny(stack, policy.namespace, selector)) return;
    const meant = labelsOfNamesake(stack, policy);
    yield violation(selector, `labels of a pod in ${policy.namespace}`, {
      given: "a selector that no pod of the namespace fits",
      ...(meant !== undefined && { fix: `${selector.path}: { matchLabels: ${meant} }` }),
    });
  },
});
