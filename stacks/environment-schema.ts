import { z } from "zod";
import { SHOP_FLAGS } from "../apps/chassis/src/shop-flags.ts";
import {
  amount,
  hundredths,
  isDnsLabel,
  isOptOut,
  isQuorum,
  isServiceUrl,
  milliseconds,
  objectiveProblems,
  SERVICE_URL,
} from "../components/core/index.ts";
import { placeProblems } from "../components/data/aws/place.ts";
import { accessSchema, checkAccess } from "./access-schema.ts";
import { auditSchema, checkAudit } from "./audit-schema.ts";
import { checkDashboards, dashboardsSchema } from "./dashboards-schema.ts";
import { cpu, disk, duration, label, memory, optOut, percent, resources, text, whole } from "./fields.ts";
import { checkMonitoring, monitoringSchema, pagingSchema } from "./monitoring-schema.ts";
import { NODE_KINDS } from "./node-kinds.ts";
import { checkProxies, proxiesSchema } from "./proxies-schema.ts";
import { checkScanning, scanningSchema } from "./scanning-schema.ts";
import { checkSecretsFrom, secretsFromSchema } from "./secrets-schema.ts";
import { awsSchema, storesSchema } from "./store-schema.ts";
import { checkTelemetry, telemetrySchema } from "./telemetry-schema.ts";

const host = text('a host name such as "shop.example.com"', (given) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(given));

/** What Kubernetes allows as the value of a label. */
const LABEL_VALUE = /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;
/** A node of the rehearsal is called `<zone>-<number>`, with up to 100 nodes in a zone, in 63 characters. */
const LONGEST_REHEARSAL_ZONE = 59;

const ownImage = text(
  'an image with a tag or a digest, such as "registry.example.com/release-controller:0.1.0"',
  (given) => /^[\w.-]+(:\d+)?(\/[\w.-]+)+(:[\w.-]+|@sha256:[0-9a-f]{64})$/.test(given),
);

const quota = z.strictObject({ cpu, memory, pods: whole(1, 100_000), storage: disk.exactOptional() });

const cluster = z.discriminatedUnion("provider", [
  z.strictObject({
    provider: z.literal("rehearsal"),
    context: label,
    /** What pods run on; simulated by default. `cluster start --nodes` overrules it. Real ones need Linux and root. */
    nodes: z.enum(NODE_KINDS).exactOptional(),
    nodesPerZone: whole(1, 100),
    node: z.strictObject({
      instanceType: text('the value of a label, such as "m7i.xlarge"', (given) => LABEL_VALUE.test(given)),
      cpu,
      memory,
      pods: whole(1, 1_000),
    }),
  }),
  z.strictObject({
    provider: z.literal("kubeconfig"),
    context: text("the name of a context in the kubeconfig", (given) => given.trim() !== ""),
    /** Whether an adapter in it serves `http_requests_per_second` of pods on custom.metrics.k8s.io. The rehearsal does. */
    customMetrics: z.boolean().exactOptional(),
  }),
]);

const certificates = z.discriminatedUnion("authority", [
  z.strictObject({ authority: z.literal("private") }),
  z.strictObject({
    authority: z.literal("acme"),
    server: z.url({ protocol: /^https$/, error: "the https:// address of an ACME directory" }),
    email: z.email({ error: "an e-mail address" }),
  }),
]);

type FlagShape<Flags extends Readonly<Record<string, { variants: object }>>> = {
  [Name in keyof Flags]: z.ZodExactOptional<
    z.ZodEnum<{ [Variant in keyof Flags[Name]["variants"] & string]: Variant }>
  >;
};
const flags = z.strictObject(
  Object.fromEntries(
    Object.entries(SHOP_FLAGS).map(([name, { variants }]) => [name, z.enum(Object.keys(variants)).exactOptional()]),
  ) as FlagShape<typeof SHOP_FLAGS>,
);

