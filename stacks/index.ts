import * as pulumi from "@pulumi/pulumi";
import { SHOP_FLAGS } from "../apps/chassis/src/shop-flags.ts";
import { Cluster, Namespace } from "../components/cluster/index.ts";
import { optOut } from "../components/core/index.ts";
import { Kafka, ObjectStore, Postgres, Redis } from "../components/data/index.ts";
import { blueGreen, FeatureFlags, ReleaseController } from "../components/delivery/index.ts";
import { Gateway, Issuer } from "../components/edge/index.ts";
import { Dashboards, Logging, Monitoring, PLATFORM, Tracing } from "../components/observability/index.ts";
import { Application } from "../components/workload/index.ts";
import { loadEnvironment, placeOf, whyNoAnalysis } from "./environment.ts";
import { OBSERVABILITY } from "./monitoring-schema.ts";
import { alertingOf, keyFile } from "./paging.ts";

const loaded = loadEnvironment(pulumi.getStack());
const {
  cluster: where,
  namespaces,
  stores,
  services,
  certificates,
  zones,
  images,
  host,
  releases,
  objectives,
  ...environment
} = loaded;
const rehearsal = environment.tier === "rehearsal";

const cluster = new Cluster("cluster", {
  context: where.context,
  operators: rehearsal ? "provided" : "installed",
  also: stores.kafka.backend === "inCluster" && stores.kafka.operator ? [stores.kafka.operator] : [],
});
const on = { provider: cluster.provider, dependsOn: cluster };

const workloads = new Namespace("shop", { quota: namespaces.shop, attachesRoutes: true }, on);
const data = new Namespace("shop-data", { quota: namespaces.data }, on);
const edge = new Namespace("shop-edge", { quota: namespaces.edge }, on);

const internal = new Issuer("internal", { authority: "private" }, on);
const answeredOn = { name: "gateway", namespace: edge.name };
const trusted =
  certificates.authority === "acme" ? new Issuer("public", { ...certificates, gateway: answeredOn }, on) : internal;

const runbooks = environment.runbooks === undefined ? {} : { runbooks: environment.runbooks };

let monitoring: Monitoring | undefined;
if (environment.monitoring && namespaces.observability) {
  const { remoteWrite, ...sizes } = environment.monitoring;
  const namespace = new Namespace(OBSERVABILITY, { quota: namespaces.observability, scrapesMetrics: true }, on);
  monitoring = new Monitoring(
    "main",
    {
      namespace,
      zones,
      environment: loaded.name,
      retention: environment.retention.metrics,
      alerting: alertingOf(loaded),
      ...(remoteWrite && {
        remoteWrite: {
          url: remoteWrite.url,
          ...(remoteWrite.secretRef !== undefined && { token: keyFile({ secretRef: remoteWrite.secretRef }) }),
        },
      }),
      ...runbooks,
      ...sizes,
    },
    on,
  );
}

if (releases.controller) {
  const { image, prometheus } = releases.controller;
  const asked = prometheus !== undefined ? { url: prometheus } : monitoring && { from: monitoring.query };
  const quota = { cpu: "4", memory: "1Gi", pods: 12 } as const;
  const namespace = new Namespace("plumbline-delivery", { quota }, on);
  new ReleaseController("release-controller", { namespace, zones, image, ...(asked && { prometheus: asked }) }, on);
}

const kept = { namespace: data, retain: !rehearsal, ...runbooks };
const store = { ...kept, zones, issuer: internal };
const IS_THE_BACKUP = optOut(
  "it holds the backups of the others and logs, in two copies each; a copy in a second region is not built yet",
);
const isStore = stores.redis.backend === "inCluster" && stores.redis.role === "store";
// Who writes backups may delete what is in their bucket: so each has one of its own.
const buckets: Readonly<Record<string, object>> = {
  backups: {},
  ...(isStore && { snapshots: {} }),
  ...(environment.telemetry && { logs: {} }),
};
// Backups go where data is as closely kept as what is about people.
const vault = { dataClass: "restricted", buckets, backup: IS_THE_BACKUP } as const;
const objects = stores.objects && new ObjectStore("objects", { ...store, ...stores.objects, ...vault }, on);
/** Whose logs are kept apart: the shop's, and those of all else. */
const SHOP = "shop";
let tracing: Tracing | undefined;
let logging: Logging | undefined;
if (environment.telemetry && namespaces.telemetry) {
  const { traces, logs } = environment.telemetry;
  const { retention } = environment;
  const namespace = new Namespace("shop-telemetry", { quota: namespaces.telemetry }, on);
  const shared = { namespace, zones, retain: !rehearsal, ...runbooks };
  tracing = new Tracing("traces", { ...shared, ...traces, retention: retention.traces }, on);
  logging = new Logging(
    "logs",
    {
      ...shared,
      store: { kind: "loki", ...logs, ...(objects && { bucket: objects.bucket("logs") }) },
      retention: retention.logs,
      tenants: { [SHOP]: { namespaces: [workloads.name], retention: retention.logs } },
    },
    on,
  );
}

