import { capabilitiesAddedRestricted } from "./capabilities-added-restricted.ts";
import { capabilitiesDropAll } from "./capabilities-drop-all.ts";
import { highUidRequired } from "./high-uid-required.ts";
import { hostNamespacesForbidden } from "./host-namespaces-forbidden.ts";
import { hostPathForbidden } from "./host-path-forbidden.ts";
import { hostPortsForbidden } from "./host-ports-forbidden.ts";
import { lsmProfileKept } from "./lsm-profile-kept.ts";
import { nonRootRequired } from "./non-root-required.ts";
import { podSecurityLabelsRequired } from "./pod-security-labels-required.ts";
import { privilegeEscalationForbidden } from "./privilege-escalation-forbidden.ts";
import { privilegedForbidden } from "./privileged-forbidden.ts";
import { probeHostForbidden } from "./probe-host-forbidden.ts";
import { procMountDefault } from "./proc-mount-default.ts";
import { readonlyRootfsRequired } from "./readonly-rootfs-required.ts";
import { runtimeSocketForbidden } from "./runtime-socket-forbidden.ts";
import { seccompRequired } from "./seccomp-required.ts";
import { serviceLinkEnvForbidden } from "./service-link-env-forbidden.ts";
import { sysctlsSafe } from "./sysctls-safe.ts";
import { volumeTypesRestricted } from "./volume-types-restricted.ts";

export const POD_SECURITY = [
  privilegedForbidden,
  privilegeEscalationForbidden,
  nonRootRequired,
  highUidRequired,
  readonlyRootfsRequired,
  capabilitiesDropAll,
  capabilitiesAddedRestricted,
  hostNamespacesForbidden,
  hostPortsForbidden,
  hostPathForbidden,
  runtimeSocketForbidden,
  volumeTypesRestricted,
  seccompRequired,
  lsmProfileKept,
  sysctlsSafe,
  procMountDefault,
  probeHostForbidden,
  podSecurityLabelsRequired,
  serviceLinkEnvForbidden,
] as const;
