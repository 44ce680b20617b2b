import { egressToMetadataBlocked } from "./egress-to-metadata-blocked.ts";
import { ingressBackendExists } from "./ingress-backend-exists.ts";
import { ingressHostExplicit } from "./ingress-host-explicit.ts";
import { ingressHostUnique } from "./ingress-host-unique.ts";
import { networkPolicyNotDangling } from "./network-policy-not-dangling.ts";
import { networkPolicyNotOpen } from "./network-policy-not-open.ts";
import { networkPolicyRequired } from "./network-policy-required.ts";
import { serviceNotDangling } from "./service-not-dangling.ts";
import { serviceTypeRestricted } from "./service-type-restricted.ts";

export const NETWORK = [
  networkPolicyRequired,
  networkPolicyNotDangling,
  networkPolicyNotOpen,
  egressToMetadataBlocked,
  serviceNotDangling,
  serviceTypeRestricted,
  ingressBackendExists,
  ingressHostExplicit,
  ingressHostUnique,
] as const;