const { rto, rpo, availability, latency } = objectives;
const savedTo = (bucket: "backups" | "snapshots") =>
  objects && {
    objectives: { rto, rpo },
    backup: { to: objects.bucket(bucket), keep: environment.retention.backups },
  };
const databases = ["orders", "inventory"] as const;
// An order names its customer, in its table and on its topic. What inventory keeps of it is the order's id alone, which is about nobody
// once the order is gone.
const aboutPeople = { dataClass: "personal", retention: "365d" } as const;
const erasure = { tables: { orders: { orders: { by: "placed_at" } } } } as const;
const postgres = new Postgres(
  "postgres",
  stores.postgres.backend === "aws"
    ? { ...kept, ...aboutPeople, aws: placeOf(loaded), ...stores.postgres, databases }
    : { ...store, ...aboutPeople, ...savedTo("backups"), ...stores.postgres, databases, erasure },
  on,
);
const cache = new Redis(
  "cache",
  stores.redis.backend === "aws"
    ? { ...kept, aws: placeOf(loaded), ...stores.redis }
    : { ...store, ...(isStore && savedTo("snapshots")), ...stores.redis },
  on,
);
const topics = { orders: {}, payments: {} };
const HANDED_ON = optOut(
  "each record has three copies and ends with its retention; what came of it is in the databases",
);
const kafka = new Kafka(
  "kafka",
  stores.kafka.backend === "aws"
    ? { ...kept, ...aboutPeople, aws: placeOf(loaded), ...stores.kafka, topics }
    : { ...store, ...aboutPeople, ...stores.kafka, topics, backup: HANDED_ON },
  on,
);

const gateway = new Gateway(
  "gateway",
  { namespace: edge, host, issuer: trusted, implementation: environment.gateway },
  on,
);

const flags = new FeatureFlags(
  "shop-flags",
  { namespace: workloads, flags: SHOP_FLAGS, defaults: environment.flags ?? {} },
  on,
);

const shop = new Application(
  "shop",
  {
    namespace: workloads,
    zones,
    images,
    gateway,
    objectives: { availability, latency },
    noAnalysis: whyNoAnalysis(loaded),
    ...(tracing && { telemetry: tracing }),
    ...runbooks,
    ...services,
  },
  on,
);

shop.service("orders", {
  uses: [postgres.database("orders").owner, kafka.topic("orders").publish, flags],
  route: true,
});
shop.service("payments", {
  uses: [cache, kafka.topic("orders").consume, kafka.topic("payments").publish],
  route: true,
});
shop.service("inventory", {
  uses: [postgres.database("inventory").owner, kafka.topic("orders").consume],
  release: blueGreen({ bakeTime: releases.bakeTime }),
  route: { path: "/stock" },
});

if (environment.dashboards) {
  const { prometheus, ...sizes } = environment.dashboards;
  const asked = prometheus !== undefined ? { url: prometheus } : monitoring && { from: monitoring.query };
  const quota = { cpu: "4", memory: "8Gi", pods: 20, storage: "40Gi" } as const;
  const namespace = new Namespace("shop-dashboards", { quota }, on);
  // Not the shop's own: who looks for what is wrong with that one must get in.
  const resources = { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "1", memory: "512Mi" } } as const;
  const own = { namespace, storage: "5Gi", connections: 100, resources, databases: ["grafana"] } as const;
  const database = new Postgres("dashboards-db", { ...store, ...savedTo("backups"), ...own }, on).database(
    "grafana",
  ).owner;
  const shown = {
    shows: [workloads, data],
    ...(tracing && { traces: { kind: "jaeger", from: tracing.query } as const }),
    ...(logging?.query && { loki: { from: logging.query, tenants: [SHOP, PLATFORM] } }),
  };
  if (asked === undefined) throw new TypeError("dashboards without a Prometheus");
  new Dashboards("grafana", { namespace, zones, database, ...shown, prometheus: asked, ...runbooks, ...sizes }, on);
}

/** Where the services are reached from outside. */
export const urls = shop.urls;
/** Where the stores are reached from inside the cluster. */
export const endpoints = {
  postgres: postgres.endpoint,
  postgresReader: postgres.readerEndpoint,
  cache: cache.endpoint,
  kafka: kafka.endpoint,
};
