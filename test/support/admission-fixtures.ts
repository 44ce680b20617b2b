import type { Resource } from "../../policies/core/resource.ts";
import type { KubeObject } from "../../rehearsal/plugins/kubernetes/object.ts";

type Fields = Record<string, unknown>;

const IMAGE = `registry.example.com/shop/main:1.0.0@sha256:${"0123456789abcdef".repeat(4)}`;
const APP = { app: "a" };
const PODS: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  PodTemplate: ["template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};
/** Where the API server has the kinds that old fixtures have elsewhere. */
const NOW: Readonly<Record<string, string>> = {
  "batch/v1beta1 CronJob": "batch/v1",
  "rbac.authorization.k8s.io/v1beta1 ClusterRole": "rbac.authorization.k8s.io/v1",
  "rbac.authorization.k8s.io/v1beta1 RoleBinding": "rbac.authorization.k8s.io/v1",
  "extensions/v1beta1 NetworkPolicy": "networking.k8s.io/v1",
};
const SELECTING = new Set(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"]);
const WITH_TEMPLATE = new Set([...SELECTING, "Job", "Release", "Rollout", ...Object.keys(PODS)]);

/**
 * A fixture's object with everything that the API server asks of its kind and the fixture leaves out: fixtures show a rule what it reads,
 * and no more. What stands there stays as it is.
 */
export function completed({ type, props }: Resource, namespace: string, labels: Record<string, string>): KubeObject {
  const [, group = "", version = "", kind = ""] = /^kubernetes:(.+)\/(.+):(\w+)$/.exec(type) ?? [];
  const given = known(props) as Fields & { apiVersion: string; kind: string };
  const object = { ...given, apiVersion: given.apiVersion ?? `${group}/${version}`, kind: given.kind ?? kind };
  object.apiVersion = NOW[`${object.apiVersion} ${object.kind}`] ?? object.apiVersion;
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
  // The API server asks for the one that is named, which is not in this namespace.
  if (object.kind === "Pod" && spec.priorityClassName) spec.priorityClassName = "plumbline-service";
  if (object.kind === "Pod" && spec.serviceAccountName) spec.serviceAccountName = "default";
  const owners = object.kind === "Pod" ? listed(within(object, "metadata").ownerReferences) : [];
  for (const owner of owners)
    Object.assign(owner, { apiVersion: "apps/v1", kind: "ReplicaSet", name: "a", uid: "a", ...owner });
  completeContainers(spec);
  completeVolumes(spec);
}

function completeContainers(spec: Fields): void {
  spec.containers = listed(spec.containers);
  if ((spec.containers as Fields[]).length === 0) spec.containers = [{ name: "main" }];
  const used = new Set<string>();
  for (const container of containersIn(spec)) {
    container.name = unique(container.name, used);
    container.image ??= IMAGE;
    for (const name of ["livenessProbe", "readinessProbe", "startupProbe"])
      for (const action of ["httpGet", "tcpSocket"]) {
        const asked = (container[name] as Fields | undefined)?.[action];
        if (isFields(asked)) asked.port ??= 8080;
      }
  }
  const contexts = [spec, ...containersIn(spec)].map((one) => one.securityContext);
  for (const context of contexts.filter(isFields)) {
    for (const profile of [context.seccompProfile, context.appArmorProfile].filter(isFields)) {
      profile.type ??= "RuntimeDefault";
      if (profile.type === "Localhost") profile.localhostProfile ??= "a";
    }
    for (const sysctl of listed(context.sysctls))
      Object.assign(sysctl, { name: "net.ipv4.tcp_syncookies", value: "1", ...sysctl });
    // Processes of a node are on its network.
    if (isFields(context.windowsOptions) && context.windowsOptions.hostProcess) spec.hostNetwork ??= true;
  }
}

function completeVolumes(spec: Fields): void {
  const mounts = containersIn(spec).flatMap(({ volumeMounts }) => listed(volumeMounts));
  for (const [at, mount] of mounts.entries()) mount.mountPath ??= `/mnt/${at}`;
  const volumes = listed(spec.volumes);
  for (const [at, volume] of volumes.entries()) {
    volume.name ??= `volume-${at}`;
    if (isFields(volume.ephemeral))
      volume.ephemeral.volumeClaimTemplate = {
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
      };
  }
  const names = new Set(volumes.map(({ name }) => name));
  for (const { name } of mounts) if (!names.has(name)) volumes.push({ name });
  if (volumes.length > 0) spec.volumes = volumes;
}

function containersIn(spec: Fields): Fields[] {
  return [...listed(spec.containers), ...listed(spec.initContainers)];
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
    if (object.type === "kubernetes.io/tls") object.data ??= { "tls.crt": "", "tls.key": "" };
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
    const paths = [{ path: "/", pathType: "Prefix", backend }];
    for (const rule of listed(spec.rules)) if (!(rule.http as Fields | undefined)?.paths) rule.http = { paths };
    if (isFields(spec.defaultBackend)) spec.defaultBackend = backend;
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
  Cluster(object) {
    within(object, "spec").instances ??= 3;
  },
  Pooler(object) {
    const spec = within(object, "spec");
    spec.cluster ??= { name: "a" };
    spec.pgbouncer ??= {};
  },
  ImageCatalog: catalogued,
  ClusterImageCatalog: catalogued,
  ObjectStore(object) {
    within(object, "spec").configuration ??= { destinationPath: "s3://a" };
  },
  Issuer: answering,
  ClusterIssuer: answering,
  Challenge(object) {
    const challenge = {
      authorizationURL: "https://a",
      dnsName: "a",
      key: "a",
      token: "a",
      type: "HTTP-01",
      url: "https://a",
    };
    const issuer = { name: "a" };
    Object.assign(within(object, "spec"), { ...challenge, issuerRef: issuer, ...within(object, "spec") });
  },
  RabbitmqCluster(object) {
    const override = within(object, "spec").override as Fields | undefined;
    if (override) within(within(within(within(override, "statefulSet"), "spec"), "template"), "spec").containers ??= [];
  },
  HorizontalPodAutoscaler(object) {
    const spec = within(object, "spec");
    spec.scaleTargetRef ??= { apiVersion: "apps/v1", kind: "Deployment", name: "a" };
    spec.maxReplicas ??= 3;
  },
};

/** The server of an authority is asked of whoever answers for hosts to it. */
function answering(object: Fields): void {
  const acme = within(object, "spec").acme;
  if (isFields(acme)) Object.assign(acme, { server: "https://a", privateKeySecretRef: { name: "a" }, ...acme });
}

function catalogued(object: Fields): void {
  for (const [at, image] of listed(within(object, "spec").images).entries()) image.major ??= 17 + at;
}

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

/** A copy without what is not set, and what is not known yet: a request says both by leaving it out. */
function known(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => typeof item !== "symbol").map(known);
  if (!isFields(value)) return value;
  const said = Object.entries(value).filter(([, item]) => item !== null && typeof item !== "symbol");
  return Object.fromEntries(said.map(([key, item]) => [key, known(item)]));
}
