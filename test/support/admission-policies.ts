import type { KubeObject } from "../../rehearsal/plugins/kubernetes/object.ts";

/** The label by which objects meet the policies of one test, and no others: tests share an API server. */
export const ADMISSION_LABEL = "admission-test";

/** A policy or binding, in force for the objects of one trial alone. */
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
