import { makesPods, podOf } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";

export const saTokenAutomountForbidden = defineRule({
  id: "sa-token-automount-forbidden",
  section: "security",
  title: "A pod does not mount a token for the Kubernetes API that it never asked for",
  severity: "medium",
  why: "whoever breaks into the pod can talk to the API server with the rights of its service account",
  fix: "automountServiceAccountToken: false",
  frameworks: ["NSA:C-0034"],
  scope: "resource",
  optOut: "automountToken",
  exemptable: true,
  params: {
    sa: {
      type: "boolean",
      default: false,
      description: "Ask it of ServiceAccounts too: pods that say nothing do as their account says.",
    },
  },
  subjects: (object) => makesPods(object) || isAccount(object),
  *check(object, { sa }) {
    if (isAccount(object) && !sa) return;
    const automount = (isAccount(object) ? object.root : podOf(object).spec).at("automountServiceAccountToken");
    if (automount.boolean() !== false) yield violation(automount, "false");
  },
  /**
   * Only where nothing is said, and the pod runs under the namespace's default account: a pod with an account of its own
   * may live from the token (an operator does), and one that says true certainly does.
   */
  remediate(object) {
    if (isAccount(object)) return;
    const { spec } = podOf(object);
    const automount = spec.at("automountServiceAccountToken");
    const account = spec.at("serviceAccountName").text() ?? "default";
    if (automount.absent && account === "default") automount.set(false);
  },
});

function isAccount({ group, kind }: StackObject): boolean {
  return group === "" && kind === "ServiceAccount";
}
