import { makesPods, podOf } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";

export const serviceLinkEnvForbidden = defineRule({
  id: "service-link-env-forbidden",
  section: "discovery",
  title: "Pods find services by their names, not by variables that Kubernetes adds for each of them",
  severity: "low",
  why: "each Service of the namespace adds seven variables: they overwrite a program's own, go stale, and slow its start",
  fix: "enableServiceLinks: false",
  frameworks: [],
  scope: "resource",
  optOut: "serviceLinks",
  exemptable: true,
  params: {},
  subjects: makesPods,
  *check(object) {
    const field = podOf(object).spec.at("enableServiceLinks");
    if (field.boolean() !== false) yield violation(field, "false", { fix: `${field.path}: false` });
  },
});
