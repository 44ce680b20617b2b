import { rbacBroadBindingForbidden } from "./rbac-broad-binding-forbidden.ts";
import { rbacEscalationForbidden } from "./rbac-escalation-forbidden.ts";
import { rbacSecretReadForbidden } from "./rbac-secret-read-forbidden.ts";
import { rbacWildcardForbidden } from "./rbac-wildcard-forbidden.ts";
import { rbacWorkloadAccessForbidden } from "./rbac-workload-access-forbidden.ts";
import { saTokenAutomountForbidden } from "./sa-token-automount-forbidden.ts";
import { serviceAccountExplicit } from "./service-account-explicit.ts";
import { serviceAccountTokenBounded } from "./service-account-token-bounded.ts";

export const RBAC = [
  rbacWildcardForbidden,
  rbacBroadBindingForbidden,
  rbacEscalationForbidden,
  rbacSecretReadForbidden,
  rbacWorkloadAccessForbidden,
  saTokenAutomountForbidden,
  serviceAccountExplicit,
  serviceAccountTokenBounded,
] as const;
