import type { FlowLogArgs } from "@pulumi/aws/ec2/flowLog.js";
import type { SubnetArgs } from "@pulumi/aws/ec2/subnet.js";
import type { VpcArgs } from "@pulumi/aws/ec2/vpc.js";
import type { VpcEndpointArgs } from "@pulumi/aws/ec2/vpcEndpoint.js";
import type * as pulumi from "@pulumi/pulumi";
import type { OptOut } from "../core/opt-out.ts";
import type { Transform } from "../core/transform.ts";
import { DEFAULT_LOG_DAYS } from "../data/aws/place.ts";
import type { AwsAccount } from "./account.ts";
import type { InterfaceService } from "./endpoints.ts";
import type { Tier } from "./subnet-plan.ts";

/** Who can reach whom: `public` the internet in both directions, `private` the internet through NAT, `isolated` nothing but the network. */
export type Reach = "public" | "private" | "isolated";

export interface NetworkTier extends Tier {
  readonly reach: Reach;
}

/** Fewer NAT gateways than zones, and why. With `one` the loss of its zone cuts all zones off from the internet; with `none` nobody reaches it. */
export interface ReducedNat {
  readonly gateways: "one" | "none";
  readonly reduced: OptOut;
}

/** Where flow logs go. */
export type FlowLogs =
  | {
      readonly to: "cloudwatch";
      /** Encrypts them. Its policy must let CloudWatch Logs of the region use it: a key of `Keys` for `logs` does. */
      readonly kmsKeyArn: pulumi.Input<string>;
      /** Days for which they are kept; 400 by default. One of the numbers that CloudWatch takes. */
      readonly days?: number;
    }
  | {
      readonly to: "s3";
      /** A bucket, encrypted and emptied after a time by its own rules, into which `delivery.logs.amazonaws.com` may write. */
      readonly bucketArn: pulumi.Input<string>;
    };

export interface NetworkArgs {
  readonly account: AwsAccount;
  /** The range of the network, such as `10.16.0.0/16`: private addresses, /16 to /24. It cannot change. */
  readonly cidr: string;
  /** Three or more, such as `eu-central-1a`. Append new ones: what stands keeps its addresses by its place in the list. */
  readonly zones: readonly string[];
  /**
   * For how many zones the range is divided: 4 or 8; 4 by default, of which three are used, and a fourth has its place already. Regions with
   * more zones ask for 8. Another number renumbers everything.
   */
  readonly zoneSlots?: 4 | 8;
  /**
   * Subnets of each zone, from large to small: `private` has half of a zone's part, `public` a quarter, `isolated` an eighth; an eighth is left.
   * Append new ones. Nodes and pods are in the first private tier, load balancers and NAT in the first public, stores in the first isolated.
   */
  readonly tiers?: readonly NetworkTier[];
  /**
   * A further range for pods alone, such as `100.64.0.0/16`, for when the network's own is short or must be routed elsewhere. Each zone has a
   * part of it, which the VPC CNI finds by its tag. None by default.
   */
  readonly pods?: string;
  /** Addresses of the cluster's Services, which overlap with nothing; EKS' `172.20.0.0/16` by default. */
  readonly services?: string;
  /** Ranges with which this network is or will be connected, by a name for people: none of them may overlap. */
  readonly peers?: Readonly<Record<string, string>>;
  /** `perZone` by default: a zone that is lost takes only its own way to the internet. */
  readonly nat?: "perZone" | ReducedNat;
  /**
   * Services of AWS that are reached without the internet, each by an interface in each zone, which has its price by the hour; see
   * `DEFAULT_ENDPOINTS`. S3 and DynamoDB always are: theirs cost nothing.
   */
  readonly endpoints?: readonly InterfaceService[];
  /** Actions that may go through a service's endpoint beside those that the platform needs: `{ sts: ["sts:GetFederationToken"] }`. */
  readonly endpointActions?: Readonly<Partial<Record<InterfaceService | "s3" | "dynamodb", readonly string[]>>>;
  /**
   * ARNs of roles of the account that run this program from within the network, which a cluster with a private endpoint asks for: all that they may do
   * by IAM passes the endpoints. None by default: then a program that runs here is refused what the platform does not need itself.
   */
  readonly deployerArns?: readonly string[];
  /**
   * Names of buckets of others in the region from which images are pulled, such as those that another registry leads to. Amazon's own and that of
   * registry.k8s.io are let through anyway. Anybody in the network may read them, and nobody write. None by default.
   */
  readonly imageBuckets?: readonly string[];
  readonly flowLogs: FlowLogs;
  /** Refuses to delete the network and its public addresses, which others may have let in by number; true by default. */
  readonly retain?: boolean;
  readonly transform?: {
    readonly vpc?: Transform<VpcArgs>;
    readonly subnet?: Transform<SubnetArgs>;
    readonly endpoint?: Transform<VpcEndpointArgs>;
    readonly flowLog?: Transform<FlowLogArgs>;
  };
}

export const DEFAULT_TIERS: readonly NetworkTier[] = [
  { name: "private", reach: "private" },
  { name: "public", reach: "public" },
  { name: "isolated", reach: "isolated" },
];

/** What EKS takes for Services where the network is of 10/8, and nothing is said. */
const DEFAULT_SERVICES = "172.20.0.0/16";

/** What the platform asks of AWS from within the network. */
export const DEFAULT_ENDPOINTS: readonly InterfaceService[] = [
  "ec2",
  "ecr.api",
  "ecr.dkr",
  "eks",
  "eks-auth",
  "kms",
  "logs",
  "secretsmanager",
  "sts",
];

export type CompleteNetwork = Required<Omit<NetworkArgs, "pods" | "transform">> & Pick<NetworkArgs, "pods">;

export function completeNetwork({ transform: _, ...args }: NetworkArgs): CompleteNetwork {
  return {
    zoneSlots: 4,
    tiers: DEFAULT_TIERS,
    services: DEFAULT_SERVICES,
    peers: {},
    nat: "perZone",
    endpoints: DEFAULT_ENDPOINTS,
    endpointActions: {},
    deployerArns: [],
    imageBuckets: [],
    retain: true,
    ...args,
  };
}

export function flowLogDays(logs: FlowLogs): number {
  return (logs.to === "cloudwatch" ? logs.days : undefined) ?? DEFAULT_LOG_DAYS;
}
