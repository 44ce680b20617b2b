import type { Field } from "../../core/field.ts";
import { defineRule } from "../../core/rule.ts";
import { eachKnown, everyKnown, someKnown } from "../../core/unknown.ts";
import { contains, grants, isNarrowed, isRole, RBAC_API, type Right, rulesOf, spoken, without } from "./grants.ts";

export interface Permission {
  readonly what: string;
  readonly right: Right;
  /** The right alone is no permission yet: one of these has to come with it. */
  readonly with?: readonly Right[];
  /** A verb that means this permission alone: with it, any resource of the groups counts. */
  readonly verb?: string;
  /** Whether naming the objects takes the danger out of it. */
  readonly narrows?: true;
}

const ROLES = ["roles", "clusterroles", "rolebindings", "clusterrolebindings"];
const IDENTITIES = ["users", "groups", "serviceaccounts", "uids", "userextras", "userextras/*"];
/** What reads, changes or lets through objects on their way. */
const ADMISSION = [
  "validatingwebhookconfigurations",
  "mutatingwebhookconfigurations",
  "validatingadmissionpolicies",
  "validatingadmissionpolicybindings",
  "mutatingadmissionpolicies",
  "mutatingadmissionpolicybindings",
];
const WRITE = ["create", "update", "patch", "delete", "deletecollection"];

export const PERMISSIONS = {
  bind: {
    what: "give away rights that it does not have",
    right: { groups: [RBAC_API], resources: ROLES, verbs: ["bind"] },
    verb: "bind",
    narrows: true,
  },
  escalate: {
    what: "write any right into a role",
    right: { groups: [RBAC_API], resources: ["roles", "clusterroles"], verbs: ["escalate"] },
    verb: "escalate",
  },
  impersonate: {
    what: "act as somebody else",
    right: { groups: ["", "authentication.k8s.io"], resources: IDENTITIES, verbs: ["impersonate"] },
    verb: "impersonate",
    narrows: true,
  },
  "csr-approval": {
    what: "approve certificates by which one becomes any user",
    right: {
      groups: ["certificates.k8s.io"],
      resources: ["certificatesigningrequests/approval"],
      verbs: ["update", "patch"],
    },
    // The API server asks for the first; who makes the request himself needs no more where that check is turned off.
    with: [
      { groups: ["certificates.k8s.io"], resources: ["signers"], verbs: ["approve"] },
      { groups: ["certificates.k8s.io"], resources: ["certificatesigningrequests"], verbs: ["create"] },
    ],
  },
  webhooks: {
    what: "read and change every object on its way into the cluster",
    right: { groups: ["admissionregistration.k8s.io"], resources: ADMISSION, verbs: WRITE },
  },
  "nodes-proxy": {
    what: "talk to the kubelets, past the API server's checks and audit",
    right: { groups: [""], resources: ["nodes/proxy"], verbs: [...WRITE, "get", "list", "watch"] },
  },
  "sa-token": {
    what: "make a token of any service account",
    right: { groups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] },
    narrows: true,
  },
  "token-secret": {
    what: "have a Secret made with the token of any service account, and read it",
    right: { groups: [""], resources: ["secrets"], verbs: ["create"] },
    with: [{ groups: [""], resources: ["secrets"], verbs: ["get", "list", "watch"] }],
  },
  pv: {
    what: "make a volume of any path of a node",
    right: { groups: [""], resources: ["persistentvolumes"], verbs: ["create"] },
  },
} as const satisfies Record<string, Permission>;

/** Names that stand for everything: to be held to them is no limit. */
export const MIGHTY = new Set(["cluster-admin", "admin", "edit", "system:masters", "system:admin", "*"]);

const NAMES = [
  "bind",
  "escalate",
  "impersonate",
  "csr-approval",
  "webhooks",
  "nodes-proxy",
  "sa-token",
  "token-secret",
  "pv",
] as const;

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
        enum: NAMES,
      },
      default: NAMES,
      description: "Which rights are forbidden.",
    },
  },
  subjects: isRole,
  *check(role, { permissions }) {
    const rules = rulesOf(role);
    yield* eachKnown(permissions, function* (name) {
      const permission: Permission = PERMISSIONS[name];
      const { right, with: others } = permission;
      const complete = () =>
        others === undefined || someKnown(others, (other) => someKnown(rules, (rule) => grants(rule, other)));
      yield* eachKnown(rules, function* (rule) {
        if (!gives(rule, permission) || !complete()) return;
        yield {
          path: rule.path,
          given: `${spoken(rule)}: it may ${permission.what}`,
          wanted: `no right to ${right.verbs.join(" or ")} ${right.resources.join(", ")}`,
          fix: permission.narrows
            ? `${without(rule, right)}; or ${rule.at("resourceNames").path}: [<the objects that it is about>]`
            : without(rule, right),
        };
      });
    });
  },
});

function gives(rule: Field, { right, verb, narrows }: Permission): boolean {
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
