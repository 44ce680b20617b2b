import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, matchesGlob } from "node:path";
import { dump, load } from "js-yaml";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ADDRESS } from "../components/core/address.ts";
import {
  type Environment,
  EnvironmentError,
  environmentNames,
  loadEnvironment,
  placeOf,
  whyNoAnalysis,
} from "./environment.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "environment-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

/** A place in AWS, in the region of `production`. */
const AWS = {
  accountId: "123456789012",
  vpcId: "vpc-0a1b2c3d",
  subnets: ["a", "b", "c"].map((zone, index) => ({
    id: `subnet-${index}`,
    zone: `eu-central-1${zone}`,
    cidr: `10.0.${index}.0/24`,
  })),
  podSecurityGroupIds: ["sg-0a1b2c3d"],
  clusterName: "shop",
  alarms: { topicArn: "arn:aws:sns:eu-central-1:123456789012:stores" },
};
/** All stores on AWS. */
const STORES = {
  postgres: { backend: "aws", instances: 3, instanceClass: "db.r8g.large", connections: 420, poolSize: 8 },
  kafka: { backend: "aws", brokers: 3, instanceType: "kafka.m7g.large", storage: "200Gi", growTo: "1Ti" },
  redis: { backend: "aws", replicas: 2, nodeType: "cache.r7g.large", role: "cache" },
};

type Change = (environment: Record<string, unknown>) => void;

/** What is said of a good environment file after a change to it. */
function said(of: string, change: Change): EnvironmentError {
  const environment = load(readFileSync(join(import.meta.dirname, `${of}.yaml`), "utf8")) as Record<string, unknown>;
  change(environment);
  writeFileSync(join(dir, `${of}.yaml`), dump(environment));
  try {
    loadEnvironment(of, dir);
  } catch (error) {
    if (error instanceof EnvironmentError) return error;
    throw error;
  }
  throw new Error("the environment was accepted");
}

/** Sets a field by its path. */
function set(path: string, value: unknown): Change {
  return (environment) => {
    const parts = path.split(".");
    const last = parts.pop() ?? "";
    const parent = parts.reduce<Record<string, unknown>>(
      (at, part) => at[part] as Record<string, unknown>,
      environment,
    );
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  };
}

test("every environment beside the schema can be used, and knows its name", () => {
  expect(environmentNames()).toEqual(["dev", "local", "local-real", "production", "staging"]);
  for (const name of environmentNames()) expect(loadEnvironment(name).name).toBe(name);
});

test("what Pulumi writes about a rehearsal is one person's own, and about any other environment everybody's", () => {
  const ignored = readFileSync(join(import.meta.dirname, "../.gitignore"), "utf8").split("\n");
  const isIgnored = (name: string) => ignored.some((line) => matchesGlob(`stacks/Pulumi.${name}.yaml`, line));
  for (const name of environmentNames()) expect(isIgnored(name), name).toBe(loadEnvironment(name).tier === "rehearsal");
  expect(isIgnored("local-mine")).toBe(true);
});

test("units are kept as they were written, and numbers that YAML made of quantities are quantities", () => {
  const environment: Environment = loadEnvironment("local");
  expect(environment.cluster).toMatchObject({ provider: "rehearsal", node: { cpu: "4", memory: "16Gi" } });
  expect(environment.objectives).toMatchObject({ availability: 99.9, latency: { p99: "300ms" } });
});

