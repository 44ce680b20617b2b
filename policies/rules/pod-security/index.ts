import { capabilitiesAddedRestricted } from "./capabilities-added-restricted.ts";
import { capabilitiesDropAll } from "./capabilities-drop-all.ts";
import { highUidRequired } from "./high-uid-required.ts";
import { hostNamespacesForbidden } from "./host-namespaces-forbidden.ts";
import { hostPortsForbidden } from "./host-ports-forbidden.ts";
import { nonRootRequired } from "./non-root-required.ts";
import { privilegeEscalationForbidden } from "./privilege-escalation-forbidden.ts";
import { privilegedForbidden } from "./privileged-forbidden.ts";
import { readonlyRootfsRequired } from "./readonly-rootfs-required.ts";
import { seccompRequired } from "./seccomp-required.ts";

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
  seccompRequired,
] as const;
