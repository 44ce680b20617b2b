import { makesPods, podOf } from "../core/pods.ts";
import { defineRule, violation } from "../core/rule.ts";

export const saTokenAutomountForbidden = defineRule({
  id: "sa-token-automount-forbidden",
  section: "rbac",
  title: "A pod does not mount a token for the Kubernetes API that it never asked for",
  severity: "medium",
  why: "whoever breaks into the pod can talk to the API server with the rights of its service account",
  fix: "automountServiceAccountToken: false",
  frameworks: ["NSA:C-0034"],
  scope: "resource",
  optOut: "automountToken",
  exemptable: true,
  params: {},
  subjects: makesPods,
  *check(object) {
    const automount = podOf(object).spec.at("automountServiceAccountToken");
    if (automount.boolean() !== false) yield violation(automount, "false");
  },
  /** Only where nothing is said: a pod that says true needs its token and would break. */
  remediate(object) {
    const automount = podOf(object).spec.at("automountServiceAccountToken");
    if (automount.absent) automount.set(false);
  },
});