test.each<[what: string, path: string, value: unknown, field: string, allowed: RegExp]>([
  ["a wrong type", "services.scaling.min", "three", "services.scaling.min", /a whole number from 1 to 1000/],
  ["a negative count", "stores.kafka.brokers", -3, "stores.kafka.brokers", /a whole number from 1 to 100/],
  ["a wrong word", "stores.kafka.controllers", "many", "stores.kafka.controllers", /from 1 to 7, or "combined"/],
  ["nothing", "stores.kafka.controllers", undefined, "stores.kafka.controllers", /from 1 to 7, or "combined"/],
  ["an operator that is none", "stores.kafka.operator", "koperator", "stores.kafka.operator", /"strimzi", or nothing/],
  [
    "judgement of requests in a rehearsal",
    "requestValidation",
    { image: "registry.example.com/platform/request-validator:0.1.0" },
    "requestValidation",
    /nothing: the gateway of a rehearsal carries no traffic/,
  ],
  [
    "an image without a tag",
    "requestValidation",
    { image: "registry.example.com/platform/request-validator" },
    "requestValidation.image",
    /an image with a tag or a digest/,
  ],
  [
    "Strimzi in a rehearsal",
    "stores.kafka.operator",
    "strimzi",
    "stores.kafka.operator",
    /a rehearsal cannot run Strimzi/,
  ],
  ["a fraction", "stores.redis.replicas", 2.5, "stores.redis.replicas", /a whole number from 1 to 7/],
  ["an unknown key", "stores.postgres.storge", "5Gi", "stores.postgres.storge", /did you mean storage\?$/],
  ["an unknown key at the top", "zonse", [], "zonse", /did you mean zones\?$/],
  ["an unknown key of a variant", "cluster.nodesPerZon", 3, "cluster.nodesPerZon", /did you mean nodesPerZone\?$/],
  ["a missing field", "host", undefined, "host", /a host name/],
  ["a missing part", "stores.kafka", undefined, "stores.kafka", /an object with keys/],
  [
    "a flag that is none",
    "flags",
    { "take-order": "off" },
    "flags.take-order",
    /take-orders; did you mean take-orders\?$/,
  ],
  ["a flag's variant that is none", "flags", { "take-orders": "of" }, "flags.take-orders", /"on", "off"/],
  [
    "a pooler's mode that is none",
    "stores.postgres.pooler",
    { mode: "statement" },
    "stores.postgres.pooler.mode",
    /"transaction"/,
  ],
  [
    "a pooler's unknown key",
    "stores.postgres.pooler",
    { sise: 5 },
    "stores.postgres.pooler.sise",
    /did you mean size\?$/,
  ],
  ["nodes of no kind", "cluster.nodes", "fast", "cluster.nodes", /simulated.*real.*both/],
  [
    "a version that is none",
    "stores.postgres.version",
    "latest",
    "stores.postgres.version",
    /a version such as "17\.5"/,
  ],
  ["a zone of another region", "zones", ["local-a", "local-b", "mars-1"], "zones[2]", /a zone of the region local/],
  ["a zone twice", "zones", ["local-a", "local-b", "local-a"], "zones[2]", /each zone once/],
  [
    "an undeclared zone",
    "stores.kafka.zones",
    ["local-d"],
    "stores.kafka.zones[0]",
    /one of zones: local-a, local-b, local-c/,
  ],
  ["no zone", "zones", [], "zones", /at least one zone/],
  ["an availability that is no promise", "objectives.availability", 50, "objectives.availability", /from 90 to 99.999/],
  ["a latency that no bucket shows", "objectives.latency.p99", "1m", "objectives.latency.p99", /shorter than "10s"/],
  ["part of a request", "services.scaling.requestsPerSecond", 0.5, "services.scaling.requestsPerSecond", /from 1 to 1/],
  ["min above max", "services.scaling.max", 2, "services.scaling.max", /at least services.scaling.min, 3/],
  ["a quantity without a unit's name", "stores.redis.storage", "4GB", "stores.redis.storage", /such as "10Gi"/],
  ["nothing of a quantity", "stores.redis.storage", "0Gi", "stores.redis.storage", /such as "10Gi"/],
  [
    "a request above its limit",
    "services.resources.requests.cpu",
    4,
    "services.resources.requests.cpu",
    /at most the limit, 1/,
  ],
  ["a duration without a unit", "objectives.rto", 60, "objectives.rto", /a whole number and ms, s, m, h or d/],
  ["a percentage above a hundred", "objectives.availability", 999, "objectives.availability", /from 0 to 100/],
  [
    "backups gone before they are needed",
    "retention.backups",
    "5m",
    "retention.backups",
    /longer than objectives.rpo, 5m/,
  ],
  ["a place that nobody runs at", "aws", AWS, "aws", /nothing: no store has the backend aws/],
  ["an unknown backend", "stores.postgres.backend", "azure", "stores.postgres.backend", /"inCluster"/],
  ["an unknown provider", "cluster.provider", "gke", "cluster.provider", /"rehearsal", "kubeconfig"/],
  ["an unknown tier", "tier", "prod", "tier", /"rehearsal", "development", "staging", "production"/],
  [
    "an opt-out without a reason",
    "services.replication",
    { optOut: "n/a" },
    "services.replication.optOut",
    /ten characters/,
  ],
  ["a moving version", "images.version", "latest", "images.version", /a version such as/],
  ["no label's value", "cluster.node.instanceType", "a b/c", "cluster.node.instanceType", /the value of a label/],
  [
    "one server, and no word on why",
    "stores.redis.replicas",
    1,
    "stores.redis.replicas",
    /3, 5 or 7; or 1 with stores.redis.replication: /,
  ],
  ["an even number", "stores.postgres.instances", 2, "stores.postgres.instances", /3, 5 or 7/],
  ["far too many", "cluster.nodesPerZone", 1e30, "cluster.nodesPerZone", /a whole number from 1 to 100/],
  [
    "a zone without room for a node's number",
    "zones",
    ["local-a", "local-b", `local-${"c".repeat(54)}`],
    "zones[2]",
    /at most 59 characters/,
  ],
])("%s is refused, with the field and what is allowed", (what, path, value, field, allowed) => {
  const { problems, message } = said("local", set(path, value));
  expect(problems.map((problem) => problem.field)).toEqual([field]);
  expect(problems[0]?.allowed).toMatch(allowed);
  const unknown = /unknown key/.test(what);
  if (field === path) expect(problems[0]?.given).toEqual(unknown ? path.split(".").at(-1) : value);
  expect(message).toContain("local.yaml cannot be used:");
  expect(message).toContain(`  ${field}: `);
});

