import { Namespace } from "../../components/cluster/index.ts";
import { optOut } from "../../components/core/index.ts";
import {
  type AwsPlace,
  Kafka,
  ObjectStore,
  Postgres,
  RabbitMQ,
  Redis,
  ShardedPostgres,
} from "../../components/data/index.ts";
import { Logging } from "../../components/observability/index.ts";
import { AuditTrail, CloudTrail } from "../../components/security/index.ts";
import { Microservice } from "../../components/workload/index.ts";

/** Zones of the stores. */
const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];

const place: AwsPlace = {
  region: "eu-central-1",
  accountId: "123456789012",
  vpcId: "vpc-0a1b2c3d",
  subnets: zones.map((zone, index) => ({ id: `subnet-${index}`, zone, cidr: `10.0.${8 + index}.0/24` })),
  podSecurityGroupIds: ["sg-0a1b2c3d"],
  clusterName: "shop",
  alarms: {
    topicArn: "arn:aws:sns:eu-central-1:123456789012:pages",
    warningTopicArn: "arn:aws:sns:eu-central-1:123456789012:mornings",
  },
};

/** What may differ between two runs of the program. */
export interface ShopArgs {
  readonly instances?: number;
  readonly replicas?: number;
  /** Larger machines, longer backups, more connections. */
  readonly large?: boolean;
  /** Zones that the service's pods run in; those of the stores by default. */
  readonly podZones?: readonly string[];
  readonly retain?: boolean;
  /** Name of the namespace, and start of the other's. */
  readonly prefix?: string;
}

/** Every store on AWS, one service that uses all of them, and what collects its log. */
export function awsShop({
  instances = 3,
  replicas = 3,
  large = false,
  retain = true,
  podZones = zones,
  prefix = "shop",
}: ShopArgs = {}) {
  const quota = { cpu: "20", memory: "40Gi", pods: 100 } as const;
  const shop = new Namespace(prefix, { quota });
  const data = new Namespace(`${prefix}-data`, { quota: { ...quota, storage: "20Gi" } });
  const store = { aws: place, namespace: data, retain };
  new Logging("logs", {
    namespace: data,
    zones: podZones,
    store: { kind: "loki", disk: "10Gi" },
    retention: "30d",
    runbooks: "https://git.example.com/docs/runbooks",
    retain,
  });
  const postgres = new Postgres("postgres", {
    backend: "aws",
    ...store,
    databases: ["orders", "stock"],
    instances,
    pooler: {},
    keep: large ? "35d" : "14d",
    ...(large && { instanceClass: "db.r8g.4xlarge", connections: 1000, poolSize: 6 }),
    objectives: { rto: "4h", rpo: "15m" },
  });
  const ledger = new ShardedPostgres("ledger", { backend: "aws", ...store, shards: large ? 3 : 2, instances: 2 });
  const cache = new Redis("cache", {
    backend: "aws",
    ...store,
    replicas,
    ...(large && { nodeType: "cache.r7g.xlarge" }),
  });
  const sessions = new Redis("sessions", {
    backend: "aws",
    ...store,
    role: "store",
    objectives: { rto: "4h", rpo: "24h" },
  });
  const kafka = new Kafka("kafka", {
    backend: "aws",
    ...store,
    topics: { orders: {}, prices: { compacted: true } },
    storage: large ? "200Gi" : "100Gi",
    brokers: large ? 6 : 3,
  });
  const log = new Kafka("log", { backend: "aws", ...store, topics: { audit: {} }, growTo: "1000Gi" });
  const broker = new RabbitMQ("broker", {
    backend: "aws",
    ...store,
    queues: { mails: {}, invoices: { maxBytes: "1Gi", ...(large && { deliveryLimit: 5 }) } },
    ...(large && { instanceType: "mq.m7g.2xlarge" }),
  });
  const files = new ObjectStore("files", {
    backend: "aws",
    ...store,
    buckets: { invoices: {}, exports: { expireAfter: "30d" }, backups: { lockFor: "14d" } },
  });
  const legacy = new ObjectStore("legacy", {
    backend: "aws",
    ...store,
    buckets: { scans: {} },
    podIdentity: optOut("the scanner reads its key from files, and is bought"),
  });
  const { region, accountId, alarms } = place;
  const account = { region, accountId, alarms };
  const runbooks = "https://git.example.com/docs/runbooks";
  new CloudTrail("trail", {
    aws: account,
    keep: "400d",
    lock: "compliance",
    buckets: ["arn:aws:s3:::production-files-invoices"],
    insights: large,
    runbooks,
    retain,
  });
  new AuditTrail("audit", {
    namespace: data,
    source: { kind: "eks", clusterName: "shop", aws: account, keep: "400d", retain },
    breakGlass: ["platform-break-glass"],
    runbooks,
  });
  new Microservice("orders", {
    namespace: shop,
    zones: podZones,
    image: "registry.example.com/shop/orders:1.0.0",
    uses: [
      postgres.database("orders").owner,
      postgres.database("stock").reader,
      ledger.owner,
      cache,
      sessions,
      kafka.topic("orders").publish,
      kafka.topic("prices").consume,
      log.topic("audit").publish,
      broker.queue("mails").publish,
      broker.queue("invoices").consume,
      broker.queue("invoices").deadLetters,
      files.bucket("invoices").owner,
      files.bucket("exports").reader,
      legacy.bucket("scans").owner,
    ],
  });
  return { postgres: postgres.endpoint, reader: postgres.readerEndpoint, cache: cache.endpoint };
}
