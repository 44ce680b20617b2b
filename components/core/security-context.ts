import type { types } from "@pulumi/kubernetes";

/** A number above the ranges that hosts give to their own users. */
const NOBODY_ELSE = 10_001;

/** What pod security level `restricted` asks of a pod, and a user of its own. Volumes belong to the user's group. */
export const RESTRICTED_POD: types.input.core.v1.PodSecurityContext = {
  runAsNonRoot: true,
  runAsUser: NOBODY_ELSE,
  runAsGroup: NOBODY_ELSE,
  fsGroup: NOBODY_ELSE,
  fsGroupChangePolicy: "OnRootMismatch",
  seccompProfile: { type: "RuntimeDefault" },
};

/** What level `restricted` asks of a container, and more: the root file system is read-only. */
export const RESTRICTED_CONTAINER: types.input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};