test.each<[what: string, path: string, value: unknown, field: string]>([
  ["two zones", "zones", ["eu-central-1a", "eu-central-1b"], "zones"],
  ["nobody to wake", "paging", undefined, "paging"],
  ["a service alone", "services.replication", { optOut: "we are in a hurry today" }, "services.replication"],
  ["a rehearsal's gateway", "gateway", "rehearsal", "gateway"],
  ["one proxy of the gateway", "proxies", { scaling: { min: 1 } }, "proxies.scaling.min"],
  ["fewer proxies at most than at least", "proxies", { scaling: { min: 20 } }, "proxies.scaling.max"],
  [
    "a proxy above its limit",
    "proxies",
    { resources: { requests: { cpu: "1", memory: "2Gi" }, limits: { cpu: "1", memory: "1Gi" } } },
    "proxies.resources.requests.memory",
  ],
  ["a chat to wake people by", "paging.critical.kind", "slack", "paging.critical.kind"],
  ["a key where Alertmanager is not", "paging.warning.secretRef", "shop/slack", "paging.warning.secretRef"],
  ["nobody to notice silence", "paging.heartbeat", undefined, "paging.heartbeat"],
  ["a lone Prometheus", "monitoring.replication", { optOut: "we are in a hurry today" }, "monitoring.replication"],
  ["no room for it", "namespaces.observability", undefined, "namespaces.observability"],
  ["more memory than its limit", "monitoring.resources.requests.memory", "9Gi", "monitoring.resources.requests.memory"],
])("production: %s is refused", (_, path, value, field) => {
  expect(said("production", set(path, value)).problems.map((problem) => problem.field)).toEqual([field]);
});

