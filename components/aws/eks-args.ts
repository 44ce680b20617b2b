import type { LaunchTemplateArgs } from "@pulumi/aws/ec2/launchTemplate.js";
import type { AddonArgs } from "@pulumi/aws/eks/addon.js";
import type { ClusterArgs } from "@pulumi/aws/eks/cluster.js";
import type { NodeGroupArgs } from "@pulumi/aws/eks/nodeGroup.js";
import type * as pulumi from "@pulumi/pulumi";
import type { OptOut } from "../core/opt-out.ts";
import type { Transform } from "../core/transform.ts";
import { DEFAULT_LOG_DAYS } from "../data/aws/place.ts";
import { type AddonName, DEFAULT_EKS_VERSION, type EksVersion } from "./eks-versions.ts";
import type { Keys } from "./keys.ts";
import type { Network } from "./network.ts";

/** Keeps pods that do not tolerate it off the nodes of a pool. */
export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: "NoSchedule" | "NoExecute" | "PreferNoSchedule";
}

/** Nodes of one kind, of which each zone has a group of its own: so a volume always finds a node in its zone. */
export interface NodePool {
  /** All of one architecture, the one that is had by preference first: `["m8g.xlarge", "m7g.xlarge"]`. */
  readonly instanceTypes: readonly string[];
  /** Nodes in each zone at least, 1 by default, and at most. EKS refuses a least that is above what runs: scale first (`docs/aws.md`). */
  readonly minPerZone?: number;
  readonly maxPerZone: number;
  /** Spare machines of AWS, which it takes back at two minutes' notice, for a part of the price. False by default. */
  readonly spot?: boolean;
  /** Disk for images and what containers write, in GiB: 20 to 16384, 50 by default. */
  readonly diskGib?: number;
  /** Share of a group's nodes that an update may take away at once, in percent: 1 to 100, 33 by default; one node at least. */
  readonly maxUnavailable?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  /** A release of Bottlerocket, such as `1.64.0-11ae1e57`. Without it EKS takes the newest for a new group, and leaves one that stands. */
  readonly release?: string;
}

/** Somebody who may come in: what they may do there, `Access` says of their groups. */
export interface EksPerson {
  /** The ARN of a role of IAM (such as one of IAM Identity Center) or a user. */
  readonly principalArn: pulumi.Input<string>;
  /** As `Access` calls them, such as `shop-developers`. */
  readonly groups: readonly string[];
}

/** An API server that can be reached from outside of the network, and why. */
export interface PublicEndpoint {
  /** Who may connect, such as `203.0.113.0/24`: no more than /16 each. */
  readonly publicCidrs: readonly string[];
  readonly reachable: OptOut;
}

export interface EksClusterArgs {
  readonly network: Network;
  /** For Secrets (`cluster`), disks of nodes (`disks`) and logs (`logs`). */
  readonly keys: Keys;
  /** A version of `EKS_VERSIONS`; `1.36` by default. One minor version up at a time, and none down: EKS refuses both. */
  readonly version?: EksVersion;
  /** `private` by default: who runs the program must be in the network, or in one that is connected. */
  readonly endpoint?: "private" | PublicEndpoint;
  /**
   * The ARN of the role that runs this program. It alone rules the whole cluster (`AmazonEKSClusterAdminPolicy`), as it makes all that is in it;
   * whoever else happens to make the cluster gets nothing.
   */
  readonly deployerArn: pulumi.Input<string>;
  /** People, by a name for the program. None by default. */
  readonly people?: Readonly<Record<string, EksPerson>>;
  /** By name. One at least has no taints, since the cluster's own pods need a place. */
  readonly nodes: Readonly<Record<string, NodePool>>;
  /**
   * What happens when the version's support ends: `extended` costs six times as much for a year, `standard` has AWS update the cluster by itself
   * then. `extended` by default: nobody updates unasked.
   */
  readonly support?: "standard" | "extended";
  /** Add-ons of other versions than those that go with the cluster's. */
  readonly addonVersions?: Readonly<Partial<Record<AddonName, string>>>;
  /** Days for which the control plane's logs are kept; 400 by default. One of the numbers that CloudWatch takes. */
  readonly logDays?: number;
  /** Refuses to delete the cluster, and keeps its logs; true by default. */
  readonly retain?: boolean;
  readonly transform?: {
    readonly cluster?: Transform<ClusterArgs>;
    readonly nodeGroup?: Transform<NodeGroupArgs>;
    readonly launchTemplate?: Transform<LaunchTemplateArgs>;
    readonly addon?: Transform<AddonArgs>;
  };
}

/** What the entry of the one who deploys is called in the program. */
export const DEPLOYER = "deployer";

export type CompleteEks = Required<Omit<EksClusterArgs, "network" | "keys" | "transform">>;
export type CompletePool = Required<Omit<NodePool, "release">> & Pick<NodePool, "release">;

export function completeEks({ network: _, keys: _keys, transform: _transform, ...args }: EksClusterArgs): CompleteEks {
  return {
    version: DEFAULT_EKS_VERSION,
    endpoint: "private",
    people: {},
    support: "extended",
    addonVersions: {},
    logDays: DEFAULT_LOG_DAYS,
    retain: true,
    ...args,
  };
}

export function completePool(pool: NodePool): CompletePool {
  return { minPerZone: 1, spot: false, diskGib: 50, maxUnavailable: 33, labels: {}, taints: [], ...pool };
}
