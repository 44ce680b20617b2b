import type { types } from "@pulumi/kubernetes";
import { priorityClass } from "../../cluster/priorities.ts";
import { oneAtATime } from "../../core/budget.ts";
import { checksum } from "../../core/checksum.ts";
import { labels, selector } from "../../core/labels.ts";
import { admit, admitPrometheus, reach } from "../../core/network.ts";
import { optOut, optOutAnnotations } from "../../core/opt-out.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../core/security-context.ts";
import { placed, spread } from "../../core/spread.ts";
import type { Destination, Pods } from "../../core/usage.ts";
import { dataLabels } from "../../data/declared.ts";
import type { BucketAccess } from "../../data/object-store/bucket-access.ts";
import { bucketFiles } from "../../data/object-store/bucket-files.ts";
import { image } from "../../images/catalogue.ts";
import { runtimeEnvironment } from "../../workload/runtime.ts";
import { SERVER_PROBES } from "../server-probes.ts";
import type { CompleteArgs, LokiArgs } from "./args.ts";
import { LOKI_PATHS, LOKI_PORTS, lokiConfig } from "./loki-config.ts";
import { type LokiPart, lokisOf } from "./needs.ts";

/** Loki writes to the bucket what it still holds, before it ends. */
const GRACE_SECONDS = 120;

const ON_ANOTHER = optOut("its requests are on the one dashboard of all Lokis");
const ALONE = optOut("logs are on one disk: while it is away they wait on the nodes, and none can be looked up");
const OF_USE_FOR_DAYS = optOut(
  "logs are kept for days, in a bucket with two copies where there is one, and nothing is made from them",
);

/** The Lokis that there are. */
export function lokiParts({ store }: Pick<CompleteArgs, "store">): LokiPart[] {
  return store.kind === "loki" ? lokisOf(store.bucket !== undefined) : [];
}

export function partName(name: string, { target }: Pick<LokiPart, "target">): string {
  return target === "all" ? `${name}-loki` : `${name}-loki-${target}`;
}

/** Full names of who takes logs, who is asked for them, who tidies up, and all. */
export function lokiHosts(name: string, { namespace, store }: Pick<CompleteArgs, "namespace" | "store">) {
  const alone = !("bucket" in store) || store.bucket === undefined;
  const host = (target: LokiPart["target"]) => `${partName(name, { target })}.${namespace.name}.svc`;
  return {
    write: host(alone ? "all" : "write"),
    read: host(alone ? "all" : "read"),
    backend: host(alone ? "all" : "backend"),
    peers: `${name}-loki-peers.${namespace.name}.svc`,
  };
}

/** Where the Loki of a host takes logs by OpenTelemetry's protocol. */
export function lokiIntake(host: string): string {
  return `http://${host}:${LOKI_PORTS.http}/otlp`;
}

/** The files of Loki's configuration, and whether the key to its bucket is in files. */
export interface LokiFiles {
  /** Name of the ConfigMap. */
  readonly config: string;
  readonly access?: BucketAccess | undefined;
}

