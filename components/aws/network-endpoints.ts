import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { VpcEndpoint, type VpcEndpointArgs } from "@pulumi/aws/ec2/vpcEndpoint.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Children } from "../core/component.ts";
import { GATEWAY_SERVICES, gatewayPolicy, interfacePolicy } from "./endpoints.ts";
import type { CompleteNetwork, NetworkArgs } from "./network-args.ts";
import type { NetworkPlan } from "./network-plan.ts";
import type { MadeSubnet } from "./network-routes.ts";

const HTTPS = 443;

interface Where {
  readonly vpcId: pulumi.Output<string>;
  readonly tableIds: readonly pulumi.Output<string>[];
  readonly subnets: readonly MadeSubnet[];
}

/** Ways to AWS' own services that stay in the network, each with a policy of its own. Gives the security group of those with an address. */
export function makeEndpoints(
  name: string,
  { id, tags, home }: NetworkPlan,
  { account, cidr, pods, endpoints, endpointActions, imageBuckets, deployerArns }: CompleteNetwork,
  { vpcId, tableIds, subnets }: Where,
  transform: NonNullable<NetworkArgs["transform"]>["endpoint"],
  children: Children,
): pulumi.Output<string> | undefined {
  const named = (service: string) => ({ ...tags, Name: `${id}-${service}` });
  const serviceName = (service: string) => `com.amazonaws.${account.region}.${service}`;
  for (const service of GATEWAY_SERVICES) {
    const args: VpcEndpointArgs = {
      vpcId,
      serviceName: serviceName(service),
      vpcEndpointType: "Gateway",
      routeTableIds: [...tableIds],
      policy: gatewayPolicy(service, account, { more: endpointActions[service], deployerArns, imageBuckets }),
      tags: named(service),
    };
    new VpcEndpoint(...children.child(`${name}-${service}`, args, transform));
  }
  if (endpoints.length === 0) return undefined;
  const group = new SecurityGroup(
    ...children.child(`${name}-endpoints`, {
      name: `${id}-endpoints`,
      description: `Endpoints of services of AWS in ${id}`,
      vpcId,
      tags: named("endpoints"),
    }),
  );
  const sources = { network: cidr, ...(pods === undefined ? {} : { pods }) };
  for (const [who, cidrIpv4] of Object.entries(sources)) {
    const args = {
      securityGroupId: group.id,
      description: `HTTPS from the ${who === "pods" ? "range for pods" : "network"}`,
      cidrIpv4,
      ipProtocol: "tcp",
      fromPort: HTTPS,
      toPort: HTTPS,
      tags: named("endpoints"),
    };
    new SecurityGroupIngressRule(...children.child(`${name}-endpoints-${who}`, args));
  }
  for (const service of endpoints) {
    const args: VpcEndpointArgs = {
      vpcId,
      serviceName: serviceName(service),
      vpcEndpointType: "Interface",
      // So every SDK finds it by the service's usual name.
      privateDnsEnabled: true,
      subnetIds: subnets.filter(({ tier }) => tier === home).map((subnet) => subnet.id),
      securityGroupIds: [group.id],
      policy: interfacePolicy(service, account, { more: endpointActions[service], deployerArns }),
      tags: named(service),
    };
    new VpcEndpoint(...children.child(`${name}-${service}`, args, transform));
  }
  return group.id;
}
