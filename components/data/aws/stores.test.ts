import { describe, expect, test } from "vitest";
import type { Namespace } from "../../cluster/namespace.ts";
import type { Problem } from "../../core/invalid.ts";
import { optOut } from "../../core/opt-out.ts";
import { AWS_PLACE as aws } from "../../testing/aws-place.ts";
import { completeMsk, type MskArgs } from "../kafka/msk-args.ts";
import { mskPlan } from "../kafka/msk-plan.ts";
import { mskProblems } from "../kafka/msk-problems.ts";
import { completeS3, type S3Args } from "../object-store/s3-args.ts";
import { accessStatements, bucketPlan, bucketPolicy, logBucketPolicy } from "../object-store/s3-plan.ts";
import { s3Problems } from "../object-store/s3-problems.ts";
import { type AuroraArgs, completeAurora } from "../postgres/aurora-args.ts";
import { auroraPlan } from "../postgres/aurora-plan.ts";
import { auroraProblems } from "../postgres/aurora-problems.ts";
import { type AmazonMqArgs, completeAmazonMq } from "../rabbitmq/amazon-mq-args.ts";
import { amazonMqPlan } from "../rabbitmq/amazon-mq-plan.ts";
import { amazonMqProblems } from "../rabbitmq/amazon-mq-problems.ts";
import { completeElastiCache, type ElastiCacheArgs } from "../redis/elasticache-args.ts";
import { defaultUserPlan, elastiCachePlan, elastiCacheProblems, userPlan } from "../redis/elasticache-plan.ts";

const base = { backend: "aws", aws, namespace: { name: "data" } as Namespace } as const;
const why = optOut("a test needs no more");

const kinds = {
  Postgres: (more: Partial<AuroraArgs>) =>
    auroraProblems("postgres", completeAurora({ ...base, databases: ["orders"], ...more })),
  Redis: (more: Partial<ElastiCacheArgs>) => elastiCacheProblems("cache", completeElastiCache({ ...base, ...more })),
  Kafka: (more: Partial<MskArgs>) => mskProblems("kafka", completeMsk({ ...base, topics: { orders: {} }, ...more })),
  RabbitMQ: (more: Partial<AmazonMqArgs>) =>
    amazonMqProblems("broker", completeAmazonMq({ ...base, queues: { mails: {} }, ...more })),
  ObjectStore: (more: Partial<S3Args>) =>
    s3Problems("files", completeS3({ ...base, buckets: { invoices: {} }, ...more })),
} as const;
const problemsOf = (kind: keyof typeof kinds, more: object) => (kinds[kind] as (more: object) => Problem[])(more);

const KINDS = Object.keys(kinds) as (keyof typeof kinds)[];

test.each(KINDS)("a %s that says nothing more is sound", (kind) => expect(problemsOf(kind, {})).toEqual([]));

test("a Postgres whose pooler leaves just what is reserved is sound", () => {
  expect(problemsOf("Postgres", { pooler: { share: 96 } })).toEqual([]);
});

test.each(KINDS)("a %s is given nothing that only one in the cluster has", (kind) => {
  const foreign = { zones: ["a"], issuer: {}, resources: {} };
  for (const { field, allowed } of problemsOf(kind, foreign)) {
    expect(Object.keys(foreign)).toContain(field);
    expect(allowed).toMatch(/^nothing: .*, with backend "aws"$/);
  }
  expect(problemsOf(kind, foreign)).toHaveLength(3);
});

