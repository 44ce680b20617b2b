import { makesPods } from "./pods.ts";
import type { Stack } from "./stack.ts";
import type { StackObject } from "./stack-object.ts";

/** What runs a number of interchangeable pods. */
const REPLICATED = new Set(["Deployment", "StatefulSet", "Rollout", "Release", "DeploymentConfig"]);

/** What sets the number of pods of another object: where it names the object, and where the lowest number stands. */
const SCALERS = [
  {
    group: "autoscaling",
    kind: "HorizontalPodAutoscaler",
    min: "minReplicas",
    max: "maxReplicas",
    minDefault: 1,
    maxDefault: 1,
  },
  {
    group: "keda.sh",
    kind: "ScaledObject",
    min: "minReplicaCount",
    max: "maxReplicaCount",
    minDefault: 0,
    maxDefault: 100,
  },
] as const;

/** How many pods a workload runs, by whom. */
export interface Replicas {
  readonly min: number;
  readonly max: number;
  /** Whose field decides: the workload itself, or what scales it. */
  readonly from: StackObject;
  readonly path: string;
}

/** Whether an object runs a number of interchangeable pods. */
export function isReplicated(object: StackObject): boolean {
  return makesPods(object) && REPLICATED.has(object.kind ?? "");
}

/** How many pods a workload runs at least and at most: what an autoscaler says goes before what the workload says. */
export function replicasOf(workload: StackObject, stack: Stack): Replicas {
  for (const { group, kind, min, max, minDefault, maxDefault } of SCALERS) {
    const scaler = stack.find(group, kind, targetOf, keyOf(workload));
    if (!scaler) continue;
    const spec = scaler.root.at("spec");
    return {
      min: spec.at(min).number() ?? minDefault,
      max: spec.at(max).number() ?? maxDefault,
      from: scaler,
      path: spec.at(min).path,
    };
  }
  const field = workload.root.at("spec", "replicas");
  const replicas = field.number() ?? 1;
  return { min: replicas, max: replicas, from: workload, path: field.path };
}

function keyOf(workload: StackObject): string {
  return `${workload.namespace}/${workload.kind}/${workload.name}`;
}

function targetOf(scaler: StackObject): string {
  const ref = scaler.root.at("spec", "scaleTargetRef");
  return `${scaler.namespace}/${ref.at("kind").text() ?? "Deployment"}/${ref.at("name").text() ?? ""}`;
}
