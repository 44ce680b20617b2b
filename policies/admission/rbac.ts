import type { Right } from "../rules/rbac/grants.ts";
import { ACCOUNTS as ALL_ACCOUNTS, rbacBroadBindingForbidden } from "../rules/rbac/rbac-broad-binding-forbidden.ts";
import {
  PERMISSIONS as ESCALATIONS,
  MIGHTY,
  type Permission,
  rbacEscalationForbidden,
} from "../rules/rbac/rbac-escalation-forbidden.ts";
import { READ, rbacSecretReadForbidden } from "../rules/rbac/rbac-secret-read-forbidden.ts";
import { KEYS, rbacWildcardForbidden, WILDCARDS } from "../rules/rbac/rbac-wildcard-forbidden.ts";
import { PERMISSIONS, rbacWorkloadAccessForbidden } from "../rules/rbac/rbac-workload-access-forbidden.ts";
import { saTokenAutomountForbidden } from "../rules/rbac/sa-token-automount-forbidden.ts";
import {
  API_SERVER_CA,
  DEFAULT_SECONDS,
  LEGACY,
  serviceAccountTokenBounded,
} from "../rules/rbac/service-account-token-bounded.ts";
import { every, literal, oneOf, some } from "./cel.ts";
import { held } from "./held.ts";
import { ACCOUNTS, BINDINGS, POD_MAKERS, ROLES, SECRETS } from "./subjects.ts";

/** Whether a list of the rule `r` of a role has one of some texts in it. */
function has(key: string, texts: readonly string[]): string {
  return `r.?${key}.orValue([]).exists(x, ${oneOf("x", texts)})`;
}

/** Whether the rule `r` of a role grants any part of a right, by name or by a wildcard. */
function grants({ groups, resources, verbs }: Right): string {
  return every([
    has("apiGroups", ["*", ...groups]),
    has("resources", ["*", ...resources.flatMap(covering)]),
    has("verbs", ["*", ...verbs]),
  ]);
}

/** The ways to write a resource in a role: as it is called, and for a part of another with a star for either. */
function covering(resource: string): string[] {
  const [base, sub] = resource.split("/");
  return sub === undefined ? [resource] : [resource, `*/${sub}`, `${base}/*`, "*/*"];
}

const NAMED = "r.?resourceNames.orValue([])";

function gives({ right, verb, narrows }: Permission): string {
  const spelled = (word: string) => every([has("verbs", [word]), has("apiGroups", ["", "*", ...right.groups])]);
  const given = some([grants(right), ...(verb === undefined ? [] : [spelled(verb)])]);
  if (!narrows) return given;
  return every([given, `${NAMED}.size() == 0 || ${NAMED}.exists(x, ${oneOf("x", [...MIGHTY])})`]);
}

export const RBAC_HELD = [
  held(rbacWildcardForbidden, ROLES, ({ fields }) => {
    const lists = fields.flatMap((field) => KEYS[field]);
    const takesAll = `dyn(object).?aggregationRule.?clusterRoleSelectors.orValue([]).exists(s, s.?matchLabels.orValue({}).size() == 0
      && s.?matchExpressions.orValue([]).all(e, e.operator in ["NotIn", "DoesNotExist"]))`;
    return every([
      ...(fields.includes("resources") ? [`!${takesAll}`] : []),
      ...lists.map((key) => `!variables.rules.exists(r, ${has(key, [...WILDCARDS])})`),
    ]);
  }),
  held(
    rbacSecretReadForbidden,
    ROLES,
    () => `!variables.rules.exists(r, ${every([grants(READ), `${NAMED}.size() == 0`])})`,
  ),
  held(rbacWorkloadAccessForbidden, ROLES, ({ permissions }) => {
    const rights = permissions.map((permission) => grants(PERMISSIONS[permission].right));
    return `!variables.rules.exists(r, ${some(rights)})`;
  }),
  held(rbacEscalationForbidden, ROLES, ({ permissions }) =>
    every(
      permissions.map((name) => {
        const permission: Permission = ESCALATIONS[name];
        const others = (permission.with ?? []).map((other) => `variables.rules.exists(r, ${grants(other)})`);
        const given = `variables.rules.exists(r, ${gives(permission)})`;
        return `!(${every([given, ...(others.length > 0 ? [some(others)] : [])])})`;
      }),
    ),
  ),
  // What the bound role grants, the binding does not say.
  held(rbacBroadBindingForbidden, BINDINGS, ({ fields, subjects }) => {
    const shared = `object.kind == "ClusterRoleBinding" && (s.kind == "ServiceAccount" ? s.name == "default" : s.name.startsWith("${ALL_ACCOUNTS}:"))`;
    const everybody = some([oneOf("s.name", subjects), ...(subjects.includes(ALL_ACCOUNTS) ? [shared] : [])]);
    return every([
      ...(fields.includes("cluster-admin") ? ['object.roleRef.name != "cluster-admin"'] : []),
      ...(fields.includes("subjects") ? [`!object.?subjects.orValue([]).exists(s, ${everybody})`] : []),
    ]);
  }),
  held(
    saTokenAutomountForbidden,
    POD_MAKERS,
    () => "variables.spec.?automountServiceAccountToken.orValue(true) == false",
  ),
  held(saTokenAutomountForbidden, ACCOUNTS, ({ sa }) =>
    sa ? "object.?automountServiceAccountToken.orValue(true) == false" : undefined,
  ),
  held(serviceAccountTokenBounded, SECRETS, () => `object.?type.orValue("") != ${literal(LEGACY)}`),
  held(serviceAccountTokenBounded, POD_MAKERS, ({ maxSeconds }) => {
    const toApiServer = `v.projected.sources.exists(o, o.?configMap.?name.orValue("") == ${literal(API_SERVER_CA)})`;
    const bounded = every([
      `s.serviceAccountToken.?audience.orValue("") != "" || ${toApiServer}`,
      `s.serviceAccountToken.?expirationSeconds.orValue(${DEFAULT_SECONDS}) <= ${maxSeconds}`,
    ]);
    return `variables.volumes.all(v, v.?projected.?sources.orValue([]).all(s, !has(s.serviceAccountToken) || (${bounded})))`;
  }),
];