export function lokiPlan(
  name: string,
  part: LokiPart,
  args: LokiArgs,
  { config, access }: LokiFiles,
): types.input.apps.v1.StatefulSet {
  const { namespace, zones, store, resources } = args;
  const matchLabels = selector(name, part.target);
  const alone = part.replicas === 1;
  const annotations = optOutAnnotations({
    backup: OF_USE_FOR_DAYS,
    ...(alone && { replication: ALONE, spread: ALONE }),
  });
  const { peers, backend } = lokiHosts(name, args);
  // Where the bucket is may only be known later, and does not change without its name.
  const bucket = access && { name: access.bucketName, ownAuthority: access.authority !== undefined };
  const files = bucketFiles(access);
  return {
    metadata: {
      name: partName(name, part),
      namespace: namespace.name,
      labels: { ...labels(name, part.target), ...dataLabels({}) },
      annotations,
    },
    spec: {
      serviceName: `${name}-loki-peers`,
      replicas: part.replicas,
      revisionHistoryLimit: 5,
      podManagementPolicy: "Parallel",
      selector: { matchLabels },
      template: {
        metadata: {
          labels: { ...labels(name, part.target), ...PEER },
          annotations: {
            ...annotations,
            "plumbline.dev/config-checksum": checksum({
              config: lokiConfig(peers, backend, bucket),
              revision: access?.grant.revision,
            }),
          },
        },
        spec: {
          serviceAccountName: `${name}-loki`,
          priorityClassName: priorityClass("store"),
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: GRACE_SECONDS,
          securityContext: RESTRICTED_POD,
          ...(alone ? placed(zones) : spread({ matchLabels, zones, sharedHosts: "prefer-not" })),
          ...(files.initContainers.length > 0 && { initContainers: files.initContainers }),
          containers: [
            {
              name: "loki",
              image: image("loki"),
              args: [`-config.file=${LOKI_PATHS.config}/config.json`, `-target=${part.target}`],
              env: [
                ...Object.entries(runtimeEnvironment("go", resources.loki)).map(([name, value]) => ({ name, value })),
                ...files.environment,
              ],
              ports: Object.entries(LOKI_PORTS).map(([port, containerPort]) => ({ name: port, containerPort })),
              resources: resources.loki,
              securityContext: RESTRICTED_CONTAINER,
              ...SERVER_PROBES,
              volumeMounts: [
                { name: "config", mountPath: LOKI_PATHS.config, readOnly: true },
                { name: "data", mountPath: LOKI_PATHS.data },
                { name: "tmp", mountPath: "/tmp" },
                ...files.mounts,
              ],
            },
          ],
          volumes: [
            { name: "config", configMap: { name: config } },
            { name: "tmp", emptyDir: { sizeLimit: "256Mi" } },
            ...files.volumes,
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: "data", labels: dataLabels({}) },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: store.disk } } },
        },
      ],
    },
  };
}

/** On every Loki, whatever it does: all of them find each other by it. */
const PEER = { "plumbline.dev/loki": "true" };

/** Who takes logs or answers has one address; the names of all lead to each, also before it is ready. */
export function lokiServices(
  name: string,
  parts: readonly LokiPart[],
  namespace: string,
): types.input.core.v1.Service[] {
  const service = (of: string, spec: object, part?: string) => ({
    metadata: {
      name: of,
      namespace,
      labels: labels(name, part),
      annotations: optOutAnnotations({ dashboard: ON_ANOTHER }),
    },
    spec: {
      ...spec,
      ports: Object.entries(LOKI_PORTS).map(([port, number]) => ({ name: port, port: number, targetPort: port })),
    },
  });
  const peers = { clusterIP: "None", publishNotReadyAddresses: true, selector: { ...selector(name), ...PEER } };
  return [
    ...parts.map((part) => service(partName(name, part), { selector: selector(name, part.target) }, part.target)),
    service(`${name}-loki-peers`, peers),
  ];
}

export function lokiBudget(name: string, part: LokiPart, namespace: string): types.input.policy.v1.PodDisruptionBudget {
  return {
    metadata: { name: partName(name, part), namespace, labels: labels(name, part.target) },
    spec: oneAtATime(selector(name, part.target)),
  };
}

/** Agents and readers come in; Lokis talk to each other, and to the bucket. */
export function lokiNetworkPlan(
  name: string,
  namespace: string,
  users: readonly Pods[],
  bucket: readonly Destination[],
): types.input.networking.v1.NetworkPolicySpec {
  const podLabels = { ...selector(name), ...PEER };
  const own = { namespace, podLabels };
  const ports = Object.values(LOKI_PORTS);
  return {
    podSelector: { matchLabels: podLabels },
    policyTypes: ["Ingress", "Egress"],
    ingress: [...admit([own], ports), ...admit(users, [LOKI_PORTS.http]), admitPrometheus(LOKI_PORTS.http)],
    egress: reach([...ports.map((port) => ({ ...own, port })), ...bucket]),
  };
}
