export { Access, type AccessArgs } from "./access.ts";
export { GROUP, isGroup, type People } from "./access-plan.ts";
export { breakGlassAlerts, breakGlassReceiver, breakGlassRecorded } from "./break-glass.ts";
export { ExternalSecret, type ExternalSecretArgs } from "./secrets/external-secret.ts";
export { SecretSource, type SecretSourceArgs } from "./secrets/source.ts";
