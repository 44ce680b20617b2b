import { admissionObjects } from "../../policies/admission/policies.ts";
import { HELD } from "../../policies/admission/table.ts";
import { CLUSTERS_OWN } from "../../policies/admission/trusted.ts";
import type { KubeObject } from "../../rehearsal/plugins/kubernetes/object.ts";

/** The label by which objects meet the policies of one test, and no others: tests share an API server. */
export const ADMISSION_LABEL = "admission-test";

/** The policies of some rules, by their ids, for objects whose label {@link ADMISSION_LABEL} names a trial. */
export function policiesFor(trial: string, ids: readonly string[]): KubeObject[] {
  const config = Object.fromEntries(ids.map((id) => [id, { enforcementLevel: "mandatory" as const }]));
  const held = HELD.filter(({ rule }) => ids.includes(rule.id));
  const made = admissionObjects(held, { config, trust: CLUSTERS_OWN }) as unknown as KubeObject[];
  return made.map((object) => onlyFor(trial, object));
}

/** The same policy or binding, in force for the objects of one trial alone. */
export function onlyFor(trial: string, object: KubeObject): KubeObject {
  const name = `${object.metadata.name}-${trial}`;
  const spec = object.spec as Record<string, unknown>;
  const matchResources = { objectSelector: { matchLabels: { [ADMISSION_LABEL]: trial } } };
  return {
    ...object,
    metadata: { ...object.metadata, name },
    spec: isPolicy(object) ? spec : { ...spec, policyName: name, matchResources },
  } as unknown as KubeObject;
}

export function isPolicy({ kind }: { kind: string }): boolean {
  return kind === "ValidatingAdmissionPolicy";
}
