import type { Field } from "../../core/field.ts";
import { defineRule } from "../../core/rule.ts";
import { eachKnown, everyKnown, someKnown } from "../../core/unknown.ts";
import { contains, grants, isNarrowed, isRole, RBAC_API, type Right, rulesOf, spoken } from "./grants.ts";

interface Permission {
  readonly what: string;
  /** All of these together make the permission. */
  readonly rights: readonly [Right, ...Right[]];
  /** A verb that means this permission alone: with it, any resource of the groups counts. */
  readonly verb?: string;
  /** Whether naming the objects takes the danger out of it. */
  readonly narrows?: true;
}

const ROLES = ["roles", "clusterroles", "rolebindings", "clusterrolebindings"];
const IDENTITIES = ["users", "groups", "serviceaccounts", "uids", "userextras", "userextras/*"];
const WEBHOOKS = ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"];
const WRITE = ["create", "update", "patch", "delete", "deletecollection"];

const PERMISSIONS = {
  bind: {
    what: "give away rights that it does not have",
    rights: [{ groups: [RBAC_API], resources: ROLES, verbs: ["bind"] }],
    verb: "bind",
    narrows: true,
  },
  escalate: {
    what: "write any right into a role",
    rights: [{ groups: [RBAC_API], resources: ["roles", "clusterroles"], verbs: ["escalate"] }],
    verb: "escalate",
  },
  impersonate: {
    what: "act as somebody else",
    rights: [{ groups: ["", "authentication.k8s.io"], resources: IDENTITIES, verbs: ["impersonate"] }],
    verb: "impersonate",
    narrows: true,
  },
  "csr-approval": {
    what: "approve certificates by which one becomes any user",
    rights: [
      {
        groups: ["certificates.k8s.io"],
        resources: ["certificatesigningrequests/approval"],
        verbs: ["update", "patch"],
      },
      { groups: ["certificates.k8s.io"], resources: ["signers"], verbs: ["approve"] },
    ],
  },
  webhooks: {
    what: "read and change every object on its way into the cluster",
    rights: [{ groups: ["admissionregistration.k8s.io"], resources: WEBHOOKS, verbs: WRITE }],
  },
  "nodes-proxy": {
    what: "talk to the kubelets, past the API server's checks and audit",
    rights: [{ groups: [""], resources: ["nodes/proxy"], verbs: [...WRITE, "get", "list", "watch"] }],
  },
  "sa-token": {
    what: "make a token of any service account",
    rights: [{ groups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] }],
    narrows: true,
  },
  pv: {
    what: "make a volume of any path of a node",
    rights: [{ groups: [""], resources: ["persistentvolumes"], verbs: ["create"] }],
  },
} as const satisfies Record<string, Permission>;

/** Names that stand for everything: to be held to them is no limit. */
const MIGHTY = new Set(["cluster-admin", "admin", "edit", "system:masters", "system:admin", "*"]);

export const rbacEscalationForbidden = defineRule({
  id: "rbac-escalation-forbidden",
  section: "security",
  title: "No role lets its holders gain rights that it does not grant itself",
  severity: "critical",
  why: "each of these rights is a way to every other: whoever takes over the pod that holds it has the cluster",
  fix: "leave the right out; where it is the work of an operator, name the objects with resourceNames",
  frameworks: ["CIS-K8s-1.12:5.1.8", "CIS-K8s-1.12:5.1.9", "CIS-K8s-1.12:5.1.10", "CIS-K8s-1.12:5.1.12"],
  scope: "resource",
  exemptable: true,
  params: {
    permissions: {
      type: "array",
      items: {
        type: "string",
        enum: ["bind", "escalate", "impersonate", "csr-approval", "webhooks", "nodes-proxy", "sa-token", "pv"],
      },
      default: ["bind", "escalate", "impersonate", "csr-approval", "webhooks", "nodes-proxy", "sa-token", "pv"],
      description: "Which rights are forbidden.",
    },
  },
  subjects: isRole,
  *check(role, { permissions }) {
    const rules = rulesOf(role);
    yield* eachKnown(permissions, function* (name) {
      const permission: Permission = PERMISSIONS[name];
      const [first, ...others] = permission.rights;
      const complete = () => everyKnown(others, (right) => someKnown(rules, (rule) => grants(rule, right)));
      yield* eachKnown(rules, function* (rule) {
        if (!gives(rule, first, permission) || !complete()) return;
        yield {
          path: rule.path,
          given: `${spoken(rule)}: it may ${permission.what}`,
          wanted: `no right to ${first.verbs.join(" or ")} ${first.resources.join(", ")}`,
          ...(permission.narrows && {
            fix: `leave the right out, or ${rule.at("resourceNames").path}: [<the objects that it is about>]`,
          }),
        };
      });
    });
  },
});

function gives(rule: Field, right: Right, { verb, narrows }: Permission): boolean {
  const granted = () => grants(rule, right);
  const spelled = () =>
    verb !== undefined &&
    everyKnown(
      [
        () => contains(rule.at("verbs"), (given) => given === verb),
        () => contains(rule.at("apiGroups"), (group) => ["", "*", ...right.groups].includes(group)),
      ],
      (holds) => holds(),
    );
  const given = someKnown([granted, spelled], (holds) => holds());
  if (!given || !narrows || !isNarrowed(rule)) return given;
  return contains(rule.at("resourceNames"), (name) => MIGHTY.has(name));
}
