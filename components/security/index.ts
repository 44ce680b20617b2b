export { Access, type AccessArgs } from "./access.ts";
export { GROUP, groupProblems, isGroup, type People } from "./access-plan.ts";
export {
  type ApiAuditArgs,
  type AuditLevel,
  type AuditPolicy,
  type AuditRule,
  apiAuditPolicy,
} from "./audit/api-policy.ts";
export { CloudTrail } from "./audit/cloud-trail.ts";
export type { CloudTrailArgs } from "./audit/cloud-trail-args.ts";
export type { EksLogArgs } from "./audit/eks-args.ts";
export { AuditTrail } from "./audit/trail.ts";
export { AUDIT_TENANT, type AuditTrailArgs, type ControlPlaneLog } from "./audit/trail-args.ts";
export { breakGlassAlerts, breakGlassReceiver, breakGlassRecorded } from "./break-glass.ts";
export { ExternalSecret, type ExternalSecretArgs } from "./secrets/external-secret.ts";
export { SecretSource, type SecretSourceArgs } from "./secrets/source.ts";