test.each<[kind: keyof typeof kinds, what: string, args: object, field: string, allowed: RegExp]>([
  ["Postgres", "no days of backups", { keep: "0d" }, "keep", /"1d" to "35d"/],
  ["Postgres", "days that AWS does not keep", { keep: "36d" }, "keep", /"1d" to "35d"/],
  ["Postgres", "hours", { keep: "30h" }, "keep", /whole days/],
  ["Postgres", "machines of another service", { instanceClass: "m7g.large" }, "instanceClass", /db\.r8g\.large/],
  ["Postgres", "a disk", { storage: "10Gi" }, "storage", /grows by itself/],
  ["Postgres", "what is no pooler", { pooler: true }, "pooler", /an object, of which every field/],
  [
    "Postgres",
    "a pooler of sessions",
    { pooler: { mode: "session" } },
    "pooler.mode",
    /^nothing: RDS Proxy shares connections by transaction, .*with backend "aws"$/,
  ],
  ["Postgres", "a pooler's pods", { pooler: { instances: 2 } }, "pooler.instances", /^nothing: AWS runs RDS Proxy/],
  ["Postgres", "connections of each pod", { pooler: { size: 10 } }, "pooler.size", /^nothing: .* with pooler\.share/],
  ["Postgres", "a bound on clients", { pooler: { maxClients: 100 } }, "pooler.maxClients", /AWS decides on how many/],
  ["Postgres", "a pooler's resources", { pooler: { resources: {} } }, "pooler.resources", /AWS decides/],
  ["Postgres", "a half of a percent", { pooler: { share: 0.5 } }, "pooler.share", /from 1 to 100/],
  [
    "Postgres",
    "a pooler that takes all",
    { pooler: { share: 97 } },
    "pooler.share",
    /15 of 400 .* at most 96; or raise/,
  ],
  [
    "Postgres",
    "a pooler of less than one connection",
    { connections: 40, pooler: { share: 2 } },
    "pooler.share",
    /one connection at least, .* at most 62;/,
  ],
  ["Postgres", "one instance without a reason", { instances: 1 }, "instances", /replication: optOut/],
  ["Postgres", "a reason, and three instances", { replication: why }, "instances", /1, since replication/],
  ["Postgres", "too many readers", { instances: 17 }, "instances", /2 to 16/],
  ["Postgres", "a version that Aurora has not", { version: "9.6" }, "version", /14 to 17/],
  [
    "Postgres",
    "an objective that cannot be kept",
    { objectives: { rto: "1h", rpo: "1m" } },
    "objectives.rpo",
    /"5m" or more/,
  ],
  ["Postgres", "no database", { databases: [] }, "databases", /at least one/],
  ["Postgres", "too few connections", { connections: 3 }, "connections", /from 16 to 5000/],
  ["Postgres", "no rotation", { rotation: 0 }, "rotation", /at least 1/],
  ["Redis", "seven nodes", { replicas: 7 }, "replicas", /2 to 6/],
  ["Redis", "a database's machines", { nodeType: "db.r8g.large" }, "nodeType", /cache\.r7g\.large/],
  ["Redis", "a role that there is not", { role: "queue" }, "role", /"cache" or "store"/],
  [
    "Redis",
    "an objective below a day",
    { role: "store", objectives: { rto: "1h", rpo: "1h" } },
    "objectives.rpo",
    /"24h"/,
  ],
  [
    "Redis",
    "an objective without a backup",
    { backup: why, objectives: { rto: "1h", rpo: "24h" } },
    "objectives",
    /none/,
  ],
  ["Kafka", "four brokers", { brokers: 4 }, "brokers", /a multiple of 3/],
  ["Kafka", "no whole GiB", { storage: "1500Mi" }, "storage", /whole GiB/],
  ["Kafka", "more than MSK has", { storage: "17Ti" }, "storage", /16384Gi/],
  ["Kafka", "growth to less", { storage: "200Gi", growTo: "100Gi" }, "growTo", /at least storage, 200Gi/],
  ["Kafka", "a version as Apache calls it", { version: "4.1" }, "version", /as MSK calls it/],
  [
    "Kafka",
    "a topic without partitions",
    { topics: { orders: { partitions: 0 } } },
    "topics.orders.partitions",
    /from 1/,
  ],
  ["Kafka", "controllers", { controllers: 3 }, "controllers", /MSK has its own/],
  ["Kafka", "an operator", { operator: "strimzi" }, "operator", /MSK runs it/],
  ["RabbitMQ", "no queue", { queues: {} }, "queues", /at least one/],
  ["RabbitMQ", "machines of version 3", { instanceType: "mq.m5.large" }, "instanceType", /mq\.m7g\.large/],
  ["RabbitMQ", "machines that there are not", { instanceType: "mq.m7g.3xlarge" }, "instanceType", /mq\.m7g\.4xlarge/],
  ["RabbitMQ", "the version before", { version: "3.13" }, "version", /"4\.2" or a later 4\.x/],
  ["RabbitMQ", "a version that Amazon MQ passed over", { version: "4.1" }, "version", /"4\.2"/],
  ["RabbitMQ", "a patch, which comes by itself", { version: "4.2.1" }, "version", /as Amazon MQ calls it/],
  [
    "RabbitMQ",
    "queues that fill its disk",
    { queues: { a: { maxBytes: "5Gi" } } },
    "instanceType",
    /^mq\.m7g\.xlarge or larger: 1 queues and their dead letters may take 10Gi, and have half of the disk/,
  ],
  ["RabbitMQ", "queues that fill any disk", { queues: { a: { maxBytes: "1Ti" } } }, "instanceType", /345 GB/],
  [
    "RabbitMQ",
    "a queue's mistake",
    { queues: { a: { deliveryLimit: 0 } } },
    "queues.a.deliveryLimit",
    /from 1 to 1000/,
  ],
  ["RabbitMQ", "nodes", { nodes: 5 }, "nodes", /three, or one/],
  ["RabbitMQ", "a disk", { storage: "10Gi" }, "storage", /instanceType decides/],
  [
    "RabbitMQ",
    "an objective without a backup",
    { backup: why, objectives: { rto: "1h", rpo: "24h" } },
    "objectives",
    /nothing comes back/,
  ],
  ["ObjectStore", "no bucket", { buckets: {} }, "buckets", /at least one/],
  ["ObjectStore", "the bucket of records", { buckets: { "access-logs": {} } }, "buckets.access-logs", /is ours/],
  ["ObjectStore", "hours", { buckets: { a: { expireAfter: "12h" } } }, "buckets.a.expireAfter", /whole days/],
  ["ObjectStore", "no time to lock for", { buckets: { a: { lockFor: "0d" } } }, "buckets.a.lockFor", /whole days/],
  [
    "ObjectStore",
    "people's objects for longer than the store says",
    { dataClass: "personal", retention: "365d", buckets: { a: { expireAfter: "350d" } } },
    "buckets.a.expireAfter",
    /at most retention, "365d"/,
  ],
  [
    "ObjectStore",
    "older versions for longer than people's objects",
    { dataClass: "personal", retention: "20d", buckets: { a: {} } },
    "buckets.a.expireAfter",
    /whole days/,
  ],
  [
    "Postgres",
    "erasure",
    { dataClass: "personal", retention: "365d", erasure: { tables: {} } } as object,
    "erasure",
    /nothing yet: a task of the owning service/,
  ],
  ["ObjectStore", "a size", { storage: "1Ti" }, "storage", /no size/],
])("a %s with %s is refused", (kind, _, args, field, allowed) => {
  expect(problemsOf(kind, args)).toEqual([
    { field, given: expect.anything(), allowed: expect.stringMatching(allowed) },
  ]);
});

