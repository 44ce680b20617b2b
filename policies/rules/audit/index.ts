import { accessLogRequired } from "./access-log-required.ts";
import { auditLogRequired } from "./audit-log-required.ts";
import { detailedMonitoringRequired } from "./detailed-monitoring-required.ts";
import { logRetentionMin } from "./log-retention-min.ts";

export const AUDIT = [auditLogRequired, accessLogRequired, logRetentionMin, detailedMonitoringRequired] as const;
