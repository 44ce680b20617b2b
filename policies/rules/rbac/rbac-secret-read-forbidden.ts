import { defineRule } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";
import { grants, isNarrowed, isRole, rulesOf, spoken } from "./grants.ts";

export const READ = { groups: [""], resources: ["secrets"], verbs: ["get", "list", "watch"] };

export const rbacSecretReadForbidden = defineRule({
  id: "rbac-secret-read-forbidden",
  section: "security",
  title: "No role reads all Secrets: one that must read some names them",
  severity: "high",
  why: "who may list Secrets holds every password and token of the namespace, or of the cluster, and acts as any of its services",
  fix: "resourceNames: [<the Secrets it needs>], with verbs: [get]; or mount them as files, and grant nothing",
  frameworks: ["CIS-K8s-1.12:5.1.2", "MITRE:C-0015"],
  scope: "resource",
  optOut: "rights",
  exemptable: true,
  params: {},
  subjects: isRole,
  *check(role) {
    yield* eachKnown(rulesOf(role), function* (rule) {
      if (!grants(rule, READ) || isNarrowed(rule)) return;
      yield {
        path: rule.path,
        given: `${spoken(rule)}, whatever their names`,
        wanted: "no right to read Secrets, or resourceNames",
        fix: `${rule.at("resourceNames").path}: [<the Secrets it needs>]`,
      };
    });
  },
});