test.each<[path: string, value: unknown, field: string, allowed: string]>([
  [
    "namespaces.observability.storage",
    undefined,
    "storage",
    "at least 403Gi: 2 Prometheus of 200Gi, 3 Alertmanager of 1Gi",
  ],
  [
    "namespaces.observability.storage",
    "402Gi",
    "storage",
    "at least 403Gi: 2 Prometheus of 200Gi, 3 Alertmanager of 1Gi",
  ],
  [
    "namespaces.observability.memory",
    "16Gi",
    "memory",
    "at least 17216Mi: 2 Prometheus of 8Gi, 3 Alertmanager of 128Mi, 1 kube-state-metrics of 256Mi, 3 node-exporter of 64Mi",
  ],
  ["namespaces.telemetry.storage", "279Gi", "storage", "at least 280Gi: 1 Jaeger of 100Gi, 9 Loki of 20Gi"],
  ["namespaces.telemetry.pods", 16, "pods", "at least 17: 3 collectors, 4 samplers, 1 Jaeger, 9 Loki"],
  [
    "namespaces.telemetry.cpu",
    "100m",
    "cpu",
    "at least 3875m for the requests and a quarter of the limits: 3 collectors of 100m to 500m, 4 samplers of 100m to 1, 1 Jaeger of 100m to 1, 9 Loki of 100m to 1",
  ],
  ["telemetry.logs.disk", "10000Ti", "storage", "at least 9007199254740991: 1 Jaeger of 100Gi, 9 Loki of 10000Ti"],
])("production: a quota that %s = %j makes too small is told what must fit", (path, value, part, allowed) => {
  const namespace = path.startsWith("telemetry") ? "namespaces.telemetry" : path.slice(0, path.lastIndexOf("."));
  const { problems } = said("production", set(path, value));
  expect(problems).toMatchObject([{ field: `${namespace}.${part}`, allowed }]);
});

test("production: a quota that fits to the byte is taken", () => {
  const all: Change = (environment) => {
    set("namespaces.observability.storage", "403Gi")(environment);
    set("namespaces.telemetry.storage", "280Gi")(environment);
    set("namespaces.telemetry.pods", 17)(environment);
  };
  expect(() => said("production", all)).toThrow("the environment was accepted");
});

test("production: load is not watched where no adapter serves it, for then nothing would ever scale in", () => {
  const load = set("services.scaling.requestsPerSecond", 50);
  const { problems } = said("production", load);
  expect(problems).toEqual([
    {
      field: "services.scaling.requestsPerSecond",
      given: 50,
      allowed: expect.stringContaining("unless cluster.customMetrics is true"),
    },
  ]);
  const served: Change = (environment) => {
    load(environment);
    set("cluster.customMetrics", true)(environment);
  };
  expect(() => said("production", served)).toThrow("the environment was accepted");
});

test("a release can have an analysis wherever its controller has a Prometheus, and why not says what to do", () => {
  expect(whyNoAnalysis(loadEnvironment("production"))).toBeUndefined();
  expect(whyNoAnalysis(loadEnvironment("local"))).toMatch(
    /of local has no Prometheus.*; leave the analysis out there$/,
  );
});

test("only a rehearsal goes without monitoring, and pages nobody and shows nothing then", () => {
  const { problems } = said("production", set("monitoring", undefined));
  const fields = ["monitoring", "namespaces.observability", "paging", "dashboards.prometheus", "access.breakGlass"];
  fields.push("audit.api");
  expect(problems.map(({ field }) => field)).toEqual(fields);
  expect(loadEnvironment("local").monitoring).toBeUndefined();
});

test("dashboards show what the stack's own Prometheus knows, or somebody else's", () => {
  expect(loadEnvironment("production").dashboards).not.toHaveProperty("prometheus");
  const elsewhere = set("dashboards.prometheus", "http://prometheus.monitoring.svc:9090");
  expect(() => said("production", elsewhere)).toThrow("the environment was accepted");
});

const GRAFANA = {
  database: {
    storage: "5Gi",
    connections: 100,
    resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: 1, memory: "512Mi" } },
  },
};
const ROOM = { cpu: 4, memory: "8Gi", pods: 20, storage: "40Gi" };

