import type { KubeObject } from "../../rehearsal/plugins/kubernetes/object.ts";

type Fields = Record<string, unknown>;

const IMAGE = `registry.example.com/shop/main:1.0.0@sha256:${"0123456789abcdef".repeat(4)}`;
const APP = { app: "a" };
const PODS: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  PodTemplate: ["template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};
const SELECTING = new Set(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"]);
const WITH_TEMPLATE = new Set([...SELECTING, "Job", "Release", "Rollout", ...Object.keys(PODS)]);

/**
 * A fixture's object with everything that the API server asks of its kind and the fixture leaves out: fixtures show a rule what it reads,
 * and no more. What stands there stays as it is.
 */
export function completed(props: object, namespace: string, labels: Record<string, string>): KubeObject {
  const object = withoutNulls(structuredClone(props)) as Fields & { apiVersion: string; kind: string };
  const metadata = within(object, "metadata");
  metadata.name ??= "a";
  metadata.labels = { ...(metadata.labels as Fields | undefined), ...labels };
  // The admin's client names a namespace only where the kind has one.
  metadata.namespace = namespace;
  if (WITH_TEMPLATE.has(object.kind)) completePods(object);
  COMPLETIONS[object.kind]?.(object);
  return object as unknown as KubeObject;
}

function completePods(object: Fields & { kind: string }): void {
  const path = PODS[object.kind] ?? ["spec", "template"];
  const template = path.reduce<Fields>(within, object);
  const spec = within(template, "spec");
  if (object.kind !== "Pod") {
    const metadata = within(template, "metadata");
    metadata.labels = { ...APP, ...(metadata.labels as Fields | undefined) };
  }
  if (SELECTING.has(object.kind))
    within(object, "spec").selector ??= object.kind === "ReplicationController" ? APP : { matchLabels: APP };
  if (object.kind === "StatefulSet") within(object, "spec").serviceName ??= "a";
  if (object.kind === "CronJob") within(object, "spec").schedule ??= "0 3 * * *";
  if (object.kind === "Job" || object.kind === "CronJob") spec.restartPolicy ??= "Never";
  // They come by a request of their own.
  delete spec.ephemeralContainers;
  spec.containers = listed(spec.containers);
  if ((spec.containers as Fields[]).length === 0) spec.containers = [{ name: "main" }];
  const used = new Set<string>();
  for (const container of [...(spec.containers as Fields[]), ...listed(spec.initContainers)]) {
    container.name = unique(container.name, used);
    container.image ??= IMAGE;
    for (const [at, mount] of listed(container.volumeMounts).entries()) mount.mountPath ??= `/mnt/${at}`;
  }
  const volumes = listed(spec.volumes);
  for (const [at, volume] of volumes.entries()) volume.name ??= `volume-${at}`;
  if (volumes.length > 0) spec.volumes = volumes;
}

/** Two containers of a fixture may have one name, or none. */
function unique(name: unknown, used: Set<string>): string {
  const base = typeof name === "string" && name !== "" ? name : "main";
  const free = used.has(base) ? `${base}-${used.size}` : base;
  used.add(free);
  return free;
}

const COMPLETIONS: Readonly<Record<string, (object: Fields) => void>> = {
  Service(object) {
    const spec = within(object, "spec");
    if (spec.type !== "ExternalName") spec.ports ??= [{ port: 80 }];
  },
  PersistentVolume(object) {
    const spec = within(object, "spec");
    spec.capacity ??= { storage: "1Gi" };
    spec.accessModes ??= ["ReadWriteOnce"];
    if (spec.local)
      spec.nodeAffinity ??= {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: "a", operator: "Exists" }] }] },
      };
  },
  Secret(object) {
    const metadata = within(object, "metadata");
    if (object.type === "kubernetes.io/service-account-token")
      metadata.annotations = { "kubernetes.io/service-account.name": "default", ...(metadata.annotations as Fields) };
  },
  ClusterRole: roleRules,
  Role: roleRules,
  ClusterRoleBinding: bound,
  RoleBinding: bound,
  NetworkPolicy(object) {
    within(object, "spec").podSelector ??= {};
  },
  Ingress(object) {
    const spec = within(object, "spec");
    const backend = { service: { name: "a", port: { number: 80 } } };
    for (const rule of listed(spec.rules)) rule.http ??= { paths: [{ path: "/", pathType: "Prefix", backend }] };
    if (isFields(spec.defaultBackend) && Object.keys(spec.defaultBackend).length === 0) spec.defaultBackend = backend;
    if (listed(spec.rules).length === 0) spec.defaultBackend ??= backend;
  },
  Gateway(object) {
    const spec = within(object, "spec");
    spec.gatewayClassName ??= "a";
    for (const [at, listener] of listed(spec.listeners).entries()) {
      listener.name ??= `listener-${at}`;
      listener.port ??= 8000 + at;
      listener.protocol ??= "HTTP";
    }
  },
  HorizontalPodAutoscaler(object) {
    const spec = within(object, "spec");
    spec.scaleTargetRef ??= { apiVersion: "apps/v1", kind: "Deployment", name: "a" };
    spec.maxReplicas ??= 3;
  },
};

function roleRules(object: Fields): void {
  for (const rule of listed(object.rules)) {
    if (rule.nonResourceURLs === undefined) {
      rule.apiGroups ??= [""];
      rule.resources ??= ["configmaps"];
    }
    rule.verbs ??= ["get"];
  }
}

function bound(object: Fields): void {
  const ref = within(object, "roleRef");
  ref.apiGroup ??= "rbac.authorization.k8s.io";
  ref.kind ??= "ClusterRole";
  ref.name ??= "view";
  for (const subject of listed(object.subjects)) {
    subject.kind ??= "Group";
    if (subject.kind === "ServiceAccount") subject.namespace ??= "default";
    else subject.apiGroup ??= "rbac.authorization.k8s.io";
  }
}

function within(holder: Fields, key: string): Fields {
  if (!isFields(holder[key])) holder[key] = {};
  return holder[key] as Fields;
}

function listed(list: unknown): Fields[] {
  return Array.isArray(list) ? list.filter(isFields) : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === null ? [] : [[key, withoutNulls(item)]])),
  );
}
