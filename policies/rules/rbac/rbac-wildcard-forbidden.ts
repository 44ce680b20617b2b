import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";
import { aggregatesAll, contains, isRole, rulesOf } from "./grants.ts";

/** Where each of the rule's fields stands in a role. */
export const KEYS = {
  verbs: ["verbs"],
  resources: ["resources", "nonResourceURLs"],
  apiGroups: ["apiGroups"],
} as const;

/** Everything, every subresource of everything, and every URL. */
export const WILDCARDS = new Set(["*", "*/*", "/*"]);

export const rbacWildcardForbidden = defineRule({
  id: "rbac-wildcard-forbidden",
  section: "security",
  title: "Roles name the verbs, resources and API groups that they grant",
  severity: "high",
  why: "a wildcard grants what nobody has thought of yet: every subresource, and every API that is installed later",
  fix: "name what is needed: { apiGroups: [apps], resources: [deployments], verbs: [get, list, watch] }",
  frameworks: ["CIS-K8s-1.12:5.1.3"],
  scope: "resource",
  optOut: "rights",
  exemptable: true,
  params: {
    fields: {
      type: "array",
      items: { type: "string", enum: ["verbs", "resources", "apiGroups"] },
      default: ["verbs", "resources", "apiGroups"],
      description: "Which parts of a role may hold no wildcard; URLs count among the resources.",
    },
  },
  subjects: isRole,
  *check(role, { fields }) {
    const all = fields.includes("resources") ? aggregatesAll(role) : undefined;
    if (all)
      yield violation(all, "a selector with matchLabels", {
        given: "a selector that takes the rules of every ClusterRole",
        fix: `${all.path}: { matchLabels: { <a label of the roles that are meant>: "true" } }`,
      });
    yield* eachKnown(rulesOf(role), (rule) =>
      eachKnown(
        fields.flatMap((field) => KEYS[field]),
        function* (key) {
          const list = rule.at(key);
          if (!contains(list, (text) => WILDCARDS.has(text))) return;
          yield violation(list, "names, none of them a wildcard", {
            given: "a list with a wildcard",
            fix: `${list.path}: [${EXAMPLES[key]}]`,
          });
        },
      ),
    );
  },
});

const EXAMPLES = {
  verbs: "get, list, watch",
  resources: "deployments",
  nonResourceURLs: "/metrics",
  apiGroups: "apps",
} as const;
