export {
  type ApiAuditArgs,
  type AuditLevel,
  type AuditPolicy,
  type AuditRule,
  apiAuditPolicy,
} from "./audit/api-policy.ts";
export { ExternalSecret, type ExternalSecretArgs } from "./secrets/external-secret.ts";
export { SecretSource, type SecretSourceArgs } from "./secrets/source.ts";