describe("an Aurora", () => {
  const plan = (more: Partial<AuroraArgs> = {}) =>
    auroraPlan("production", "postgres", completeAurora({ ...base, databases: ["orders"], ...more }));

  test("is encrypted, kept, and speaks TLS alone", () => {
    const { cluster, parameterGroup } = plan({ keep: "7d" });
    expect(cluster).toMatchObject({
      storageEncrypted: true,
      manageMasterUserPassword: true,
      backupRetentionPeriod: 7,
      deletionProtection: true,
      skipFinalSnapshot: false,
    });
    expect(parameterGroup.parameters).toEqual(
      expect.arrayContaining([
        { name: "rds.force_ssl", value: "1", applyMethod: "immediate" },
        { name: "max_connections", value: "400", applyMethod: "pending-reboot" },
      ]),
    );
  });

  test("whose data is not kept goes without a snapshot", () => {
    const { cluster } = plan({ retain: false });
    expect(cluster).toMatchObject({ deletionProtection: false, skipFinalSnapshot: true });
  });

  test("grows without moving what stands", () => {
    const [three, five] = [plan(), plan({ instances: 5 })];
    const zones = five.instances.map(({ args }) => args.availabilityZone);
    expect(zones).toEqual(["a", "b", "c", "a", "b"].map((zone) => `eu-central-1${zone}`));
    expect(five.instances.slice(0, 3)).toEqual(three.instances);
    expect(five.cluster).toEqual(three.cluster);
  });

  test("of another major version has another group of parameters", () => {
    expect(plan({ version: "16.4" }).parameterGroup).toMatchObject({
      name: "production-postgres-16",
      family: "aurora-postgresql16",
    });
  });
});

