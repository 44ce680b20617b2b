import {
  BackupVault,
  Budget,
  Detection,
  EbsStorage,
  EksCluster,
  Keys,
  Network,
  type NetworkTier,
  storePlace,
  WebFirewall,
} from "../../components/aws/index.ts";
import { Namespace } from "../../components/cluster/index.ts";
import { optOut } from "../../components/core/index.ts";
import { ObjectStore, Postgres } from "../../components/data/index.ts";
import { Logging } from "../../components/observability/index.ts";
import { Access } from "../../components/security/index.ts";

const account = { region: "eu-central-1", accountId: "123456789012", tags: { team: "platform" } };
const role = (name: string) => `arn:aws:iam::${account.accountId}:role/${name}`;
/** Who may do what, as both the cluster's entries and its roles know them. */
const groups = { developers: "shop-developers", onCall: "shop-on-call" };

const tiers: NetworkTier[] = [
  { name: "private", reach: "private" },
  { name: "public", reach: "public" },
  { name: "isolated", reach: "isolated" },
];

/** What may differ between two runs of the program. */
export interface PlatformArgs {
  /** A zone and a tier more, more and larger nodes, a peer, another person. */
  readonly grown?: boolean;
  readonly retain?: boolean;
  /** What is in the cluster: people, and stores that are in the place that the three make. True by default. */
  readonly inhabited?: boolean;
}

/** A network, keys and a cluster on AWS, people in it, two stores in the place that the three make, their backups, and what stands around. */
export function awsPlatform({ grown = false, retain = true, inhabited = true }: PlatformArgs = {}) {
  const letters = grown ? "abcd" : "abc";
  const keys = new Keys("keys", { account, replicaRegions: ["eu-west-1"], retain });
  const network = new Network("main", {
    account,
    cidr: "10.16.0.0/16",
    pods: "100.64.0.0/16",
    zones: [...letters].map((letter) => `eu-central-1${letter}`),
    tiers: grown ? [...tiers, { name: "partners", reach: "private" }] : tiers,
    deployerArns: [role("deploy")],
    peers: { office: "10.32.0.0/16", ...(grown && { lab: "10.33.0.0/16" }) },
    flowLogs: { to: "cloudwatch", kmsKeyArn: keys.arn("logs") },
    retain,
  });
  const cluster = new EksCluster("main", {
    network,
    keys,
    deployerArn: role("deploy"),
    people: {
      developers: { principalArn: role("developers"), groups: [groups.developers] },
      ...(grown && { "on-call": { principalArn: role("on-call"), groups: [groups.onCall] } }),
    },
    nodes: {
      general: { instanceTypes: ["m8g.xlarge", "m7g.xlarge"], minPerZone: grown ? 2 : 1, maxPerZone: grown ? 8 : 4 },
      batch: {
        instanceTypes: ["c8g.2xlarge"],
        maxPerZone: 2,
        spot: true,
        diskGib: grown ? 200 : 100,
        labels: { "shop.example.com/pool": "batch" },
        taints: [{ key: "shop.example.com/batch", effect: "NoSchedule" }],
      },
    },
    retain,
  });
  if (inhabited) inhabit({ network, keys, cluster, retain });
  const pages = { topicArn: "arn:aws:sns:eu-central-1:123456789012:pages" };
  new BackupVault("confidential", {
    account,
    keys,
    copyTo: "eu-west-1",
    restoreTests: { of: ["Aurora", "S3"] },
    alarms: pages,
    retain,
  });
  new Budget("month", { account, monthlyUsd: 4000, topicArn: "arn:aws:sns:eu-central-1:123456789012:costs" });
  const balancer = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop/0a1b2c3d4e5f6071";
  const rates = { all: { requests: 2000 }, orders: { requests: 300, window: 60, path: "/orders" } } as const;
  new WebFirewall("edge", { account, keys, before: { shop: balancer }, rates, retain });
  new Detection("eyes", { account, bucket: "shop-config-123456789012", alarms: pages });
  return { vpcId: network.vpcId, clusterName: cluster.clusterName, kubeconfig: cluster.kubeconfig };
}

interface House {
  readonly network: Network;
  readonly keys: Keys;
  readonly cluster: EksCluster;
  readonly retain: boolean;
}

/** Who and what is in the cluster. */
function inhabit({ network, keys, cluster, retain }: House): void {
  const quota = { cpu: "20", memory: "40Gi", pods: 100, storage: "20Gi" } as const;
  const namespace = new Namespace("platform-data", { quota });
  new EbsStorage("platform-encrypted", { keys });
  new Access("platform-people", { namespaces: [namespace], viewer: [groups.developers], operator: [groups.onCall] });
  new Logging("platform-logs", {
    namespace,
    zones: network.zones,
    store: { kind: "loki", disk: "10Gi" },
    retention: "30d",
    runbooks: "https://git.example.com/docs/runbooks",
    retain,
  });
  const aws = storePlace({ network, cluster, keys, alarms: optOut("alarms are shown with the stores, not here") });
  new Postgres("orders", { backend: "aws", aws, namespace, databases: ["orders"], retain });
  new ObjectStore("files", { backend: "aws", aws, namespace, buckets: { invoices: {} }, retain });
}
