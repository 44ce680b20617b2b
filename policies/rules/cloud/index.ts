import { imageRepositoryHardened } from "./image-repository-hardened.ts";
import { multiAzRequired } from "./multi-az-required.ts";

export const CLOUD = [multiAzRequired, imageRepositoryHardened] as const;
