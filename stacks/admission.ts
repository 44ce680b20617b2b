import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Admission, type AdmissionManifest } from "../components/cluster/index.ts";
import type { Ground } from "./ground.ts";

/**
 * Has the cluster hold everyone to what the policy packs hold this program to, as `npm run policies` has written it beside the environment's
 * file. An environment that has no levels in the packs has no such file, and its cluster no such policies.
 */
export function makeAdmission({ environment, on }: Ground): void {
  const manifests = admissionManifests(environment.name);
  if (manifests.length > 0) new Admission("admission", { manifests }, on);
}

/** What the packs' rules are to the cluster of an environment; nothing where nobody wrote it. */
export function admissionManifests(environment: string): readonly AdmissionManifest[] {
  const file = join(import.meta.dirname, "admission", `${environment}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { items: AdmissionManifest[] }).items : [];
}
