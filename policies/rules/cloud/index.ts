import { clusterEndpointPrivate } from "./cluster-endpoint-private.ts";
import { iamRoleFitsServiceAccount } from "./iam-role-fits-service-account.ts";
import { iamWildcardForbidden } from "./iam-wildcard-forbidden.ts";
import { imageRepositoryHardened } from "./image-repository-hardened.ts";
import { instanceMetadataProtected } from "./instance-metadata-protected.ts";
import { minorUpgradesAutomatic } from "./minor-upgrades-automatic.ts";
import { multiAzRequired } from "./multi-az-required.ts";
import { publicExposureForbidden } from "./public-exposure-forbidden.ts";
import { securityGroupDescribed } from "./security-group-described.ts";

export const CLOUD = [
  multiAzRequired,
  imageRepositoryHardened,
  publicExposureForbidden,
  clusterEndpointPrivate,
  instanceMetadataProtected,
  iamWildcardForbidden,
  iamRoleFitsServiceAccount,
  minorUpgradesAutomatic,
  securityGroupDescribed,
] as const;
