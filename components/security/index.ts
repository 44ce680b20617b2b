export { ExternalSecret, type ExternalSecretArgs } from "./secrets/external-secret.ts";
export { SecretSource, type SecretSourceArgs } from "./secrets/source.ts";