describe("an ElastiCache", () => {
  const plan = (more: Partial<ElastiCacheArgs> = {}) =>
    elastiCachePlan("production", "cache", completeElastiCache({ ...base, ...more }));
  const policy = (more: Partial<ElastiCacheArgs>) => plan(more).parameterGroup.parameters;

  test("keeps snapshots of a store, and none of a cache", () => {
    expect(plan({ role: "store", keep: "5d" }).replicationGroup).toMatchObject({ snapshotRetentionLimit: 5 });
    for (const more of [{}, { role: "store", backup: why }] as const)
      expect(plan(more).replicationGroup).not.toHaveProperty("snapshotRetentionLimit");
    expect(plan().tags).toHaveProperty(["plumbline.dev/opt-out.backup"]);
  });

  test("forgets as a cache, and refuses as a store", () => {
    expect(policy({})).toEqual([{ name: "maxmemory-policy", value: "allkeys-lru" }]);
    expect(policy({ role: "store" })).toEqual([{ name: "maxmemory-policy", value: "noeviction" }]);
  });

  test("fails over with replicas only", () => {
    expect(plan().replicationGroup).toMatchObject({ automaticFailoverEnabled: true, multiAzEnabled: true });
    expect(plan({ replicas: 1, replication: why }).replicationGroup).toMatchObject({
      automaticFailoverEnabled: false,
      multiAzEnabled: false,
    });
  });

  test("has users of their own keys, and a default one of none", () => {
    expect(userPlan("production", "cache", "orders")).toMatchObject({
      userId: "production-cache-orders",
      userName: "orders",
      accessString: expect.stringMatching(/^on ~orders:\* &orders:\* \+@all -@admin -@dangerous -@scripting \+eval /),
    });
    expect(defaultUserPlan("production", "cache")).toMatchObject({ userName: "default", accessString: "off -@all" });
  });
});

describe("an MSK", () => {
  const given = { key: "k", securityGroup: "sg", logGroup: "l", configuration: { arn: "c", revision: 1 } };
  const plan = (more: Partial<MskArgs> = {}) =>
    mskPlan("production", "kafka", completeMsk({ ...base, topics: {}, ...more }));

  test("speaks TLS to clients with a password, and keeps three copies of which two are waited for", () => {
    const { configuration, cluster } = plan();
    expect(configuration.serverProperties).toContain("min.insync.replicas=2\n");
    expect(configuration.serverProperties).toContain("unclean.leader.election.enable=false\n");
    expect(cluster(given)).toMatchObject({
      clientAuthentication: { sasl: { scram: true, iam: false }, unauthenticated: false },
      encryptionInfo: { encryptionInTransit: { clientBroker: "TLS", inCluster: true } },
    });
  });

  test("stays in its three zones when the place gets a fourth", () => {
    const subnets = [...aws.subnets, { id: "d", zone: "eu-central-1d", cidr: "10.0.3.0/24" }];
    expect(plan({ aws: { ...aws, subnets } }).cluster(given)).toEqual(plan().cluster(given));
  });
});

