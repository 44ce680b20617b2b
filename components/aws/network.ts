import { DefaultSecurityGroup } from "@pulumi/aws/ec2/defaultSecurityGroup.js";
import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { VpcIpv4CidrBlockAssociation } from "@pulumi/aws/ec2/vpcIpv4CidrBlockAssociation.js";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import { makeFlowLogs } from "./flow-logs.ts";
import { type CompleteNetwork, completeNetwork, type NetworkArgs, type Reach } from "./network-args.ts";
import { makeEndpoints } from "./network-endpoints.ts";
import { type NetworkPlan, networkPlan, PODS } from "./network-plan.ts";
import { networkProblems } from "./network-problems.ts";
import { type MadeSubnet, makeRoutes } from "./network-routes.ts";

/** A subnet that stands. */
export interface NetworkSubnet {
  readonly id: pulumi.Output<string>;
  readonly tier: string;
  readonly reach: Reach;
  /** Its availability zone, such as `eu-central-1a`. */
  readonly zone: string;
  /** Its addresses, such as `10.16.0.0/19`. */
  readonly cidr: string;
}

/**
 * A network in three zones or more: public, private and isolated subnets in each, by a plan that a further zone or tier does not change; a NAT
 * gateway in each zone; ways to AWS' own services that the internet has no part in, for this account alone; and a record of all traffic.
 *
 * ```ts
 * const network = new Network("main", {
 *   account: { region: "eu-central-1", accountId: "123456789012" },
 *   cidr: "10.16.0.0/16",
 *   zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
 *   flowLogs: { to: "cloudwatch", kmsKeyArn: keys.arn("logs") },
 * });
 * ```
 */
export class Network extends Component {
  readonly vpcId: pulumi.Output<string>;
  readonly account: NetworkArgs["account"];
  readonly cidr: string;
  /** Addresses of the cluster's Services, with which nothing here overlaps. */
  readonly services: string;
  readonly zones: readonly string[];
  /** All of them, those for pods too. */
  readonly subnets: readonly NetworkSubnet[];
  /** What the internet sees of each zone's NAT gateway: for others to let in. */
  readonly natAddresses: Readonly<Record<string, pulumi.Output<string>>>;
  /** Of the endpoints that have an address; undefined where there are none. */
  readonly endpointSecurityGroupId: pulumi.Output<string> | undefined;
  readonly #home: string;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    const complete = completeNetwork(args);
    refuse(`Network "${name}"`, networkProblems(name, complete));
    super("aws:Network", name, opts);
    const { transform } = args;
    const plan = networkPlan(pulumi.getStack(), name, complete);
    const { retain } = complete;
    const children = this.children();
    const { id: vpcId } = new Vpc(...this.child(name, plan.vpc, transform?.vpc, { protect: retain }));
    this.vpcId = vpcId;
    this.account = complete.account;
    this.cidr = complete.cidr;
    this.services = complete.services;
    this.zones = complete.zones;
    this.#home = plan.home;
    // AWS' own lets all of its members reach each other, and whatever names no group is one. Without rules it lets nothing.
    const closed = { vpcId, ingress: [], egress: [], tags: { ...plan.tags, Name: `${plan.id}-closed` } };
    new DefaultSecurityGroup(...this.child(name, closed));
    const subnets = this.#divide(name, plan, complete, transform);
    this.subnets = subnets.map(({ id, tier, reach, zone, cidr }) => ({ id, tier, reach, zone, cidr }));
    const { tableIds, natAddresses } = makeRoutes(name, plan, { vpcId, retain }, subnets, children);
    this.natAddresses = natAddresses;
    const where = { vpcId, tableIds, subnets };
    this.endpointSecurityGroupId = makeEndpoints(name, plan, complete, where, transform?.endpoint, children);
    makeFlowLogs(name, plan, complete, vpcId, transform?.flowLog, children);
    this.registerOutputs({ vpcId });
  }

  /** Subnets of a tier, one in each zone, in the order of the zones. */
  in(tier: string): NetworkSubnet[] {
    return this.subnets.filter((subnet) => subnet.tier === tier);
  }

  /** Those that nodes, endpoints and inner load balancers are in. */
  get nodeSubnets(): NetworkSubnet[] {
    return this.in(this.#home);
  }

  /** Those that stores are in, which nothing outside of the network reaches: of the first isolated tier. */
  get dataSubnets(): NetworkSubnet[] {
    const tier = this.subnets.find(({ reach }) => reach === "isolated")?.tier;
    return tier === undefined ? [] : this.in(tier);
  }

  /** Addresses at which AWS' services answer within the network: pods that use them send there, to port 443. */
  get endpointCidrs(): string[] {
    return this.nodeSubnets.map(({ cidr }) => cidr);
  }

  #divide(
    name: string,
    { subnets }: NetworkPlan,
    { pods }: CompleteNetwork,
    transform: NetworkArgs["transform"],
  ): MadeSubnet[] {
    const { vpcId } = this;
    const further =
      pods === undefined
        ? []
        : [new VpcIpv4CidrBlockAssociation(...this.child(`${name}-${PODS}`, { vpcId, cidrBlock: pods }))];
    return subnets.map((shape) => {
      const after = shape.tier === PODS ? { dependsOn: further } : {};
      const args = { ...shape.args, vpcId };
      const { id } = new Subnet(...this.child(`${name}-${shape.tier}-${shape.zone}`, args, transform?.subnet, after));
      return { ...shape, id };
    });
  }
}
