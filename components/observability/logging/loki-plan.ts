import type { types } from "@pulumi/kubernetes";
import { oneAtATime } from "../../core/budget.ts";
import { checksum } from "../../core/checksum.ts";
import { labels, selector } from "../../core/labels.ts";
import { admit, admitPrometheus, reach } from "../../core/network.ts";
import { optOut } from "../../core/opt-out.ts";
import type { Destination, Pods } from "../../core/usage.ts";
import type { BucketAccess } from "../../data/object-store/bucket-access.ts";
import { bucketFiles } from "../../data/object-store/bucket-files.ts";
import { image } from "../../images/catalogue.ts";
import { runtimeEnvironment } from "../../workload/runtime.ts";
import { serverService, serverSetPlan } from "../server-set.ts";
import type { CompleteArgs, LokiArgs } from "./args.ts";
import { LOKI_PATHS, LOKI_PORTS, lokiConfig } from "./loki-config.ts";
import { type LokiPart, lokisOf } from "./needs.ts";

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

/** On every Loki, whatever it does: all of them find each other by it. */
const PEER = { "plumbline.dev/loki": "true" };

export function lokiPlan(
  name: string,
  part: LokiPart,
  args: LokiArgs,
  { config, access }: LokiFiles,
): types.input.apps.v1.StatefulSet {
  const { namespace, zones, store, resources } = args;
  const { peers, backend } = lokiHosts(name, args);
  // Where the bucket is may only be known later, and does not change without its name.
  const bucket = access && { name: access.bucketName, ownAuthority: access.authority !== undefined };
  const read = { config: lokiConfig(peers, backend, bucket), revision: access?.grant.revision };
  const files = bucketFiles(access);
  return serverSetPlan({
    name: partName(name, part),
    of: name,
    part: part.target,
    namespace: namespace.name,
    zones,
    replicas: part.replicas,
    serviceName: `${name}-loki-peers`,
    account: `${name}-loki`,
    optOuts: { backup: OF_USE_FOR_DAYS, ...(part.replicas === 1 && { replication: ALONE, spread: ALONE }) },
    peer: PEER,
    priority: "store",
    config: { name: config, checksum: checksum(read) },
    program: {
      name: "loki",
      image: image("loki"),
      args: [`-config.file=${LOKI_PATHS.config}/config.json`, `-target=${part.target}`],
      env: [
        ...Object.entries(runtimeEnvironment("go", resources.loki)).map(([name, value]) => ({ name, value })),
        ...files.environment,
      ],
      ports: LOKI_PORTS,
      resources: resources.loki,
      volumeMounts: [
        { name: "config", mountPath: LOKI_PATHS.config, readOnly: true },
        { name: "data", mountPath: LOKI_PATHS.data },
        { name: "tmp", mountPath: "/tmp" },
        ...files.mounts,
      ],
    },
    files,
    scratch: "256Mi",
    disk: store.disk,
  });
}

/** Who takes logs or answers has one address; the names of all lead to each, also before it is ready. */
export function lokiServices(
  name: string,
  parts: readonly LokiPart[],
  namespace: string,
): types.input.core.v1.Service[] {
  const service = (of: string, spec: types.input.core.v1.ServiceSpec, part?: string) =>
    serverService({ name: of, of: name, part, namespace }, LOKI_PORTS, ON_ANOTHER, spec);
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
