import { at, listAt, numberAt, type Resource, textAt } from "./resource.ts";

/** Pods that one resource asks for. */
export interface Pods {
  /** Kind of the resource, such as `StatefulSet`. */
  readonly kind: string;
  /** What sets these pods apart from others of the same application, such as `broker`; empty if nothing does. */
  readonly component: string;
  readonly min: number;
  /** More than `min` where an autoscaler may add pods. */
  readonly max: number;
}

export interface Application {
  /** `namespace/name`. */
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly pods: readonly Pods[];
  /** How often its metrics are read, such as `30s`; empty if they are not. */
  readonly metricsInterval: string;
}

export interface Entry {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly url: string;
  /** Who signs its certificate. */
  readonly issuer: string;
}

/** An arrow: who may speak to whom. The label is a path where a route says so, else the port. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

export interface StackModel {
  readonly zones: readonly string[];
  readonly entries: readonly Entry[];
  readonly applications: readonly Application[];
  readonly arrows: readonly Arrow[];
}

const NAME = "app.kubernetes.io/name";
const COMPONENT = "app.kubernetes.io/component";
const POSTGRES_LABEL = "cnpg.io/cluster";
const GATEWAY_LABEL = "gateway.networking.k8s.io/gateway-name";
const ZONE = "topology.kubernetes.io/zone";

/** What the picture shows, read from the resources alone: nothing is drawn that is not declared. */
export function modelOf(resources: readonly Resource[]): StackModel {
  const workloads = resources.filter(isWorkload);
  const entries = ofKind(resources, "Gateway")
    .filter(({ type }) => type.includes("gateway.networking"))
    .map((gateway) => entryOf(gateway, resources));
  const applications = applicationsOf(workloads, resources);
  const known = new Set([...entries, ...applications].map(({ id }) => id));
  const arrows = merged(routesOf(resources), allowedOf(resources)).filter(
    ({ from, to }) => from !== to && known.has(from) && known.has(to),
  );
  return { zones: zonesOf(workloads), entries, applications, arrows };
}

function ofKind(resources: readonly Resource[], kind: string): Resource[] {
  return resources.filter(({ type }) => type.startsWith("kubernetes:") && type.endsWith(`:${kind}`));
}

function isWorkload({ type }: Resource): boolean {
  return /^kubernetes:(apps\/v1:(Deployment|StatefulSet|DaemonSet)|postgresql\.cnpg\.io\/v1:Cluster|delivery\.plumbline\.dev\/v1alpha1:Release)$/.test(
    type,
  );
}

function idOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function applicationsOf(workloads: readonly Resource[], resources: readonly Resource[]): Application[] {
  const byId = Map.groupBy(workloads, ({ inputs }) =>
    idOf(textAt(inputs, "metadata.namespace"), applicationName(inputs)),
  );
  return [...byId].map(([id, parts]) => {
    const [namespace = "", name = ""] = id.split("/");
    const pods = parts
      .map((part) => podsOf(part, resources))
      .toSorted((a, b) => a.component.localeCompare(b.component));
    return { id, name, namespace, pods, metricsInterval: metricsIntervalOf(namespace, name, resources) };
  });
}

function applicationName(inputs: unknown): string {
  const labels = at(inputs, "metadata.labels") as Record<string, string> | undefined;
  return labels?.[NAME] ?? textAt(inputs, "metadata.name");
}

function podsOf({ type, inputs }: Resource, resources: readonly Resource[]): Pods {
  const labels = at(inputs, "metadata.labels") as Record<string, string> | undefined;
  const scaler = ofKind(resources, "HorizontalPodAutoscaler").find(
    (each) =>
      textAt(each.inputs, "spec.scaleTargetRef.name") === textAt(inputs, "metadata.name") &&
      textAt(each.inputs, "metadata.namespace") === textAt(inputs, "metadata.namespace"),
  );
  const fixed = numberAt(inputs, "spec.replicas") ?? numberAt(inputs, "spec.instances") ?? 1;
  const min = numberAt(scaler?.inputs, "spec.minReplicas") ?? fixed;
  const [, group = "", kind = ""] = /^kubernetes:(.*)\/.*:(.*)$/.exec(type) ?? [];
  return {
    kind: group.includes(".") ? `${kind} of ${group}` : kind,
    component: labels?.[COMPONENT] ?? "",
    min,
    max: numberAt(scaler?.inputs, "spec.maxReplicas") ?? min,
  };
}

