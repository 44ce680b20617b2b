import { namespaceQuotaRequired } from "./namespace-quota-required.ts";
import { resourceLimitsRequired } from "./resource-limits-required.ts";

export const RESOURCES = [namespaceQuotaRequired, resourceLimitsRequired] as const;
