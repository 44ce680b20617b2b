import type { Rule } from "../core/rule.ts";
import { hpaTargetExists } from "./hpa-target-exists.ts";
import { imageTagPinned } from "./image-tag-pinned.ts";
import { ingressTlsRequired } from "./ingress-tls-required.ts";
import { namespaceQuotaRequired } from "./namespace-quota-required.ts";
import { networkPolicyRequired } from "./network-policy-required.ts";
import { pdbRequired } from "./pdb-required.ts";
import { readinessProbeRequired } from "./readiness-probe-required.ts";
import { replicasMin } from "./replicas-min.ts";
import { resourceLimitsRequired } from "./resource-limits-required.ts";
import { saTokenAutomountForbidden } from "./sa-token-automount-forbidden.ts";
import { seccompRequired } from "./seccomp-required.ts";
import { secretLiteralForbidden } from "./secret-literal-forbidden.ts";
import { spreadRequired } from "./spread-required.ts";
import { statefulProtected } from "./stateful-protected.ts";

const ALL = [
  replicasMin,
  pdbRequired,
  spreadRequired,
  readinessProbeRequired,
  hpaTargetExists,
  resourceLimitsRequired,
  namespaceQuotaRequired,
  imageTagPinned,
  seccompRequired,
  networkPolicyRequired,
  ingressTlsRequired,
  saTokenAutomountForbidden,
  secretLiteralForbidden,
  statefulProtected,
] as const;

/** Every rule with the exact types of its id and settings, which the configs are checked against. */
export type KnownRule = (typeof ALL)[number];

/** Every rule, section by section. */
export const RULES = ALL as unknown as readonly Rule[];