/** The shape of an environment file. Unknown keys are refused: a mistyped one must not pass as a default. */
export const environmentSchema = z.strictObject({
  /** What the environment is for. It decides what may be stepped down from, and whether data outlives the stack. */
  tier: z.enum(["rehearsal", "development", "staging", "production"]),
  cluster,
  region: label,
  zones: z.array(label).min(1, { error: "at least one zone" }),
  /** Host that the gateway answers for. */
  host,
  gateway: z.enum(["envoy", "rehearsal"]),
  /** Has the limits of routes counted for all proxies together, in the Redis; where it is left out each proxy counts for itself. */
  rateLimits: z
    .strictObject({
      /** Whether requests are let through (`open`) or refused (`closed`) while nobody can count them. */
      whenRedisIsGone: z.enum(["open", "closed"]),
    })
    .exactOptional(),
  /** What judges requests by the OpenAPI documents of services that have one; nothing where it is left out, as in a rehearsal. */
  requestValidation: z.strictObject({ image: ownImage }).exactOptional(),
  /** What carries the gateway's traffic, as far as it is not as by default; the rehearsal's gateway has none. */
  proxies: proxiesSchema.exactOptional(),
  certificates,
  images: z.strictObject({
    registry: text('a registry and folder such as "registry.example.com/shop"', (given) =>
      /^[\w.-]+(:\d+)?(\/[\w.-]+)*$/.test(given),
    ),
    version: text('a version such as "1.4.2"', (given) => /^\w[\w.-]{0,127}$/.test(given) && given !== "latest"),
  }),
  releases: z.strictObject({
    /** How long the old version stands by after a switch to the new one. */
    bakeTime: duration,
    /** What carries releases out. A rehearsal has it by itself. */
    controller: z
      .strictObject({
        image: ownImage,
        /** Somebody else's Prometheus, which is asked how a version does; by default that of `monitoring`. */
        prometheus: text(SERVICE_URL, isServiceUrl).exactOptional(),
      })
      .exactOptional(),
  }),
  namespaces: z.strictObject({
    shop: quota,
    data: quota,
    edge: quota,
    observability: quota.exactOptional(),
    telemetry: quota.exactOptional(),
    dashboards: quota.exactOptional(),
  }),
  /** What people may do. Without it only who made the cluster may do anything. */
  access: accessSchema.exactOptional(),
  /** What is recorded of who did what, to whose data. */
  audit: auditSchema.exactOptional(),
  services: z.strictObject({
    scaling: z.strictObject({
      min: whole(1, 1_000),
      max: whole(1, 1_000),
      cpu: percent,
      memory: percent.exactOptional(),
      requestsPerSecond: whole(1, 100_000).exactOptional(),
    }),
    resources,
    replication: optOut.exactOptional(),
  }),
  /** Where in AWS stores with the backend `aws` run. */
  aws: awsSchema.exactOptional(),
  stores: storesSchema,
  /** Grafana. None by default. */
  dashboards: dashboardsSchema.exactOptional(),
  /** Traces, logs and, if asked for, profiles; nothing collects them where it is left out, as in a rehearsal. */
  telemetry: telemetrySchema.exactOptional(),
  /** The variant of a flag here, if another than its definition's default. A change of it rolls nothing. */
  flags: flags.exactOptional(),
  /** What the whole is measured by. */
  objectives: z.strictObject({
    availability: percent,
    latency: z.strictObject({ p99: duration }),
    /** Time until it works again, and data that may be lost, in a disaster. */
    rto: duration,
    rpo: duration,
  }),
  retention: z.strictObject({
    metrics: duration,
    logs: duration,
    traces: duration,
    profiles: duration.exactOptional(),
    backups: duration,
  }),
  /** Where people read `docs/runbooks`: alerts lead there. */
  runbooks: z
    .url({ protocol: /^https?$/, error: 'an address such as "https://git.example.com/docs/runbooks"' })
    .exactOptional(),
  /** What reads metrics and raises alarms; nothing where it is left out, as in a rehearsal. */
  monitoring: monitoringSchema.exactOptional(),
  /** Who is told: `critical` wakes someone, `warning` waits for the morning. */
  paging: pagingSchema.exactOptional(),
  /** Where the Secrets that these name come from; people make them where it is left out. */
  secretsFrom: secretsFromSchema.exactOptional(),
  /** What scanners find, in the images that run and in pipelines; nothing is told where it is left out. */
  scanning: scanningSchema.exactOptional(),
});

/** One environment: everything in which one stack differs from another. */
export type Environment = z.infer<typeof environmentSchema> & {
  /** Name of the environment, of its file and of its stack. */
  readonly name: string;
};

