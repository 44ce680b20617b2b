import type { Field } from "../../core/field.ts";
import { defineRule } from "../../core/rule.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, everyKnown, someKnown } from "../../core/unknown.ts";
import { aggregatesAll, contains, isBinding, RBAC_API, rulesOf } from "./grants.ts";

const ALL_VERBS = ["get", "list", "watch", "create", "update", "patch", "delete"];

export const ACCOUNTS = "system:serviceaccounts";

const clusterRoleOf = (role: StackObject) => role.name;
const roleOf = (role: StackObject) => `${role.namespace}/${role.name}`;

export const rbacBroadBindingForbidden = defineRule({
  id: "rbac-broad-binding-forbidden",
  section: "security",
  title: "Nothing is bound to cluster-admin, and no rights go to everybody or to the group that no check stops",
  severity: "critical",
  why: "one such subject taken over is the whole cluster; and what everybody may do, an intruder may do at once",
  fix: "bind a role that grants only what is needed, to one service account or to a group of people",
  frameworks: ["CIS-K8s-1.12:5.1.1", "CIS-K8s-1.12:5.1.7", "NSA:C-0035", "MITRE:C-0035", "SOC2:C-0035"],
  scope: "stack",
  exemptable: true,
  params: {
    fields: {
      type: "array",
      items: { type: "string", enum: ["cluster-admin", "subjects"] },
      default: ["cluster-admin", "subjects"],
      description: "What is looked at: the role that is bound, and whom it is bound to.",
    },
    subjects: {
      type: "array",
      items: { type: "string" },
      default: [
        "system:masters",
        "system:anonymous",
        "system:unauthenticated",
        "system:authenticated",
        "system:serviceaccounts",
      ],
      description:
        "Users and groups that nothing may be bound to. With system:serviceaccounts, no ClusterRoleBinding may name the accounts of a whole namespace or a default account either.",
    },
    followRole: {
      type: "boolean",
      default: false,
      description:
        "Also refuse a role of the stack that grants all verbs on everything: it is cluster-admin by another name. rbac-wildcard-forbidden refuses such a role itself.",
    },
  },
  subjects: isBinding,
  *check(binding, { fields, subjects, followRole }, stack) {
    const looks = {
      "cluster-admin": () => role(binding, followRole, stack),
      subjects: () => people(binding, subjects),
    };
    yield* eachKnown(fields, (field) => looks[field]());
  },
});

function* role(binding: StackObject, followRole: boolean, stack: Stack) {
  const ref = binding.root.at("roleRef");
  const name = ref.at("name").text() ?? "";
  const wanted = "a role that grants what is needed, and no more";
  if (name === "cluster-admin") {
    yield { path: ref.at("name").path, given: '"cluster-admin"', wanted };
    return;
  }
  if (!followRole) return;
  const bound = boundRole(binding, name, stack);
  if (bound === undefined || !(aggregatesAll(bound) || someKnown(rulesOf(bound), grantsAll))) return;
  yield {
    path: ref.at("name").path,
    given: `${JSON.stringify(name)}, which grants all verbs on everything`,
    wanted,
    related: [bound.label],
  };
}

/** The role of the stack that is bound. A ClusterRoleBinding cannot bind a Role. */
function boundRole(binding: StackObject, name: string, stack: Stack): StackObject | undefined {
  const kind = binding.root.at("roleRef", "kind").text();
  if (kind === "ClusterRole") return stack.find(RBAC_API, kind, clusterRoleOf, name);
  if (kind !== "Role" || binding.kind !== "RoleBinding") return undefined;
  return stack.find(RBAC_API, kind, roleOf, `${binding.namespace}/${name}`);
}

function grantsAll(rule: ReturnType<typeof rulesOf>[number]): boolean {
  const has = (key: string, wanted: string) => contains(rule.at(key), (text) => text === wanted);
  const parts = [
    () => has("apiGroups", "*"),
    () => has("resources", "*"),
    () =>
      someKnown([() => has("verbs", "*"), () => everyKnown(ALL_VERBS, (verb) => has("verbs", verb))], (holds) =>
        holds(),
      ),
  ];
  return everyKnown(parts, (part) => part());
}

function people(binding: StackObject, forbidden: readonly string[]) {
  return eachKnown(binding.root.at("subjects").items(), function* (subject) {
    const name = subject.at("name");
    const text = name.text() ?? "";
    const isEverybody =
      forbidden.includes(text) ||
      (binding.kind === "ClusterRoleBinding" && forbidden.includes(ACCOUNTS) && isSharedByPods(subject));
    if (!isEverybody) return;
    yield {
      path: name.path,
      given: name.shown(),
      wanted: "one service account, or a group of people",
      fix: `leave ${subject.path} out, or name whom it is for`,
    };
  });
}

/** The accounts of a whole namespace, or the one that its pods have if they name none. */
function isSharedByPods(subject: Field): boolean {
  const name = subject.at("name").text() ?? "";
  return subject.at("kind").text() === "ServiceAccount" ? name === "default" : name.startsWith(`${ACCOUNTS}:`);
}
