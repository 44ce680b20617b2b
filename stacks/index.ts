import * as pulumi from "@pulumi/pulumi";
import { SHOP_FLAGS } from "../apps/chassis/src/shop-flags.ts";
import { Cluster, Namespace } from "../components/cluster/index.ts";
import { blueGreen, FeatureFlags } from "../components/delivery/index.ts";
import { Gateway, Issuer, RateLimits } from "../components/edge/index.ts";
import { pinImages } from "../components/images/index.ts";
import { Application } from "../components/workload/index.ts";
import { makeAccess } from "./access.ts";
import { makeAdmission } from "./admission.ts";
import { auditOf } from "./audit.ts";
import { makeDashboards } from "./dashboards.ts";
import { loadEnvironment, whyNoAnalysis } from "./environment.ts";
import { groundOf } from "./ground.ts";
import { readImageLock } from "./images.ts";
import { monitoringOf } from "./monitoring.ts";
import { objectsOf } from "./objects.ts";
import { optionalOperators } from "./operators.ts";
import { makeReleaseController } from "./releases.ts";
import { makeScanning } from "./scanning.ts";
import { SHOP } from "./scanning-schema.ts";
import { storesOf } from "./stores.ts";
import { telemetryOf } from "./telemetry.ts";
import { makeRequestValidation } from "./validation.ts";

const environment = loadEnvironment(pulumi.getStack());
const { namespaces, certificates, objectives } = environment;

const cluster = new Cluster("cluster", {
  context: environment.cluster.context,
  operators: environment.tier === "rehearsal" ? "provided" : "installed",
  also: optionalOperators(environment),
  ...(environment.rateLimits && { rateLimits: { redis: "cache", ...environment.rateLimits } }),
});
// The images of a rehearsal are made on its machine: what a registry has under the same names are others.
const lock = environment.tier === "rehearsal" ? undefined : readImageLock();
const on = { provider: cluster.provider, dependsOn: cluster, ...(lock && { transformations: [pinImages(lock)] }) };
const ground = groundOf(environment, on);
makeAdmission(ground);

const workloads = new Namespace(SHOP, { quota: namespaces.shop, attachesRoutes: true }, on);
const data = new Namespace("shop-data", { quota: namespaces.data }, on);
const edge = new Namespace("shop-edge", { quota: namespaces.edge }, on);

const internal = new Issuer("internal", { authority: "private" }, on);
const answeredOn = { name: "gateway", namespace: edge.name };
const trusted =
  certificates.authority === "acme" ? new Issuer("public", { ...certificates, gateway: answeredOn }, on) : internal;

const monitoring = monitoringOf(ground);
makeReleaseController(ground, monitoring);
makeScanning(ground, workloads);

const objects = objectsOf(ground, data, internal);
const telemetry = telemetryOf(ground, workloads, objects);
const audit = auditOf(ground, { monitoring, telemetry, objects });
const { postgres, cache, kafka } = storesOf(ground, { namespace: data, issuer: internal, objects });

const gateway = new Gateway(
  "gateway",
  {
    namespace: edge,
    host: environment.host,
    issuer: trusted,
    implementation: environment.gateway,
    ...(environment.rateLimits && { rateLimits: new RateLimits("rate-limits", { cluster, redis: cache }, on) }),
    zones: environment.zones,
    ...environment.proxies,
    ...(environment.aws && { loadBalancer: "aws" }),
  },
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
    images: environment.images,
    gateway,
    objectives: { availability: objectives.availability, latency: objectives.latency },
    noAnalysis: whyNoAnalysis(environment),
    ...(telemetry && { telemetry: telemetry.tracing }),
    ...(telemetry?.profiling && { profiles: telemetry.profiling }),
    ...ground.placed,
    ...environment.services,
  },
  on,
);

const validation = makeRequestValidation(ground, workloads);
shop.service("orders", {
  uses: [postgres.database("orders").owner, kafka.topic("orders").publish, flags],
  route: validation ? { validation } : true,
});
shop.service("payments", {
  uses: [cache, kafka.topic("orders").consume, kafka.topic("payments").publish],
  route: true,
});
shop.service("inventory", {
  uses: [postgres.database("inventory").owner, kafka.topic("orders").consume],
  release: blueGreen({ bakeTime: environment.releases.bakeTime }),
  route: { path: "/stock" },
});

const shows = [workloads, data, ...(telemetry ? [telemetry.namespace] : [])];
const dashboards = makeDashboards(ground, { shows, monitoring, telemetry, issuer: internal, objects });

makeAccess(ground, {
  shop: workloads,
  data,
  edge,
  observability: monitoring?.namespace,
  telemetry: telemetry?.namespace,
  dashboards,
});

/** Where the services are reached from outside. */
export const urls = shop.urls;
/** Where the stores are reached from inside the cluster. */
export const endpoints = {
  postgres: postgres.endpoint,
  postgresReader: postgres.readerEndpoint,
  cache: cache.endpoint,
  kafka: kafka.endpoint,
};
/** What the API server's `--audit-policy-file` says, where its log is kept. */
export const auditPolicy = audit?.policy;
