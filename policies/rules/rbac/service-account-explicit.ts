import { makesPods, podOf } from "../../core/pods.ts";
import { defineRule } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";

const nameOf = (account: StackObject) => `${account.namespace}/${account.name}`;

export const serviceAccountExplicit = defineRule({
  id: "service-account-explicit",
  section: "security",
  title: "A pod runs under a service account of its own, which exists",
  severity: "medium",
  why: "rights given to the namespace's default account go to every pod in it; and with an account that is missing no pod starts",
  fix: "serviceAccountName: <the workload's name>, with a ServiceAccount of that name in its namespace",
  frameworks: ["CIS-K8s-1.12:5.1.5"],
  scope: "stack",
  optOut: "serviceAccount",
  exemptable: true,
  params: {
    check: {
      type: "string",
      enum: ["both", "named", "exists"],
      default: "both",
      description:
        "named: it is not the default account. exists: the stack declares it. both: it is not the default account, and it is declared where the stack declares accounts of the namespace at all.",
    },
  },
  subjects: makesPods,
  *check(object, { check }, stack) {
    const { spec } = podOf(object);
    // The older name of the field is still read where the newer one is empty.
    const field = spec.at("serviceAccountName").text() ? spec.at("serviceAccountName") : spec.at("serviceAccount");
    const name = field.text() || "default";
    if (name === "default") {
      if (check === "exists") return;
      yield {
        path: spec.at("serviceAccountName").path,
        given: field.absent ? "not set, so it is the namespace's default account" : field.shown(),
        wanted: "a service account of the workload's own",
        fix: `${spec.at("serviceAccountName").path}: ${object.resource.name || "<name>"}`,
      };
      return;
    }
    if (check === "named" || stack.find("", "ServiceAccount", nameOf, `${object.namespace}/${name}`)) return;
    if (check === "both" && stack.inNamespace("", "ServiceAccount", object.namespace).length === 0) return;
    yield {
      path: field.path,
      given: `${JSON.stringify(name)}, an account that the stack does not have in ${object.namespace}`,
      wanted: "a ServiceAccount of the same namespace",
      fix: `add { apiVersion: v1, kind: ServiceAccount, metadata: { name: ${name}, namespace: ${object.namespace} } }`,
    };
  },
});