test.each<[what: string, of: string, path: string, value: unknown, field: string, allowed: RegExp]>([
  [
    "a Grafana without room",
    "production",
    "namespaces.dashboards",
    undefined,
    "namespaces.dashboards",
    /a quota, since/,
  ],
  ["room for none", "dev", "namespaces.dashboards", ROOM, "namespaces.dashboards", /nothing: there are no dashboards/],
  ["no database", "production", "dashboards.database", undefined, "dashboards.database", /an object with keys/],
  [
    "a database above its limit",
    "production",
    "dashboards.database.resources.requests.memory",
    "1Gi",
    "dashboards.database.resources.requests.memory",
    /at most the limit, 512Mi/,
  ],
  [
    "metrics from outside",
    "production",
    "dashboards.prometheus",
    "https://metrics.example.com",
    "dashboards.prometheus",
    /a Service of the cluster and its port/,
  ],
])("of dashboards, %s is refused", (_, of, path, value, field, allowed) => {
  const { problems } = said(of, set(path, value));
  expect(problems).toEqual([expect.objectContaining({ field, allowed: expect.stringMatching(allowed) })]);
});

test("a rehearsal has no Grafana", () => {
  const { problems } = said("local", (environment) => {
    set("dashboards", GRAFANA)(environment);
    set("namespaces.dashboards", ROOM)(environment);
  });
  expect(problems).toEqual([
    expect.objectContaining({
      field: "dashboards",
      allowed: expect.stringContaining("a rehearsal cannot run Grafana"),
    }),
  ]);
});

test.each<[what: string, of: string, path: string, value: unknown, field: string, allowed: RegExp]>([
  ["no room", "production", "namespaces.telemetry", undefined, "namespaces.telemetry", /a quota, since telemetry/],
  ["room for none", "local", "namespaces.telemetry", ROOM, "namespaces.telemetry", /nothing: there is no telemetry/],
  [
    "a period of no profiles",
    "staging",
    "retention.profiles",
    "7d",
    "retention.profiles",
    /nothing: there is no telemetry/,
  ],
  ["profiles for ever", "dev", "telemetry.profiles", { disk: "5Gi" }, "retention.profiles", /how long they are kept/],
  [
    "memory that forgets",
    "production",
    "telemetry.traces.storage",
    { kind: "memory" },
    "telemetry.traces.storage.kind",
    /"badger": memory forgets/,
  ],
])("of telemetry, %s is refused", (_, of, path, value, field, allowed) => {
  const { problems } = said(of, set(path, value));
  expect(problems).toEqual([expect.objectContaining({ field, allowed: expect.stringMatching(allowed) })]);
});

test("production: a stepped-down store is refused", () => {
  const { problems } = said("production", (environment) => {
    set("stores.redis.replicas", 1)(environment);
    set("stores.redis.replication", { optOut: "we are in a hurry today" })(environment);
  });
  expect(problems.map((problem) => problem.field)).toEqual(["stores.redis.replication"]);
});

/** Moves all stores to AWS, and changes something of that. */
function onAws(change: Change): Change {
  return (environment) => {
    set("aws", structuredClone(AWS))(environment);
    for (const [name, store] of Object.entries(STORES)) set(`stores.${name}`, { ...store })(environment);
    // Aurora keeps none.
    set("audit.events", undefined)(environment);
    change(environment);
  };
}

test("stores on AWS have a place there", () => {
  expect(() =>
    said(
      "production",
      onAws(() => {}),
    ),
  ).toThrow("the environment was accepted");
  const environment = loadEnvironment("production", dir);
  expect(placeOf(environment)).toEqual({ ...AWS, region: "eu-central-1" });
  expect(() => placeOf(loadEnvironment("production"))).toThrow(/production has no store on AWS/);
});

test("a Postgres on AWS may have a pooler, of which it says the share", () => {
  for (const pooler of [{}, { share: 30 }]) {
    expect(() => said("production", onAws(set("stores.postgres.pooler", pooler)))).toThrow(
      "the environment was accepted",
    );
    expect(loadEnvironment("production", dir).stores.postgres.pooler).toEqual(pooler);
  }
});

