import { iamWildcardForbidden } from "./iam-wildcard-forbidden.ts";
import { imageRepositoryHardened } from "./image-repository-hardened.ts";
import { multiAzRequired } from "./multi-az-required.ts";

export const CLOUD = [multiAzRequired, imageRepositoryHardened, iamWildcardForbidden] as const;
