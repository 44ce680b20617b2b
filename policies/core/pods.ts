import type { Field } from "./field.ts";
import { isOperated, operatedFields } from "./operated.ts";
import type { StackObject } from "./stack-object.ts";

/** Where each kind keeps the pod that it makes: the path to what holds the pod's `metadata` and `spec`. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  PodTemplate: ["template"],
  Deployment: ["spec", "template"],
  DeploymentConfig: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  ReplicationController: ["spec", "template"],
  Rollout: ["spec", "template"],
  Release: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

/** Groups in which these kinds mean pods: other people's CRDs may use the same names. */
const GROUPS = new Set([
  "",
  "apps",
  "batch",
  "extensions",
  "argoproj.io",
  "apps.openshift.io",
  "delivery.plumbline.dev",
]);

const RUNS_TO_COMPLETION = new Set(["Job", "CronJob"]);

export interface Container {
  readonly field: Field;
  readonly name: string;
  /** `sidecar`: an init container that restarts always, hence runs as long as the pod. */
  readonly role: "container" | "init" | "sidecar" | "ephemeral";
}

export function makesPods(object: StackObject): boolean {
  return object.kind !== undefined && Object.hasOwn(TEMPLATES, object.kind) && GROUPS.has(object.group ?? "none");
}

/** Whether it makes pods, or tells an operator something of those that this one makes of it. For rules about what must not be said. */
export function shapesPods(object: StackObject): boolean {
  return makesPods(object) || isOperated(object);
}

/** Whether its pods are meant to run until somebody stops them. */
export function runsForever(object: StackObject): boolean {
  return makesPods(object) && !RUNS_TO_COMPLETION.has(object.kind ?? "");
}

/** The pod that an object makes: its `metadata` and `spec`. */
export function podOf(object: StackObject): { metadata: Field; spec: Field; labels: Field } {
  const template = object.root.at(...(TEMPLATES[object.kind ?? ""] ?? []));
  const metadata = template.at("metadata");
  return { metadata, spec: template.at("spec"), labels: metadata.at("labels") };
}

/** What has the fields of a pod's spec: that of the pod that an object makes, or each that an operator is told. */
export function specsOf(object: StackObject): Field[] {
  return isOperated(object) ? operatedFields(object, "specs") : [podOf(object).spec];
}

/** The annotations of each pod that an object makes or speaks of. */
export function podAnnotationsOf(object: StackObject): Field[] {
  return isOperated(object) ? operatedFields(object, "annotations") : [podOf(object).metadata.at("annotations")];
}

/** The volumes of each pod that an object makes or speaks of. */
export function podVolumesOf(object: StackObject): Field[] {
  return isOperated(object) ? operatedFields(object, "volumes") : podOf(object).spec.at("volumes").items();
}

/** All containers of the pods that an object makes or speaks of. */
export function containersOf(object: StackObject): Container[] {
  const { spec } = podOf(object);
  const named = (field: Field, role: Container["role"]) => ({
    field,
    name: field.at("name").text() ?? field.path,
    role,
  });
  if (isOperated(object)) return operatedFields(object, "containers").map((field) => named(field, "container"));
  return [
    ...spec
      .at("initContainers")
      .items()
      .map((field) => named(field, field.at("restartPolicy").text() === "Always" ? "sidecar" : "init")),
    ...spec
      .at("containers")
      .items()
      .map((field) => named(field, "container")),
    ...spec
      .at("ephemeralContainers")
      .items()
      .map((field) => named(field, "ephemeral")),
  ];
}