export type Parsed = z.infer<typeof environmentSchema>;
export type Report = (path: (string | number)[], allowed: string) => void;

/** What no field says alone: how the fields fit each other. */
export function crossCheck(environment: Parsed, report: Report): void {
  checkZones(environment, report);
  checkSizes(environment, report);
  checkQuorums(environment, report);
  checkAws(environment, report);
  checkTier(environment, report);
  checkLoad(environment, report);
  checkMonitoring(environment, report);
  checkScanning(environment, report);
  checkSecretsFrom(environment, report);
  checkTelemetry(environment, report);
  checkDashboards(environment, report);
  checkAccess(environment, report);
  checkAudit(environment, report);
  checkProxies(environment, report);
  for (const { field, allowed } of objectiveProblems(environment.objectives)) report(field.split("."), allowed);
}

function checkZones({ cluster, zones, region, stores }: Parsed, report: Report): void {
  for (const [index, zone] of zones.entries()) {
    if (cluster.provider === "rehearsal" && !isDnsLabel(zone, LONGEST_REHEARSAL_ZONE))
      report(["zones", index], `at most ${LONGEST_REHEARSAL_ZONE} characters: nodes are called <zone>-<number>`);
    if (!zone.startsWith(region)) report(["zones", index], `a zone of the region ${region}, such as "${region}a"`);
    if (zones.indexOf(zone) !== index) report(["zones", index], "each zone once");
  }
  for (const [name, store] of Object.entries(stores))
    for (const [index, zone] of (store.backend === "inCluster" ? (store.zones ?? []) : []).entries())
      if (!zones.includes(zone)) report(["stores", name, "zones", index], `one of zones: ${zones.join(", ")}`);
}

function checkSizes(environment: Parsed, report: Report): void {
  const { services, stores, monitoring, dashboards, objectives, retention } = environment;
  const { min, max } = services.scaling;
  if (max < min) report(["services", "scaling", "max"], `at least services.scaling.min, ${min}`);
  const sized = {
    services,
    ...Object.fromEntries(
      Object.entries(stores).flatMap(([name, store]) =>
        store.backend === "inCluster" ? [[`stores.${name}`, store] as const] : [],
      ),
    ),
    ...(monitoring && { monitoring }),
    ...(dashboards && { "dashboards.database": dashboards.database }),
  };
  for (const [
    path,
    {
      resources: { requests, limits },
    },
  ] of Object.entries(sized))
    for (const kind of ["cpu", "memory"] as const)
      if (amount(requests[kind]) > amount(limits[kind]))
        report([...path.split("."), "resources", "requests", kind], `at most the limit, ${limits[kind]}`);
  if (milliseconds(retention.backups) <= milliseconds(objectives.rpo))
    report(
      ["retention", "backups"],
      `longer than objectives.rpo, ${objectives.rpo}: else there may be no backup to go back to`,
    );
}

/** How many of a store there are, of which some may be lost. */
interface Member {
  readonly path: string[];
  readonly given: number;
  readonly of: { readonly backend: "inCluster" | "aws"; readonly replication?: unknown };
}

function checkQuorums({ stores: { postgres, redis, kafka } }: Parsed, report: Report): void {
  const members: Member[] = [
    { path: ["stores", "postgres", "instances"], given: postgres.instances, of: postgres },
    { path: ["stores", "redis", "replicas"], given: redis.replicas, of: redis },
  ];
  if (kafka.backend === "inCluster")
    members.push(
      kafka.controllers === "combined"
        ? { path: ["stores", "kafka", "brokers"], given: kafka.brokers, of: kafka }
        : { path: ["stores", "kafka", "controllers"], given: kafka.controllers, of: kafka },
    );
  else if (kafka.brokers % 3 !== 0) report(["stores", "kafka", "brokers"], "a multiple of 3: as many in each zone");
  for (const { path, given, of } of members) {
    const step = `${path.slice(0, 2).join(".")}.replication`;
    // AWS itself watches over a quorum: any number but one goes on without one of them.
    const [fits, many] = of.backend === "aws" ? [given > 1, "2 or more"] : ([isQuorum(given), "3, 5 or 7"] as const);
    if (of.replication !== undefined) {
      if (given !== 1) report(path, `1, since ${step} is stepped down from`);
    } else if (!fits) report(path, `${many}; or 1 with ${step}: { optOut: <why one is enough> }`);
  }
}

