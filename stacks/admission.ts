import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Admission, type AdmissionManifest } from "../components/cluster/index.ts";
import type { Problem } from "../components/core/index.ts";
import { refuse } from "../components/core/invalid.ts";
import type { Environment } from "./environment.ts";
import type { Ground } from "./ground.ts";
import { operatorNamespaces } from "./operators.ts";

/**
 * Has the cluster hold everyone to what the policy packs hold this program to, as `npm run policies` has written it beside the environment's
 * file. An environment that has no levels in the packs has no such file, and its cluster no such policies.
 */
export function makeAdmission({ environment, on }: Ground): void {
  const manifests = admissionManifests(environment.name);
  refuse(`The admission of ${environment.name}`, trustProblems(environment, manifests));
  if (manifests.length > 0) new Admission("admission", { manifests }, on);
}

/** What the packs' rules are to the cluster of an environment; nothing where nobody wrote it. */
export function admissionManifests(environment: string): readonly AdmissionManifest[] {
  const file = join(import.meta.dirname, "admission", `${environment}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { items: AdmissionManifest[] }).items : [];
}

/** The operators of an environment whose namespaces its policies do not trust: the cluster would stop them in their work. */
export function trustProblems(environment: Environment, manifests: readonly AdmissionManifest[]): Problem[] {
  const trusted = new Set(manifests.flatMap(trustedNamespaces));
  if (manifests.length === 0) return [];
  return operatorNamespaces(environment)
    .filter((namespace) => !trusted.has(namespace))
    .map((namespace) => ({
      field: "operators",
      given: namespace,
      allowed: `those that the cluster's policies trust: name it for ${environment.name} in policies/admission/trusted.ts, then npm run policies`,
    }));
}

/** The namespaces in which a policy judges nothing. */
export function trustedNamespaces(manifest: AdmissionManifest): string[] {
  if (manifest.kind !== "ValidatingAdmissionPolicy") return [];
  const { matchConstraints } = manifest.spec as {
    matchConstraints?: { namespaceSelector?: { matchExpressions?: { operator: string; values?: string[] }[] } };
  };
  const away = matchConstraints?.namespaceSelector?.matchExpressions?.filter(({ operator }) => operator === "NotIn");
  return away?.flatMap(({ values = [] }) => values) ?? [];
}
