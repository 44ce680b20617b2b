import type { types } from "@pulumi/kubernetes";
import { oneAtATime } from "../../core/budget.ts";
import { checksum } from "../../core/checksum.ts";
import { labels, selector } from "../../core/labels.ts";
import { optOut, optOutAnnotations } from "../../core/opt-out.ts";
import { placed, spread } from "../../core/spread.ts";
import { dataLabels } from "../../data/declared.ts";
import { image } from "../../images/catalogue.ts";
import { type CollectorConfig, OTLP_GRPC_PORT, OTLP_HTTP_PORT } from "../collector/config.ts";
import { COLLECTOR_IMAGE, CONFIG_FILE, collectorPod } from "../collector/pod.ts";
import type { CompleteArgs } from "./args.ts";
import { collectorConfig, SPAN_METRICS_PORT, samplerConfig, ZIPKIN_PORT } from "./collector-config.ts";
import { JAEGER_HEALTH, JAEGER_PATHS, jaegerConfig, QUERY_GRPC_PORT, QUERY_PORT } from "./jaeger-config.ts";
import { jaegersOf } from "./needs.ts";

export const PARTS = ["collector", "sampler", "jaeger"] as const;
export type Part = (typeof PARTS)[number];

const OTLP = { "otlp-grpc": OTLP_GRPC_PORT, "otlp-http": OTLP_HTTP_PORT };
/** What each part listens on for others. */
export const PORTS = {
  collector: { ...OTLP, zipkin: ZIPKIN_PORT },
  sampler: { "otlp-grpc": OTLP_GRPC_PORT, "span-metrics": SPAN_METRICS_PORT },
  jaeger: { "otlp-grpc": OTLP_GRPC_PORT, query: QUERY_PORT, "query-grpc": QUERY_GRPC_PORT },
} as const satisfies Record<Part, Record<string, number>>;

const ON_ANOTHER = optOut("what it does is on the one dashboard of the whole Tracing");
const ALONE =
  "traces are on one disk or in one memory: while it is away they wait in the samplers, and none can be looked up";

/** Name of a part's objects: `traces-sampler`. The collector, which services know, has Tracing's own name as its Service's. */
export function partName(name: string, part: Part): string {
  return `${name}-${part}`;
}

/** Whether there is one Jaeger alone. */
function isAlone({ storage }: Pick<CompleteArgs, "storage">): boolean {
  return jaegersOf(storage) === 1;
}

/** How many of a part there are. */
export function replicasOf(part: Part, args: CompleteArgs): number {
  return { collector: args.collectors, sampler: args.samplers, jaeger: jaegersOf(args.storage) }[part];
}

/** Full names of the samplers, by which collectors find each of them. */
export function samplerHosts(name: string, namespace: string, samplers: number): string[] {
  const sampler = partName(name, "sampler");
  return Array.from({ length: samplers }, (_, index) => `${sampler}-${index}.${sampler}.${namespace}.svc`);
}

/** The configuration of each part, as its program reads it. */
export function configs(name: string, args: CompleteArgs): Readonly<Record<Part, CollectorConfig>> {
  const namespace = args.namespace.name;
  return {
    collector: collectorConfig(samplerHosts(name, namespace, args.samplers)),
    sampler: samplerConfig(args, `${partName(name, "jaeger")}.${namespace}.svc`),
    jaeger: jaegerConfig(name, args),
  };
}

export function configMapPlan(name: string, part: Part, args: CompleteArgs): types.input.core.v1.ConfigMap {
  return {
    metadata: metadataOf(name, part, args),
    data: { [CONFIG_FILE]: JSON.stringify(configs(name, args)[part], null, 2) },
  };
}

export function collectorPlan(name: string, args: CompleteArgs): types.input.apps.v1.Deployment {
  const { zones, collectors } = args;
  const matchLabels = selector(name, "collector");
  return {
    metadata: metadataOf(name, "collector", args),
    spec: {
      replicas: collectors,
      revisionHistoryLimit: 5,
      selector: { matchLabels },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: templateMetadata(name, "collector", args),
        spec: {
          ...podOf(name, "collector", args),
          ...spread({ matchLabels, zones, sharedHosts: "prefer-not", rolls: true }),
        },
      },
    },
  };
}

/** Samplers have names of their own: a trace's spans go to the same one, also after a restart. */
export function samplerPlan(name: string, args: CompleteArgs): types.input.apps.v1.StatefulSet {
  const { zones, samplers } = args;
  const matchLabels = selector(name, "sampler");
  return {
    metadata: metadataOf(name, "sampler", args),
    spec: {
      serviceName: partName(name, "sampler"),
      replicas: samplers,
      revisionHistoryLimit: 5,
      podManagementPolicy: "Parallel",
      selector: { matchLabels },
      template: {
        metadata: templateMetadata(name, "sampler", args),
        spec: { ...podOf(name, "sampler", args), ...spread({ matchLabels, zones, sharedHosts: "prefer-not" }) },
      },
    },
  };
}

