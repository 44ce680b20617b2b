import { ephemeralStorageBounded } from "./ephemeral-storage-bounded.ts";
import { limitRequestRatioMax } from "./limit-request-ratio-max.ts";
import { namespaceQuotaRequired } from "./namespace-quota-required.ts";
import { resourceLimitsRequired } from "./resource-limits-required.ts";
import { resourceRequestsRequired } from "./resource-requests-required.ts";
import { runtimeLimitEnv } from "./runtime-limit-env.ts";

export const RESOURCES = [
  namespaceQuotaRequired,
  resourceRequestsRequired,
  resourceLimitsRequired,
  limitRequestRatioMax,
  ephemeralStorageBounded,
  runtimeLimitEnv,
] as const;
