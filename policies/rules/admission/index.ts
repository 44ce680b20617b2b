import { webhookFailurePolicySafe } from "./webhook-failure-policy-safe.ts";

export const ADMISSION = [webhookFailurePolicySafe] as const;
