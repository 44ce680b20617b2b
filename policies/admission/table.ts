import type { Held } from "./held.ts";
import { IMAGES_HELD } from "./images.ts";
import { NETWORK_HELD } from "./network.ts";
import { NODE_FILES_HELD } from "./node-files.ts";
import { POD_SECURITY_HELD } from "./pod-security.ts";
import { PROBES_HELD } from "./probes.ts";
import { RBAC_HELD } from "./rbac.ts";
import { RESOURCES_HELD } from "./resources.ts";
import { WORKLOADS_HELD } from "./workloads.ts";

/** Every rule that a cluster can hold objects to by itself, once for each kind of objects that is read in its own way. */
export const HELD: readonly Held[] = [
  ...POD_SECURITY_HELD,
  ...NODE_FILES_HELD,
  ...IMAGES_HELD,
  ...PROBES_HELD,
  ...RESOURCES_HELD,
  ...WORKLOADS_HELD,
  ...RBAC_HELD,
  ...NETWORK_HELD,
];
