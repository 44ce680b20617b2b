import type { Field } from "./field.ts";
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

/** All containers of the pod that an object makes. */
export function containersOf(object: StackObject): Container[] {
  const { spec } = podOf(object);
  const named = (field: Field, role: Container["role"]) => ({
    field,
    name: field.at("name").text() ?? field.path,
    role,
  });
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
