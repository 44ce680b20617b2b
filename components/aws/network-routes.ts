import { Eip } from "@pulumi/aws/ec2/eip.js";
import { InternetGateway } from "@pulumi/aws/ec2/internetGateway.js";
import { NatGateway } from "@pulumi/aws/ec2/natGateway.js";
import { Route } from "@pulumi/aws/ec2/route.js";
import { RouteTable } from "@pulumi/aws/ec2/routeTable.js";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Children } from "../core/component.ts";
import type { NetworkPlan, SubnetShape } from "./network-plan.ts";

/** A subnet of the plan, and its id. */
export interface MadeSubnet extends SubnetShape {
  readonly id: pulumi.Output<string>;
}

export interface Routes {
  readonly tableIds: readonly pulumi.Output<string>[];
  /** The public address of each zone's NAT gateway. */
  readonly natAddresses: Readonly<Record<string, pulumi.Output<string>>>;
}

/** Everywhere, as a route says it. */
const ANYWHERE = "0.0.0.0/0";

/** Ways out of the network: the internet's gateway, NAT gateways with their addresses, and who is led to which. */
export function makeRoutes(
  name: string,
  { routeTables, nats, tags, id }: NetworkPlan,
  { vpcId, retain }: { readonly vpcId: pulumi.Output<string>; readonly retain: boolean },
  subnets: readonly MadeSubnet[],
  children: Children,
): Routes {
  const isReached = routeTables.some(({ way }) => way === "internet");
  const internet = isReached ? [new InternetGateway(...children.child(name, { vpcId, tags }))] : [];
  const gateways = new Map<string, NatGateway>();
  const natAddresses: Record<string, pulumi.Output<string>> = {};
  for (const zone of nats) {
    const home = subnets.find((subnet) => subnet.reach === "public" && subnet.zone === zone);
    if (home === undefined) continue;
    const named = { ...tags, Name: `${id}-nat-${zone}` };
    const key = `${name}-nat-${zone}`;
    const address = new Eip(
      ...children.child(key, { domain: "vpc", tags: named }, undefined, { protect: retain, dependsOn: internet }),
    );
    natAddresses[zone] = address.publicIp;
    const args = { subnetId: home.id, allocationId: address.id, connectivityType: "public", tags: named };
    gateways.set(zone, new NatGateway(...children.child(key, args, undefined, { dependsOn: internet })));
  }
  const tables = new Map<string, RouteTable>();
  for (const { key, way, tags: named } of routeTables) {
    const table = new RouteTable(...children.child(`${name}-${key}`, { vpcId, tags: named }));
    tables.set(key, table);
    const route = { routeTableId: table.id, destinationCidrBlock: ANYWHERE };
    if (way === "internet")
      for (const { id: gatewayId } of internet) new Route(...children.child(`${name}-${key}`, { ...route, gatewayId }));
    else if (way !== undefined) {
      const gateway = gateways.get(way.natOf);
      if (gateway) new Route(...children.child(`${name}-${key}`, { ...route, natGatewayId: gateway.id }));
    }
  }
  for (const { tier, zone, routes, id: subnetId } of subnets) {
    const table = tables.get(routes);
    if (table)
      new RouteTableAssociation(...children.child(`${name}-${tier}-${zone}`, { subnetId, routeTableId: table.id }));
  }
  return { tableIds: [...tables.values()].map((table) => table.id), natAddresses };
}
