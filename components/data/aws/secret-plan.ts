import type { Statement } from "./pod-identity-plan.ts";

/** Lets somebody read secrets of Secrets Manager, and use their key for that alone. */
export function secretStatements(secrets: string | readonly string[], key: string, region: string): Statement[] {
  const viaSecrets = { StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` } };
  return [
    { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secrets },
    { Effect: "Allow", Action: "kms:Decrypt", Resource: key, Condition: viaSecrets },
  ];
}
