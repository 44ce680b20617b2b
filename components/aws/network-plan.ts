import type { FlowLogArgs } from "@pulumi/aws/ec2/flowLog.js";
import type { SubnetArgs } from "@pulumi/aws/ec2/subnet.js";
import type { VpcArgs } from "@pulumi/aws/ec2/vpc.js";
import type { RoleArgs } from "@pulumi/aws/iam/role.js";
import { awsName } from "../data/aws/name.ts";
import { LONGEST_ROLE, policyOf } from "../data/aws/pod-identity-plan.ts";
import { namedTags } from "./account.ts";
import type { CompleteNetwork, Reach } from "./network-args.ts";
import { isMisfit, planSubnets } from "./subnet-plan.ts";

/** Longest name of a security group and of a tag that people read. */
const LONGEST_NAME = 128;
/** The tier of the range for pods. */
export const PODS = "pods";

export interface SubnetShape {
  readonly tier: string;
  readonly zone: string;
  readonly cidr: string;
  readonly reach: Reach;
  readonly args: Omit<SubnetArgs, "vpcId">;
  /** The route table that it has: one for all public ones, one in each zone for private and for isolated ones. */
  readonly routes: string;
}

interface RouteTableShape {
  readonly key: string;
  /** Where all that is not the network's goes: the internet, a zone's NAT gateway, or nowhere. */
  readonly way: "internet" | { readonly natOf: string } | undefined;
  readonly tags: Record<string, string>;
}

export interface NetworkPlan {
  readonly id: string;
  readonly tags: Record<string, string>;
  readonly vpc: VpcArgs;
  readonly subnets: readonly SubnetShape[];
  readonly routeTables: readonly RouteTableShape[];
  /** Zones that have a NAT gateway, each in the first public subnet of it. */
  readonly nats: readonly string[];
  /** The tier that endpoints, nodes and inner load balancers are in. */
  readonly home: string;
}

/** What AWS is asked for, but for the ids of what stands. */
export function networkPlan(stack: string, name: string, args: CompleteNetwork): NetworkPlan {
  const { account, cidr, zones, nat, tiers } = args;
  const id = awsName(stack, name, LONGEST_NAME);
  const choices = { nat: nat === "perZone" ? undefined : nat.reduced };
  const tagsOf = (part?: string) => namedTags(account, part === undefined ? id : `${id}-${part}`, choices);
  const nats = nat === "perZone" ? zones : nat.gateways === "one" ? zones.slice(0, 1) : [];
  const firstOf = (reach: Reach) => tiers.find((tier) => tier.reach === reach)?.name;
  const planned = [...plannedOf(args), ...podSubnetsOf(args)];
  const subnets = planned.map(({ tier, zone, cidr: cidrBlock }): SubnetShape => {
    const reach = tier === PODS ? "private" : (tiers.find((one) => one.name === tier)?.reach ?? "isolated");
    return {
      tier,
      zone,
      cidr: cidrBlock,
      reach,
      routes: reach === "public" ? "public" : `${reach}-${zone}`,
      args: {
        availabilityZone: zone,
        cidrBlock,
        // Nothing has a public address but what asks for one by name: load balancers and NAT do.
        mapPublicIpOnLaunch: false,
        tags: { ...tagsOf(`${tier}-${zone}`), "plumbline.dev/reach": reach, ...roleOf(tier, args, firstOf) },
      },
    };
  });
  return {
    id,
    tags: tagsOf(),
    vpc: { cidrBlock: cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: tagsOf() },
    subnets,
    routeTables: [...new Set(subnets.map(({ routes }) => routes))].map((key) => ({
      key,
      way: wayOf(key, args),
      tags: tagsOf(key),
    })),
    nats,
    home: firstOf("private") ?? "private",
  };
}

/** By it the VPC CNI takes a subnet for pods, or leaves it. */
const FOR_PODS = "kubernetes.io/role/cni";

/** By these the load balancers' controller and the VPC CNI find their subnets (EKS user guide, "VPC and subnet requirements"). */
function roleOf(
  tier: string,
  { pods }: CompleteNetwork,
  firstOf: (reach: Reach) => string | undefined,
): Record<string, string> {
  if (tier === PODS) return { [FOR_PODS]: "1" };
  if (tier === firstOf("public")) return { "kubernetes.io/role/elb": "1" };
  if (tier === firstOf("private")) {
    // Without it the plugin takes addresses of the node's own subnet, too, and whichever has more that are free.
    const left = pods === undefined ? {} : { [FOR_PODS]: "0" };
    return { "kubernetes.io/role/internal-elb": "1", ...left };
  }
  return {};
}

function wayOf(key: string, { nat, zones }: CompleteNetwork): RouteTableShape["way"] {
  if (key === "public") return "internet";
  const zone = /^private-(.+)$/.exec(key)?.[1];
  if (zone === undefined) return undefined;
  if (nat === "perZone") return { natOf: zone };
  return nat.gateways === "one" ? { natOf: zones[0] ?? zone } : undefined;
}

function plannedOf(args: CompleteNetwork) {
  const plan = planSubnets(args);
  if (isMisfit(plan)) throw new TypeError("the tiers do not fit; they were to be refused before");
  return plan.subnets;
}

/** Each zone's part of the range for pods, whole. */
function podSubnetsOf({ pods, zones, zoneSlots }: CompleteNetwork) {
  if (pods === undefined) return [];
  const prefix = Number(pods.split("/")[1]) + Math.log2(zoneSlots);
  const plan = planSubnets({ cidr: pods, zones, zoneSlots, tiers: [{ name: PODS, prefix }] });
  if (isMisfit(plan)) throw new TypeError("the range for pods is too small; it was to be refused before");
  return plan.subnets;
}

/** Fields of a flow log beside AWS' default ones: which way, past which service, and who it was before NAT and load balancers. */
const FORMAT = [
  ...[
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
  ],
  ...[
    "start",
    "end",
    "action",
    "log-status",
    "vpc-id",
    "subnet-id",
    "az-id",
    "tcp-flags",
    "pkt-srcaddr",
    "pkt-dstaddr",
  ],
  ...["pkt-src-aws-service", "pkt-dst-aws-service", "flow-direction", "traffic-path"],
]
  .map((field) => `\${${field}}`)
  .join(" ");

/** How often flows are added up, in seconds: a minute, the shortest. */
const AGGREGATION = 60;

/** All traffic, taken and refused. */
export function flowLogPlan(tags: Record<string, string>): FlowLogArgs {
  return { trafficType: "ALL", maxAggregationInterval: AGGREGATION, logFormat: FORMAT, tags };
}

/** Lets flow logs of this account's networks be written by AWS. */
export function flowLogRole(
  id: string,
  { account: { accountId, region } }: Pick<CompleteNetwork, "account">,
  tags: Record<string, string>,
): RoleArgs {
  const statement = {
    Effect: "Allow",
    Principal: { Service: "vpc-flow-logs.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: { "aws:SourceArn": `arn:aws:ec2:${region}:${accountId}:vpc-flow-log/*` },
    },
  };
  return {
    name: awsName(id, "flow-logs", LONGEST_ROLE),
    description: `Flow logs of ${id}`,
    assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    tags,
  };
}

/** Lets it write into one log group. */
export function flowLogPolicy(logGroupArn: string): string {
  return policyOf([
    {
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
      Resource: [logGroupArn, `${logGroupArn}:*`],
    },
    { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
  ]);
}
