import { imageDigestRequired } from "./image-digest-required.ts";
import { imagePullPolicyAlways } from "./image-pull-policy-always.ts";
import { imageReferenceValid } from "./image-reference-valid.ts";
import { imageRegistryAllowed } from "./image-registry-allowed.ts";
import { imageTagPinned } from "./image-tag-pinned.ts";

export const IMAGES = [
  imageReferenceValid,
  imageTagPinned,
  imageDigestRequired,
  imageRegistryAllowed,
  imagePullPolicyAlways,
] as const;