export function jaegerPlan(name: string, args: CompleteArgs): types.input.apps.v1.StatefulSet {
  const { zones, storage } = args;
  const matchLabels = selector(name, "jaeger");
  const alone = isAlone(args);
  const metadata = metadataOf(name, "jaeger", args);
  return {
    metadata: { ...metadata, labels: { ...metadata.labels, ...dataLabels({}) } },
    spec: {
      serviceName: partName(name, "jaeger"),
      replicas: replicasOf("jaeger", args),
      revisionHistoryLimit: 5,
      podManagementPolicy: "Parallel",
      selector: { matchLabels },
      template: {
        metadata: templateMetadata(name, "jaeger", args),
        spec: {
          ...podOf(name, "jaeger", args),
          ...(alone ? placed(zones) : spread({ matchLabels, zones, sharedHosts: "prefer-not" })),
        },
      },
      ...(storage.kind === "badger" && {
        volumeClaimTemplates: [
          {
            metadata: { name: "data", labels: dataLabels({}) },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: storage.disk } } },
          },
        ],
      }),
    },
  };
}

/** The collector's Service is what services know; samplers have one name each; Jaeger is asked by people and dashboards. */
export function servicePlan(name: string, part: Part, { namespace }: CompleteArgs): types.input.core.v1.Service {
  return {
    metadata: {
      name: part === "collector" ? name : partName(name, part),
      namespace: namespace.name,
      labels: labels(name, part),
      annotations: optOutAnnotations({ dashboard: ON_ANOTHER }),
    },
    spec: {
      // Pods of a set have names of their own; a sampler that is not ready yet is waited for at its own.
      ...(part !== "collector" && { clusterIP: "None", publishNotReadyAddresses: part === "sampler" }),
      selector: selector(name, part),
      ports: Object.entries(PORTS[part]).map(([port, number]) => ({ name: port, port: number, targetPort: port })),
    },
  };
}

/** One at a time may be taken away; where one is alone, that is all of them, and a drain goes on all the same. */
export function budgetPlan(
  name: string,
  part: Part,
  { namespace }: CompleteArgs,
): types.input.policy.v1.PodDisruptionBudget {
  return {
    metadata: { name: partName(name, part), namespace: namespace.name, labels: labels(name, part) },
    spec: oneAtATime(selector(name, part)),
  };
}

function metadataOf(name: string, part: Part, args: CompleteArgs) {
  const annotations = stepsDown(part, args);
  return { name: partName(name, part), namespace: args.namespace.name, labels: labels(name, part), annotations };
}

function templateMetadata(name: string, part: Part, args: CompleteArgs) {
  return {
    labels: labels(name, part),
    annotations: { ...stepsDown(part, args), "plumbline.dev/config-checksum": checksum(configs(name, args)[part]) },
  };
}

/** What of the rules for all is not held, and why. */
function stepsDown(part: Part, args: CompleteArgs): Record<string, string> {
  if (part !== "jaeger" || !isAlone(args)) return {};
  const why = optOut(ALONE);
  return optOutAnnotations({
    replication: why,
    spread: why,
    backup: optOut("a trace is of use for days, and none is relied on"),
  });
}

function podOf(name: string, part: Part, args: CompleteArgs) {
  const files = part === "jaeger" ? jaegerFiles(args) : {};
  return collectorPod({
    account: name,
    config: partName(name, part),
    container: part,
    image: part === "jaeger" ? image("jaeger") : COLLECTOR_IMAGE,
    ports: PORTS[part],
    resources: args.resources[part],
    health: part === "jaeger" ? JAEGER_HEALTH : "/",
    ...files,
  });
}

/** The disk of Jaeger, or what it needs to enter a cluster that keeps traces for it. */
function jaegerFiles({ storage }: CompleteArgs): Pick<Parameters<typeof collectorPod>[0], "mounts" | "volumes"> {
  if (storage.kind === "memory") return {};
  if (storage.kind === "badger") return { mounts: [{ name: "data", mountPath: JAEGER_PATHS.data }] };
  const files = Object.entries({ password: storage.user?.password, authority: storage.authority }).flatMap(
    ([name, file]) =>
      file === undefined ? [] : [{ name, path: JAEGER_PATHS[name as "password" | "authority"], file }],
  );
  return {
    mounts: files.map(({ name, path }) => ({
      name,
      mountPath: path,
      subPath: path.split("/").at(-1) as string,
      readOnly: true,
    })),
    volumes: files.map(({ name, path, file }) => ({
      name,
      secret: {
        secretName: file.secret,
        defaultMode: 0o440,
        items: [{ key: file.key, path: path.split("/").at(-1) as string }],
      },
    })),
  };
}
