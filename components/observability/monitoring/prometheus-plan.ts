import type { types } from "@pulumi/kubernetes";
import { priorityClass } from "../../cluster/priorities.ts";
import type { Manifest } from "../../core/custom-resource.ts";
import { labels } from "../../core/labels.ts";
import { isOptOut, optOutAnnotations } from "../../core/opt-out.ts";
import { amount, type Quantity } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import { RESTRICTED_POD } from "../../core/security-context.ts";
import { spread } from "../../core/spread.ts";
import { image, imageTag } from "../../images/catalogue.ts";
import type { CompleteMonitoring, RemoteWrite } from "./args.ts";
import { prometheusPods, WEB } from "./pods.ts";

/** How often targets are read and rules worked out, unless they say otherwise. */
const INTERVAL = "30s";
/** Of its disk, for what is kept; the rest is for what is being written and compacted. */
const KEPT_SHARE = 0.8;
const MIB = 2 ** 20;
/** Everything, in whatever namespace it is. */
const ALL = {};

interface ClaimTemplate {
  volumeClaimTemplate: {
    metadata: { labels: Record<string, string> };
    spec: { accessModes: ["ReadWriteOnce"]; resources: { requests: { storage: Quantity } } };
  };
}

/** What Prometheus and Alertmanager have in common, as objects of the operator. */
export interface ServerSpec {
  image: string;
  version: string;
  replicas: number;
  podMetadata: { labels: Record<string, string> };
  serviceAccountName: string;
  priorityClassName: string;
  securityContext: types.input.core.v1.PodSecurityContext;
  resources: Resources;
  storage: ClaimTemplate;
  topologySpreadConstraints: object[];
  affinity: object;
  tolerations: object[];
}

/** The fields of a Prometheus of the operator that we set (monitoring.coreos.com/v1). */
export type PrometheusManifest = Manifest<
  "monitoring.coreos.com/v1",
  "Prometheus",
  ServerSpec & {
    scrapeInterval: string;
    evaluationInterval: string;
    retention: string;
    retentionSize: string;
    externalLabels: Record<string, string>;
    replicaExternalLabelName: "replica";
    prometheusExternalLabelName: "prometheus";
    serviceDiscoveryRole: "EndpointSlice";
    arbitraryFSAccessThroughSMs: { deny: true };
    ignoreNamespaceSelectors: true;
    additionalScrapeConfigs: { name: string; key: string };
    alerting?: { alertmanagers: { namespace: string; name: string; port: string; apiVersion: "v2" }[] };
    remoteWrite?: { url: string; authorization?: { credentials: { name: string; key: string } } }[];
  } & Record<`${Selected}Selector` | `${Selected}NamespaceSelector`, object>
>;

/** What is selected. Who writes a Probe or a ScrapeConfig says what is called in whose name: nothing here makes any, and none is read. */
type Selected = "rule" | "serviceMonitor" | "podMonitor";

/** The Secret of what is read besides what monitors select, and the key in it. */
export function scrapeSecret(name: string) {
  return { name: `${name}-cluster-targets`, key: "targets.yaml" } as const;
}

/**
 * Prometheus as its operator takes it: every replica reads every monitor and works out every rule of all namespaces, and keeps them on a
 * disk of its own. Alertmanager knows two alike alerts, which differ in nothing but the label `replica`, for one.
 */
export function prometheusPlan(name: string, args: CompleteMonitoring): PrometheusManifest {
  const { namespace, replicas, retention, storage, resources, environment, alerting, remoteWrite } = args;
  const scraped = scrapeSecret(name);
  const stepsDown = { replication: args.replication, paging: alerting, kubeletCertificates: args.kubeletCertificates };
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "Prometheus",
    metadata: { name, namespace: namespace.name, labels: labels(name), annotations: optOutAnnotations(stepsDown) },
    spec: {
      image: image("prometheus"),
      version: imageTag("prometheus"),
      ...serverPlan(name, "prometheus", args, { matchLabels: prometheusPods(name), resources, storage }),
      replicas: replicas.prometheus,
      scrapeInterval: INTERVAL,
      evaluationInterval: INTERVAL,
      retention,
      retentionSize: retentionSize(storage),
      externalLabels: { environment },
      replicaExternalLabelName: "replica",
      prometheusExternalLabelName: "prometheus",
      serviceDiscoveryRole: "EndpointSlice",
      // Who may write a monitor anywhere could have our own token sent to a server of theirs.
      arbitraryFSAccessThroughSMs: { deny: true },
      // A monitor has pods of its own namespace read, and of no other.
      ignoreNamespaceSelectors: true,
      additionalScrapeConfigs: { ...scraped },
      ...(isOptOut(alerting) ? {} : { alerting: { alertmanagers: [alertmanagersOf(name, namespace.name)] } }),
      ...(remoteWrite && { remoteWrite: [remoteWriteOf(remoteWrite)] }),
      ruleSelector: ALL,
      ruleNamespaceSelector: ALL,
      serviceMonitorSelector: ALL,
      serviceMonitorNamespaceSelector: ALL,
      podMonitorSelector: ALL,
      podMonitorNamespaceSelector: ALL,
    },
  };
}

/** What is kept at most, in Prometheus' own unit: its MB is 2^20 bytes. */
export function retentionSize(storage: Quantity): string {
  return `${Math.floor((amount(storage) * KEPT_SHARE) / MIB)}MB`;
}

/** The pods of a server: restricted, one to a node, spread over the zones, on disks of their own. */
export function serverPlan(
  name: string,
  server: "prometheus" | "alertmanager",
  { zones }: Pick<CompleteMonitoring, "zones">,
  own: { matchLabels: Readonly<Record<string, string>>; resources: Resources; storage: Quantity },
): Omit<ServerSpec, "image" | "version" | "replicas"> {
  const { matchLabels, resources, storage } = own;
  return {
    podMetadata: { labels: labels(`${name}-${server}`, server) },
    serviceAccountName: `${name}-${server}`,
    priorityClassName: priorityClass("monitoring"),
    securityContext: RESTRICTED_POD,
    resources,
    storage: {
      volumeClaimTemplate: {
        metadata: { labels: labels(`${name}-${server}`, server) },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
      },
    },
    ...spread({ matchLabels, zones, sharedHosts: "never" }),
  };
}

/** The Service by which Prometheus finds every Alertmanager. */
function alertmanagersOf(name: string, namespace: string) {
  return { namespace, name: `${name}-alertmanager`, port: WEB, apiVersion: "v2" } as const;
}

function remoteWriteOf({ url, token }: RemoteWrite) {
  return { url, ...(token && { authorization: { credentials: { name: token.secret, key: token.key } } }) };
}