describe("an Amazon MQ", () => {
  const given = { key: "k", securityGroup: "sg", password: "p" };
  const plan = (more: Partial<AmazonMqArgs> = {}) =>
    amazonMqPlan("production", "broker", completeAmazonMq({ ...base, queues: { mails: {} }, ...more }));

  test("is three nodes in three zones, closed and encrypted", () => {
    expect(plan().broker(given)).toMatchObject({
      brokerName: "production-broker",
      engineType: "RabbitMQ",
      deploymentMode: "CLUSTER_MULTI_AZ",
      subnetIds: ["a", "b", "c"],
      securityGroups: ["sg"],
      publiclyAccessible: false,
      encryptionOptions: { kmsKeyId: "k", useAwsOwnedKey: false },
      logs: { general: true },
      applyImmediately: false,
    });
  });

  test("has no log of audits: Amazon MQ refuses one for RabbitMQ", () => {
    expect(plan().broker(given).logs).not.toHaveProperty("audit");
  });

  test("stays in its three zones when the place gets a fourth", () => {
    const subnets = [...aws.subnets, { id: "d", zone: "eu-central-1d", cidr: "10.0.3.0/24" }];
    expect(plan({ aws: { ...aws, subnets } }).broker(given)).toEqual(plan().broker(given));
  });

  test("is one node in one zone for who says why", () => {
    const one = plan({ replication: why, retain: false });
    expect(one.broker(given)).toMatchObject({
      deploymentMode: "SINGLE_INSTANCE",
      subnetIds: ["a"],
      applyImmediately: true,
    });
    expect(one.tags).toHaveProperty(["plumbline.dev/opt-out.replication"]);
  });
});

describe("a bucket of S3", () => {
  const args = completeS3({
    ...base,
    buckets: { plain: {}, exports: { expireAfter: "30d" }, backups: { lockFor: "14d" } },
  });
  const plan = (bucket: string) => bucketPlan("production", "files", bucket, args);

  test("has a name that is unique in the world, and keeps older versions for a time", () => {
    const { bucketName, lifecycle, lock } = plan("plain");
    expect(bucketName).toBe("production-files-plain-1234-5678-9012");
    expect(lifecycle.rules).toMatchObject([{ noncurrentVersionExpiration: { noncurrentDays: 30 } }]);
    expect(lifecycle.rules).not.toMatchObject([{ expiration: {} }]);
    expect(lock).toBeUndefined();
  });

  test("forgets, or cannot", () => {
    expect(plan("exports").lifecycle.rules).toMatchObject([{ expiration: { days: 30 } }]);
    expect(plan("backups").bucket).toMatchObject({ objectLockEnabled: true });
    expect(plan("backups").lock).toEqual({ rule: { defaultRetention: { mode: "GOVERNANCE", days: 14 } } });
  });

  test("of personal data ends with its older versions when the store's retention does, or says what deletes it", () => {
    const deleted = optOut("who writes backups deletes the old ones");
    const buckets = { plain: {}, backups: { expireAfter: deleted } };
    const personal = completeS3({ ...base, dataClass: "personal", retention: "365d", keep: "30d", buckets });
    const [plain, backups] = ["plain", "backups"].map((bucket) => bucketPlan("production", "files", bucket, personal));
    expect(plain?.lifecycle.rules).toMatchObject([{ expiration: { days: 335 } }]);
    expect(backups?.lifecycle.rules).not.toMatchObject([{ expiration: {} }]);
    expect(plain?.bucket.tags).not.toHaveProperty(["plumbline.dev/opt-out.retention"]);
    expect(backups?.bucket.tags).toMatchObject({
      "plumbline.dev/data-class": "personal",
      "plumbline.dev/opt-out.retention": deleted.optOut,
    });
  });

  test("is closed to whoever comes without TLS 1.2; S3 writes to the one of records", () => {
    const denied = JSON.parse(bucketPolicy("arn:b")).Statement;
    expect(denied.map(({ Effect }: { Effect: string }) => Effect)).toEqual(["Deny", "Deny"]);
    expect(JSON.stringify(denied)).toContain('"s3:TlsVersion":"1.2"');
    expect(JSON.parse(logBucketPolicy("arn:b", aws)).Statement.at(-1)).toMatchObject({
      Effect: "Allow",
      Principal: { Service: "logging.s3.amazonaws.com" },
    });
  });

  test("lets a reader read and an owner write, and nobody change it", () => {
    const actions = (right: "owner" | "reader") =>
      accessStatements(right, "arn:b", "arn:k", aws).flatMap(({ Action }) => Action);
    expect(actions("reader").filter((action) => /Put|Delete|Generate/.test(action))).toEqual([]);
    expect(actions("owner")).toEqual(expect.arrayContaining(["s3:PutObject", "kms:GenerateDataKey"]));
    expect(
      [...actions("owner"), ...actions("reader")].filter((action) => /\*|PutBucket|DeleteBucket/.test(action)),
    ).toEqual([]);
  });
});
