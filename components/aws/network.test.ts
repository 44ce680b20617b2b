import { describe, expect, test } from "vitest";
import { optOut } from "../core/opt-out.ts";
import { type Recording, record } from "../testing/record.ts";
import { Network } from "./network.ts";
import { completeNetwork, type NetworkArgs } from "./network-args.ts";
import { networkPlan } from "./network-plan.ts";
import { networkProblems } from "./network-problems.ts";

const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
const base: NetworkArgs = {
  account: { region: "eu-central-1", accountId: "123456789012", tags: { team: "platform" } },
  cidr: "10.16.0.0/16",
  zones,
  flowLogs: { to: "cloudwatch", kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/1" },
};
const why = optOut("a test needs no more");
const problemsOf = (more: object) => networkProblems("main", completeNetwork({ ...base, ...more } as NetworkArgs));

test("a network that says nothing more is sound, and so are larger and smaller ones", () => {
  expect(problemsOf({})).toEqual([]);
  expect(problemsOf({ cidr: "10.16.0.0/23", pods: "100.64.0.0/16", zoneSlots: 4 })).toEqual([]);
  expect(problemsOf({ zoneSlots: 8, zones: [..."abcdef"].map((letter) => `eu-central-1${letter}`) })).toEqual([]);
  expect(problemsOf({ nat: { gateways: "none", reduced: why }, tiers: [{ name: "nodes", reach: "private" }] })).toEqual(
    [],
  );
});

test.each<[what: string, change: object, field: string, allowed: RegExp]>([
  ["public addresses", { cidr: "52.16.0.0/16" }, "cidr", /10\/8/],
  ["a range that AWS does not take", { cidr: "10.0.0.0/8" }, "cidr", /from \/16 to \/24/],
  ["a range that begins within another", { cidr: "10.16.1.0/16" }, "cidr", /a multiple of its size/],
  ["too small a range", { cidr: "10.16.0.0/25" }, "cidr", /to \/24/],
  ["two zones", { zones: zones.slice(0, 2) }, "zones", /three zones or more/],
  ["a zone twice", { zones: [...zones, zones[0]] }, "zones[3]", /each zone once/],
  ["a zone of another region", { zones: [...zones.slice(0, 2), "eu-west-1c"] }, "zones[2]", /a zone of the region/],
  ["more zones than slots", { zones: [..."abcde"].map((at) => `eu-central-1${at}`) }, "zones", /at most 4 zones/],
  ["three slots", { zoneSlots: 3 }, "zoneSlots", /4 or 8/],
  ["no private tier", { tiers: [{ name: "public", reach: "public" }] }, "tiers", /a private one/],
  ["NAT without a public tier", { tiers: [{ name: "private", reach: "private" }] }, "tiers", /where NAT stands/],
  [
    "a tier twice",
    { tiers: [..."ab"].map(() => ({ name: "private", reach: "private" })), nat: { gateways: "none", reduced: why } },
    "tiers[1].name",
    /each name once/,
  ],
  ["a tier that reaches the moon", { tiers: [{ name: "a", reach: "moon" }] }, "tiers[0].reach", /public, private/],
  ["one NAT gateway without a reason", { nat: { gateways: "one" } }, "nat", /optOut/],
  ["NAT that is none", { nat: "single" }, "nat", /"perZone"/],
  [
    "a tier that does not fit",
    {
      tiers: [
        { name: "private", reach: "private", prefix: 18 },
        { name: "public", reach: "public" },
      ],
    },
    "tiers[1]",
    /no room left for a \/28/,
  ],
  ["tiers for which a range is too small", { cidr: "10.16.0.0/24" }, "tiers[2]", /a prefix from 28 to 28 of its own/],
  [
    "a tier that is larger than the one before",
    {
      tiers: [
        { name: "private", reach: "private" },
        { name: "public", reach: "public", prefix: 18 },
      ],
    },
    "tiers[1].prefix",
    /a prefix from 19 to 28/,
  ],
  [
    "a subnet that AWS does not take",
    {
      tiers: [
        { name: "private", reach: "private" },
        { name: "public", reach: "public", prefix: 29 },
      ],
    },
    "tiers[1].prefix",
    /a prefix from 19 to 28: no more/,
  ],
  ["Services in the network", { services: "10.16.128.0/20" }, "services", /does not overlap with cidr, 10\.16/],
  ["pods in the network", { pods: "10.16.0.0/17" }, "pods", /does not overlap with cidr/],
  ["pods that AWS does not join", { pods: "192.168.0.0/16" }, "pods", /of 100\.64\.0\.0\/10, or of the same/],
  ["pods with public addresses", { pods: "11.0.0.0/16" }, "pods", /100\.64\/10/],
  ["a peer in the network", { peers: { office: "10.16.4.0/24" } }, "peers.office", /overlap with cidr/],
  ["a peer among the Services", { peers: { office: "172.16.0.0/12" } }, "peers.office", /overlap with services/],
  ["a peer that is none", { peers: { office: "10.0.0.0" } }, "peers.office", /a block/],
  ["an endpoint that is not built", { endpoints: ["athena"] }, "endpoints[0]", /secretsmanager/],
  ["an endpoint twice", { endpoints: ["sts", "sts"] }, "endpoints[1]", /each service once/],
  ["all of a service", { endpointActions: { sts: ["sts:*"] } }, "endpointActions.sts[0]", /no "\*"/],
  ["actions of no endpoint", { endpointActions: { sqs: ["sqs:SendMessage"] } }, "endpointActions.sqs", /one of s3/],
  [
    "a session that deploys",
    { deployerArns: ["arn:aws:sts::123456789012:assumed-role/deploy/me"] },
    "deployerArns[0]",
    /no session/,
  ],
  ["everybody who deploys", { deployerArns: ["arn:aws:iam::123456789012:role/*"] }, "deployerArns[0]", /no "\*"/],
  [
    "another account that deploys",
    { deployerArns: ["arn:aws:iam::999999999999:role/deploy"] },
    "deployerArns[0]",
    /of the account/,
  ],
  ["a bucket of images by its ARN", { imageBuckets: ["arn:aws:s3:::layers"] }, "imageBuckets[0]", /no ARN/],
  ["all buckets", { imageBuckets: ["*"] }, "imageBuckets[0]", /the name of a bucket/],
  ["flow logs to nowhere", { flowLogs: { to: "kafka" } }, "flowLogs.to", /cloudwatch, s3/],
  ["flow logs in clear", { flowLogs: { to: "cloudwatch" } }, "flowLogs.kmsKeyArn", /an ARN/],
  ["no bucket", { flowLogs: { to: "s3" } }, "flowLogs.bucketArn", /an ARN/],
  [
    "days that CloudWatch does not keep",
    { flowLogs: { to: "cloudwatch", kmsKeyArn: "arn:key", days: 100 } },
    "flowLogs.days",
    /365, 400/,
  ],
  ["another partition", { account: { region: "cn-north-1", accountId: "123456789012" } }, "account.region", /public/],
  ["one zone where a list belongs", { zones: "eu-central-1a" }, "zones", /a list of texts/],
])("%s is refused", (_, change, field, allowed) => {
  const found = problemsOf(change).find((problem) => problem.field === field);
  expect(found?.allowed).toMatch(allowed);
});

test("ranges that only touch do not overlap", () => {
  expect(problemsOf({ services: "10.17.0.0/16", peers: { office: "10.15.0.0/16", lab: "10.18.0.0/15" } })).toEqual([]);
});

describe("a plan", () => {
  const plan = (more: Partial<NetworkArgs> = {}) =>
    networkPlan("production", "main", completeNetwork({ ...base, ...more }));

  test("gives every subnet its part, and the tags by which controllers find it", () => {
    const rolesOf = (more: Partial<NetworkArgs>) => {
      const roles = plan(more).subnets.map(({ tier, args }) => {
        const tags = Object.entries(args.tags as object).filter(([key]) => key.startsWith("kubernetes.io/role/"));
        return [tier, ...tags.map(([key, value]) => `${key.split("/").at(-1)}=${value}`)].join(" ");
      });
      return [...new Set(roles)];
    };
    expect(rolesOf({})).toEqual(["private internal-elb=1", "public elb=1", "isolated"]);
    // Pods that have a range of their own keep off the nodes'.
    expect(rolesOf({ pods: "100.64.0.0/16" })).toEqual([
      "private internal-elb=1 cni=0",
      "public elb=1",
      "isolated",
      "pods cni=1",
    ]);
  });

  test("gives pods a range of their own, a quarter for each zone", () => {
    const pods = plan({ pods: "100.64.0.0/16" }).subnets.filter(({ tier }) => tier === "pods");
    expect(pods.map(({ cidr }) => cidr)).toEqual(["100.64.0.0/18", "100.64.64.0/18", "100.64.128.0/18"]);
    expect(pods.map(({ routes }) => routes)).toEqual(zones.map((zone) => `private-${zone}`));
  });

  test("leads each zone to its own NAT gateway, all to one, or nobody out", () => {
    const waysOf = ({ routeTables }: ReturnType<typeof plan>) =>
      Object.fromEntries(routeTables.map(({ key, way }) => [key, typeof way === "object" ? way.natOf : way]));
    expect(waysOf(plan())).toEqual({
      public: "internet",
      ...Object.fromEntries(zones.map((zone) => [`private-${zone}`, zone])),
      ...Object.fromEntries(zones.map((zone) => [`isolated-${zone}`, undefined])),
    });
    const one = plan({ nat: { gateways: "one", reduced: why } });
    expect(one.nats).toEqual(["eu-central-1a"]);
    expect(waysOf(one)["private-eu-central-1c"]).toBe("eu-central-1a");
    const none = plan({ nat: { gateways: "none", reduced: why } });
    expect(none.nats).toEqual([]);
    expect(waysOf(none)["private-eu-central-1c"]).toBeUndefined();
  });

  test("says on what is made that it was stepped down from, and why", () => {
    expect(plan({ nat: { gateways: "one", reduced: why } }).tags["plumbline.dev/opt-out.nat"]).toBe(why.optOut);
    expect(plan().tags).not.toHaveProperty("plumbline.dev/opt-out.nat");
  });
});

describe("what is made", () => {
  const made = (more: Partial<NetworkArgs> = {}) =>
    record("production", () => {
      const network = new Network("main", { ...base, ...more });
      return { network };
    });
  const ofType = ({ resources }: Recording<unknown>, type: string) =>
    resources.filter((one) => one.type.endsWith(type));

  test("has a NAT gateway and a public address in each zone, in that zone's public subnet", async () => {
    const recording = await made();
    expect(ofType(recording, ":NatGateway")).toHaveLength(3);
    for (const zone of zones)
      expect(recording.inputsOf(":NatGateway", `main-nat-${zone}`).subnetId).toBe(`main-public-${zone}-id`);
    expect(Object.keys(recording.outputs.network.natAddresses)).toEqual(zones);
  });

  test("has no way in for nobody in particular: no subnet gives out public addresses, and the default group is shut", async () => {
    const recording = await made({ pods: "100.64.0.0/16" });
    const subnets = ofType(recording, ":Subnet");
    expect(subnets).toHaveLength(12);
    for (const { inputs } of subnets) expect(inputs.mapPublicIpOnLaunch).toBe(false);
    expect(recording.inputsOf(":DefaultSecurityGroup", "main")).toMatchObject({ ingress: [], egress: [] });
  });

  test("gives isolated subnets tables without a way out, and endpoints of S3 all tables", async () => {
    const recording = await made();
    const routes = ofType(recording, "route:Route").map(({ name }) => name);
    expect(routes.sort()).toEqual(["main-public", ...zones.map((zone) => `main-private-${zone}`)].sort());
    expect(recording.inputsOf(":VpcEndpoint", "main-s3").routeTableIds).toHaveLength(7);
  });

  test("has endpoints in the nodes' subnets, for the account alone, reached over HTTPS from the network and its pods", async () => {
    const recording = await made({ pods: "100.64.0.0/16", endpointActions: { sts: ["sts:GetFederationToken"] } });
    const sts = recording.inputsOf(":VpcEndpoint", "main-sts");
    expect(sts.subnetIds).toEqual(zones.map((zone) => `main-private-${zone}-id`));
    const [statement, tokens] = JSON.parse(sts.policy).Statement;
    expect(tokens).toMatchObject({ Resource: "arn:aws:iam::123456789012:role/*" });
    expect(statement.Condition).toEqual({ StringEquals: { "aws:PrincipalAccount": "123456789012" } });
    expect(statement.Action).toContain("sts:GetFederationToken");
    const rules = ofType(recording, ":SecurityGroupIngressRule").map(({ inputs }) => [inputs.cidrIpv4, inputs.toPort]);
    expect(rules).toEqual([
      ["10.16.0.0/16", 443],
      ["100.64.0.0/16", 443],
    ]);
  });

  test("lets who deploys from within it do through each endpoint what their role may, and nobody else more for it", async () => {
    const deployer = "arn:aws:iam::123456789012:role/ci/deploy";
    const recording = await made({ deployerArns: [deployer] });
    const endpoints = ofType(recording, ":VpcEndpoint");
    expect(endpoints).toHaveLength(11);
    for (const { inputs } of endpoints) {
      const everything = JSON.parse(inputs.policy).Statement.filter(({ Action }: { Action: string }) => Action === "*");
      expect(everything).toEqual([
        {
          ...{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" },
          Condition: { ArnEquals: { "aws:PrincipalArn": [deployer] } },
        },
      ]);
    }
    for (const { inputs } of ofType(await made(), ":VpcEndpoint")) expect(inputs.policy).not.toContain('"Action":"*"');
  });

  test("has a way to the account's own buckets, and to read layers of images where registries have them", async () => {
    const recording = await made({ imageBuckets: ["layers-of-ours"] });
    const [own, layers] = JSON.parse(recording.inputsOf(":VpcEndpoint", "main-s3").policy).Statement;
    expect(own.Condition).toEqual({ StringEquals: { "aws:ResourceAccount": "123456789012" } });
    expect(layers).toMatchObject({
      Action: "s3:GetObject",
      Resource: [
        "arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*",
        "arn:aws:s3:::prod-registry-k8s-io-eu-central-1/*",
        "arn:aws:s3:::layers-of-ours/*",
      ],
    });
  });

  test("has nothing that answers, and no group, where no endpoint is asked for", async () => {
    const recording = await made({ endpoints: [] });
    expect(ofType(recording, ":SecurityGroup")).toEqual([]);
    expect(ofType(recording, ":VpcEndpoint").map(({ name }) => name)).toEqual(["main-s3", "main-dynamodb"]);
  });

  test("records all traffic, encrypted and for a time, by a role of its own; or into a bucket, without one", async () => {
    const recording = await made();
    expect(recording.inputsOf(":LogGroup", "main-flow-logs")).toMatchObject({ retentionInDays: 400 });
    expect(recording.inputsOf(":FlowLog", "main")).toMatchObject({ trafficType: "ALL", vpcId: "main-id" });
    const bucket = await made({ flowLogs: { to: "s3", bucketArn: "arn:aws:s3:::flows" } });
    expect(bucket.inputsOf(":FlowLog", "main")).toMatchObject({
      logDestinationType: "s3",
      logDestination: "arn:aws:s3:::flows",
    });
    expect([...ofType(bucket, ":Role"), ...ofType(bucket, ":LogGroup")]).toEqual([]);
  });

  test("is changed by a transform, which sees each child", async () => {
    const recording = await made({
      transform: { subnet: (args, _, name) => ({ args: { ...args, tags: { seen: name } } }) },
    });
    expect(recording.inputsOf(":Subnet", "main-public-eu-central-1a").tags).toEqual({
      seen: "main-public-eu-central-1a",
    });
  });

  test("tells which subnets are for nodes and which for stores", async () => {
    const { network } = (await made()).outputs;
    expect(network.nodeSubnets.map(({ cidr }) => cidr)).toEqual(["10.16.0.0/19", "10.16.64.0/19", "10.16.128.0/19"]);
    expect(network.dataSubnets.map(({ cidr }) => cidr)).toEqual(["10.16.48.0/21", "10.16.112.0/21", "10.16.176.0/21"]);
    expect(network.endpointCidrs).toEqual(network.nodeSubnets.map(({ cidr }) => cidr));
  });
});
