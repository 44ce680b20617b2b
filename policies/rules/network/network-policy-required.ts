import { makesPods, podOf } from "../../core/pods.ts";
import { defineRule } from "../../core/rule.ts";
import { selects } from "../../core/selector.ts";
import { anyOf } from "../../core/sound.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown } from "../../core/unknown.ts";
import { policyTypes } from "../../reach/policy.ts";
import { ciliumHolds } from "./cilium-policy.ts";

const selectorOf = (policy: StackObject) => policy.root.at("spec", "podSelector");

export const networkPolicyRequired = defineRule({
  id: "network-policy-required",
  section: "security",
  title: "Every pod is held by NetworkPolicies, for what comes in and for what goes out",
  severity: "high",
  why: "a pod that no policy selects may talk to everything: one break-in reaches every store of the cluster",
  fix: "add a NetworkPolicy to the namespace: { podSelector: {}, policyTypes: [Ingress, Egress] }, and one for each wanted path",
  frameworks: ["NSA:C-0030", "CIS-K8s-1.12:5.3.2"],
  scope: "stack",
  optOut: "networkPolicy",
  exemptable: true,
  params: {
    any: {
      type: "boolean",
      default: false,
      description: "Any policy that selects the pod is enough, for whichever direction.",
    },
  },
  subjects: makesPods,
  *check(object, { any }, stack) {
    const { labels, spec } = podOf(object);
    const candidates = stack.maySelect("networking.k8s.io", "NetworkPolicy", selectorOf, object.namespace, labels);
    const selected = (holds: (policy: StackObject) => boolean) =>
      anyOf(
        candidates,
        (policy) => policy.namespace === object.namespace && holds(policy) && selects(selectorOf(policy), labels),
      );
    const held = (direction: "Ingress" | "Egress") =>
      someKnown(
        [
          () => selected((policy) => policyTypes(policy.root.at("spec")).includes(direction)),
          () => ciliumHolds(stack, object, direction),
        ],
        (holds) => holds(),
      );
    const selectedAtAll = () => someKnown([() => selected(() => true), () => ciliumHolds(stack, object)], (is) => is());
    if (any && selectedAtAll()) return;
    const open = (["Ingress", "Egress"] as const).filter((direction) => any || !held(direction));
    if (open.length === 0) return;
    yield {
      path: spec.path,
      given: `free to have any ${open.map((direction) => direction.toLowerCase()).join(" and ")}`,
      wanted: `a NetworkPolicy of ${object.namespace} with policyTypes ${open.join(", ")} that selects its pods`,
      fix: `add { apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: deny-all, namespace: ${object.namespace} }, spec: { podSelector: {}, policyTypes: [${open.join(", ")}] } }, and one for each wanted path`,
    };
  },
});
