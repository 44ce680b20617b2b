import { iamRoleFitsServiceAccount } from "./iam-role-fits-service-account.ts";
import { iamWildcardForbidden } from "./iam-wildcard-forbidden.ts";
import { imageRepositoryHardened } from "./image-repository-hardened.ts";
import { multiAzRequired } from "./multi-az-required.ts";
import { publicExposureForbidden } from "./public-exposure-forbidden.ts";

export const CLOUD = [
  multiAzRequired,
  imageRepositoryHardened,
  publicExposureForbidden,
  iamWildcardForbidden,
  iamRoleFitsServiceAccount,
] as const;