function metricsIntervalOf(namespace: string, name: string, resources: readonly Resource[]): string {
  const monitor = ofKind(resources, "ServiceMonitor").find(({ inputs }) => {
    const selected = at(inputs, "spec.selector.matchLabels") as Record<string, string> | undefined;
    return textAt(inputs, "metadata.namespace") === namespace && selected?.[NAME] === name;
  });
  return textAt(listAt(monitor?.inputs, "spec.endpoints")[0], "interval");
}

function entryOf({ inputs }: Resource, resources: readonly Resource[]): Entry {
  const namespace = textAt(inputs, "metadata.namespace");
  const secure = listAt(inputs, "spec.listeners").find((listener) => at(listener, "tls") !== undefined);
  const secret = textAt(listAt(secure, "tls.certificateRefs")[0], "name");
  const certificate = ofKind(resources, "Certificate").find(
    (each) =>
      textAt(each.inputs, "spec.secretName") === secret && textAt(each.inputs, "metadata.namespace") === namespace,
  );
  const name = textAt(inputs, "metadata.name");
  const scheme = secure === undefined ? "http" : "https";
  const hostname = textAt(secure ?? listAt(inputs, "spec.listeners")[0], "hostname");
  return {
    id: idOf(namespace, name),
    name,
    namespace,
    url: hostname && `${scheme}://${hostname}`,
    issuer: textAt(certificate?.inputs, "spec.issuerRef.name"),
  };
}

function routesOf(resources: readonly Resource[]): Arrow[] {
  return ofKind(resources, "HTTPRoute").flatMap(({ inputs }) => {
    const namespace = textAt(inputs, "metadata.namespace");
    const parents = listAt(inputs, "spec.parentRefs").map((parent) =>
      idOf(textAt(parent, "namespace") || namespace, textAt(parent, "name")),
    );
    return listAt(inputs, "spec.rules").flatMap((rule) =>
      listAt(rule, "backendRefs").flatMap((backend) =>
        parents.map((from) => ({
          from,
          to: idOf(textAt(backend, "namespace") || namespace, textAt(backend, "name")),
          label: textAt(listAt(rule, "matches")[0], "path.value"),
        })),
      ),
    );
  });
}

/** Network policies say who may send where: an arrow for each port that a policy lets its pods reach. */
function allowedOf(resources: readonly Resource[]): Arrow[] {
  return ofKind(resources, "NetworkPolicy").flatMap(({ inputs }) => {
    const namespace = textAt(inputs, "metadata.namespace");
    const from = selectedId(namespace, at(inputs, "spec.podSelector"));
    return listAt(inputs, "spec.egress").flatMap((rule) =>
      listAt(rule, "to").flatMap((peer) =>
        listAt(rule, "ports").map((port) => ({
          from,
          to: selectedId(peerNamespace(peer) ?? namespace, at(peer, "podSelector")),
          label: String(at(port, "port")),
        })),
      ),
    );
  });
}

function peerNamespace(peer: unknown): string | undefined {
  const labels = at(peer, "namespaceSelector.matchLabels") as Record<string, string> | undefined;
  return labels?.["kubernetes.io/metadata.name"];
}

function selectedId(namespace: string, selector: unknown): string {
  const labels = (at(selector, "matchLabels") ?? {}) as Record<string, string>;
  return idOf(namespace, labels[NAME] ?? labels[POSTGRES_LABEL] ?? labels[GATEWAY_LABEL] ?? "");
}

/** The zones that workloads are held to. */
function zonesOf(workloads: readonly Resource[]): string[] {
  const affinity = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
  const zones = workloads.flatMap(({ inputs }) =>
    [`spec.template.spec.${affinity}`, `spec.${affinity}`]
      .flatMap((path) => listAt(inputs, path))
      .flatMap((term) => listAt(term, "matchExpressions"))
      .filter((expression) => textAt(expression, "key") === ZONE)
      .flatMap((expression) => listAt(expression, "values").map(String)),
  );
  return [...new Set(zones)].toSorted();
}

/** One arrow from one to another: a route says more than the port that is open for it; several ports share an arrow. */
function merged(routes: readonly Arrow[], allowed: readonly Arrow[]): Arrow[] {
  const way = ({ from, to }: Arrow) => `${from} ${to}`;
  const routed = new Set(routes.map(way));
  const all = [...routes, ...allowed.filter((arrow) => !routed.has(way(arrow)))];
  return [...Map.groupBy(all, way).values()].flatMap(([first, ...others]) =>
    first ? [{ ...first, label: [...new Set([first, ...others].map(({ label }) => label))].join(", ") }] : [],
  );
}
