export {
  type ApiAuditArgs,
  type AuditLevel,
  type AuditPolicy,
  type AuditRule,
  apiAuditPolicy,
} from "./audit/api-policy.ts";
