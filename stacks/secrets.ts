import type { Namespace } from "../components/cluster/index.ts";
import { ExternalSecret, SecretSource } from "../components/security/index.ts";
import type { Environment } from "./environment-schema.ts";
import type { Ground } from "./ground.ts";

/** Every `secretRef` of an environment, each once, in the order of the alphabet. */
export function secretRefsOf({ paging, monitoring }: Pick<Environment, "paging" | "monitoring">): string[] {
  const refs: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value))
      if (key === "secretRef") refs.push(String(inner));
      else collect(inner);
  };
  collect([paging, monitoring]);
  return [...new Set(refs)].sort();
}

/**
 * The Secrets that an environment names, made of what AWS Secrets Manager holds, for who mounts them to come after. None where people make
 * them: where the environment has no `secretsFrom`.
 */
export function bringSecrets({ environment, on, kept: { runbooks } }: Ground, namespace: Namespace): ExternalSecret[] {
  const { secretsFrom, region } = environment;
  if (secretsFrom === undefined) return [];
  const { kind: _, refresh, ...place } = secretsFrom;
  const source = new SecretSource("secrets", { region, ...place, namespaces: [namespace], runbooks }, on);
  return secretRefsOf(environment).map((ref) => {
    const name = ref.split("/")[1] ?? "";
    return new ExternalSecret(name, { namespace, source, keys: { key: {} }, ...(refresh && { refresh }) }, on);
  });
}