test.each<[what: string, path: string, value: unknown, field: string, allowed: RegExp]>([
  ["no place", "aws", undefined, "aws", /since stores.postgres.backend is aws/],
  ["two zones", "aws.subnets", AWS.subnets.slice(1), "aws.subnets", /three zones or more/],
  ["a zone elsewhere", "aws.subnets.2.zone", "us-east-1a", "aws.subnets[2].zone", /of the region eu-central-1/],
  ["a field of the cluster's pooler", "stores.postgres.pooler", { size: 10 }, "stores.postgres.pooler.size", /^share$/],
  ["a number for an account", "aws.accountId", 123_456_789_012, "aws.accountId", /twelve digits/],
  [
    "a key of another kind",
    "aws.kmsKeyArn",
    "arn:aws:kms:eu-central-1:1:alias/shop",
    "aws.kmsKeyArn",
    /ARN of a key of KMS/,
  ],
  ["days that AWS does not take", "aws.logDays", 366, "aws.logDays", /365, 400/],
  ["nobody who is told", "aws.alarms", undefined, "aws.alarms", /topicArn: "arn:aws:sns:…".*; or \{ optOut/],
  ["a topic that is none", "aws.alarms.topicArn", "pages", "aws.alarms.topicArn", /ARN of a topic of SNS/],
  [
    "a reason to tell nobody",
    "aws.alarms",
    { optOut: "we look ourselves" },
    "aws.alarms",
    /production must wake someone/,
  ],
  ["a disk", "stores.postgres.storage", "10Gi", "stores.postgres.storage", /instanceClass/],
  ["a broker too many", "stores.kafka.brokers", 4, "stores.kafka.brokers", /a multiple of 3/],
  ["one instance without a reason", "stores.postgres.instances", 1, "stores.postgres.instances", /2 or more; or 1/],
])("of stores on AWS, %s is refused", (_, path, value, field, allowed) => {
  const { problems } = said("production", onAws(set(path, value)));
  expect(problems).toEqual([expect.objectContaining({ field, allowed: expect.stringMatching(allowed) })]);
});

test("a rehearsal has no store on AWS", () => {
  const { problems } = said(
    "local",
    onAws(() => {}),
  );
  const fields = problems.map(({ field }) => field);
  expect(fields).toEqual(expect.arrayContaining(["stores.postgres.backend", "stores.redis.backend"]));
});

test("a Kafka may be run by Strimzi where a cluster runs for real", () => {
  expect(() => said("production", set("stores.kafka.operator", "strimzi"))).toThrow("the environment was accepted");
});

test("all problems are told at once", () => {
  const { problems } = said("local", (environment) => {
    set("stores.kafka.brokers", 0)(environment);
    set("objectives.rto", "soon")(environment);
    set("colour", "blue")(environment);
  });
  expect(problems.map(({ field }) => field).sort()).toEqual(["colour", "objectives.rto", "stores.kafka.brokers"]);
});

test("an address that metrics are sent on to has no query", () => {
  const { problems } = said(
    "production",
    set("monitoring.remoteWrite", { url: "https://metrics.example.com/?tenant=shop" }),
  );
  expect(problems).toEqual([expect.objectContaining({ field: "monitoring.remoteWrite.url", allowed: ADDRESS })]);
});

test.each<[path: string, value: string]>([
  ["paging.critical.secretRef", "https://hooks:hunter2hunter2@pager.example.com/services"],
  ["stores.postgres.password", "hunter2"],
  ["images.registry", "https://robot:hunter2@registry.example.com"],
  ["monitoring.remoteWrite", "https://metrics.example.com/?api_key=hunter2"],
  ["paging.warning.routingKey", "R0QzT1hJb1dOc2FrV3ZqVnU5Zm1rZ2pK"],
])("a secret in %s is refused, and not repeated", (path, value) => {
  const { problems, message } = said("production", set(path, value));
  expect(problems).toContainEqual({
    field: path,
    given: expect.stringMatching(/^<.*>$/),
    allowed: expect.stringContaining("no secret in clear"),
  });
  expect(message).not.toContain(value);
  expect(message).not.toContain("hunter2");
});

/** What is said of `local` with some more text. */
function saidOf(text: string): string {
  const local = readFileSync(join(import.meta.dirname, "local.yaml"), "utf8");
  writeFileSync(join(dir, "local.yaml"), `${local}\n${text}\n`);
  try {
    loadEnvironment("local", dir);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message;
    throw error;
  }
  throw new Error("the environment was accepted");
}

test.each([
  "password: { v: hunter2abc }",
  "password: { hunter2abc: 1 }",
  "password: [hunter2abc]",
  "passwd: [[{ a: { b: hunter2abc } }]]",
  "pasword: hunter2abc",
  "ghp_hunter2abcdefghijklmnopqrstuvwxyz012345: 1",
  "extra: { ghp_hunter2abcdefghijklmnopqrstuvwxyz012345: 1 }",
  "password: *hunter2abc",
  "password: !hunter2abc x",
  "password: !hunter2abc!x y",
  "password: !<tag:hunter2abc> { }",
  "password: &hunter2abc [x]",
])("of %j the secret is not repeated", (text) => {
  expect(saidOf(text)).toContain("local.yaml cannot be used:");
  expect(saidOf(text)).not.toContain("hunter2");
});

test("of an object where a text belongs nothing is repeated", () => {
  const { problems } = said("local", set("host", { pw: "hunter2", more: [] }));
  expect(problems).toContainEqual({ field: "host", given: "<an object>", allowed: expect.stringContaining("a host") });
});

test.each(["x: &a\n  b: *a", "x: &a [*a]", "x: &a [1, 1]\ny: &b [*a, *a]\nz: [*b, *b]"])(
  "shared lists and objects are refused before they are followed: %j",
  (text) => {
    expect(saidOf(text)).toMatch(
      / {2}line \d+: "an anchor on a list or an object" was given; allowed: YAML without shared/,
    );
  },
);

test("an environment may have another default of a flag", () => {
  const local = readFileSync(join(import.meta.dirname, "local.yaml"), "utf8");
  writeFileSync(join(dir, "local.yaml"), `${local}\nflags: { take-orders: off }\n`);
  expect(loadEnvironment("local", dir).flags).toEqual({ "take-orders": "off" });
});

test("a value may stand in two places", () => {
  const local = readFileSync(join(import.meta.dirname, "local.yaml"), "utf8");
  writeFileSync(join(dir, "local.yaml"), local.replace("rto: 1h, rpo: 5m", "rto: &a 1h, rpo: *a"));
  expect(loadEnvironment("local", dir).objectives).toMatchObject({ rto: "1h", rpo: "1h" });
});

test("a folder in the place of a file is refused", () => {
  mkdirSync(join(dir, "local.yaml"));
  expect(() => loadEnvironment("local", dir)).toThrow(EnvironmentError);
  expect(() => loadEnvironment("local", dir)).toThrow(/local\.yaml cannot be used:\n {2}the file: "EISDIR" was given/);
});

test.each(["My_Env", "-x", ".hid", "a".repeat(64)])("a file called %s.yaml cannot be a stack", (name) => {
  writeFileSync(join(dir, `${name}.yaml`), readFileSync(join(import.meta.dirname, "local.yaml"), "utf8"));
  expect(() => loadEnvironment(name, dir)).toThrow(EnvironmentError);
  expect(() => loadEnvironment(name, dir)).toThrow(/the name of the file: .* was given; allowed: a DNS label/);
});

test("a file that is no YAML is refused by its line, without its text", () => {
  writeFileSync(join(dir, "local.yaml"), "tier: rehearsal\ntoken: [hunter2\n");
  expect(() => loadEnvironment("local", dir)).toThrow(EnvironmentError);
  expect(() => loadEnvironment("local", dir)).toThrow(/line \d+: .*allowed: YAML/);
  expect(() => loadEnvironment("local", dir)).not.toThrow(/hunter2/);
});

test.each(["", "42", "[a, b]", "just text"])("a file that holds %j is refused", (text) => {
  writeFileSync(join(dir, "local.yaml"), text);
  expect(() => loadEnvironment("local", dir)).toThrow(EnvironmentError);
});

test("an unknown environment is refused with those that there are", () => {
  expect(() => loadEnvironment("stagin")).toThrow(
    /"stagin" was given; allowed: dev, local, local-real, production, staging; did you mean staging\?/,
  );
});