/** What stores on AWS need, and only they. */
function checkAws({ aws, region, tier, stores }: Parsed, report: Report): void {
  const names = Object.entries(stores).flatMap(([name, { backend }]) => (backend === "aws" ? [name] : []));
  if (aws === undefined && names.length > 0)
    report(
      ["aws"],
      `where in AWS they run, since stores.${names[0]}.backend is aws: accountId, vpcId, subnets and so on`,
    );
  if (aws !== undefined && names.length === 0) {
    report(["aws"], "nothing: no store has the backend aws");
    return;
  }
  if (tier === "rehearsal")
    for (const name of names) report(["stores", name, "backend"], '"inCluster": a rehearsal reaches no AWS');
  if (aws === undefined) return;
  for (const { field, allowed } of placeProblems({ ...aws, region }))
    report(
      field
        .replaceAll(/\[(\d+)\]/g, ".$1")
        .split(".")
        .map(numbered),
      allowed,
    );
}

/** A part of a path: a number stands for an item of a list. */
function numbered(part: string): string | number {
  return /^\d+$/.test(part) ? Number(part) : part;
}

function checkTier(
  {
    tier,
    cluster: { provider },
    gateway,
    rateLimits,
    requestValidation,
    zones,
    paging,
    services,
    stores,
    aws,
    objectives,
    releases,
  }: Parsed,
  report: Report,
): void {
  const rehearsal = tier === "rehearsal";
  if ((provider === "rehearsal") !== rehearsal)
    report(
      ["cluster", "provider"],
      rehearsal ? '"rehearsal", since tier is rehearsal' : `"kubeconfig", since tier is ${tier}`,
    );
  if ((gateway === "rehearsal") !== rehearsal)
    report(
      ["gateway"],
      rehearsal ? '"rehearsal": nothing else runs there' : '"envoy": the stand-in carries no traffic',
    );
  if (rehearsal && rateLimits) report(["rateLimits"], "nothing: no settings of an operator are a rehearsal's");
  if (rehearsal && requestValidation)
    report(["requestValidation"], "nothing: the gateway of a rehearsal carries no traffic that could be judged");
  if ((releases.controller === undefined) !== rehearsal)
    report(
      ["releases", "controller"],
      rehearsal ? "none: a rehearsal has one" : "{ image: <that of the release controller> }",
    );
  if (stores.kafka.backend === "inCluster" && stores.kafka.controllers === "combined" && !rehearsal)
    report(["stores", "kafka", "controllers"], "a number: Apache Kafka advises combined nodes for development only");
  if (rehearsal && stores.kafka.backend === "inCluster" && stores.kafka.operator !== undefined)
    report(
      ["stores", "kafka", "operator"],
      "nothing: a rehearsal cannot run Strimzi, whose program is in images alone",
    );
  if (tier !== "production") return;
  if (zones.length < 3) report(["zones"], "three zones or more in production, so that the loss of one leaves a quorum");
  if (paging === undefined) report(["paging"], "receivers for critical and warning: production must wake someone");
  if (aws !== undefined && isOptOut(aws.alarms))
    report(["aws", "alarms"], "{ topicArn: <that of a topic of SNS> }: production must wake someone");
  if (hundredths(objectives.availability) < 99) report(["objectives", "availability"], "at least 99 in production");
  const stepped = {
    services,
    ...Object.fromEntries(Object.entries(stores).map(([name, store]) => [`stores.${name}`, store])),
  };
  for (const [path, given] of Object.entries(stepped))
    if ("replication" in given && given.replication !== undefined)
      report([...path.split("."), "replication"], "no opt-out in production");
}

function checkLoad({ cluster, services: { scaling } }: Parsed, report: Report): void {
  if (scaling.requestsPerSecond === undefined || cluster.provider === "rehearsal" || cluster.customMetrics === true)
    return;
  const why = "an autoscaler that asks for a metric which nothing serves never takes a replica away";
  report(["services", "scaling", "requestsPerSecond"], `nothing, unless cluster.customMetrics is true: ${why}`);
}
