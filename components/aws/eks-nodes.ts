import { LaunchTemplate } from "@pulumi/aws/ec2/launchTemplate.js";
import { NodeGroup, type NodeGroupArgs } from "@pulumi/aws/eks/nodeGroup.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Children } from "../core/component.ts";
import { namedTags } from "./account.ts";
import { type CompleteEks, completePool, type EksClusterArgs } from "./eks-args.ts";
import { launchTemplatePlan, nodeGroupPlan } from "./eks-nodes-plan.ts";
import type { EksPlan } from "./eks-plan.ts";
import type { Network } from "./network.ts";

interface Around {
  readonly network: Network;
  readonly disksKeyArn: pulumi.Output<string>;
  readonly clusterName: pulumi.Output<string>;
  readonly nodeRoleArn: pulumi.Output<string>;
}

/** Nodes of every pool, a group in each zone. */
export function makeNodes(
  name: string,
  { id }: EksPlan,
  { nodes, version }: CompleteEks,
  { network, disksKeyArn, clusterName, nodeRoleArn }: Around,
  transform: EksClusterArgs["transform"],
  after: readonly pulumi.Resource[],
  children: Children,
): NodeGroup[] {
  return Object.entries(nodes).flatMap(([poolName, given]) => {
    const pool = completePool(given);
    const poolId = `${id}-${poolName}`;
    const tags = namedTags(network.account, poolId);
    const template = new LaunchTemplate(
      ...children.child(
        `${name}-${poolName}`,
        launchTemplatePlan(poolId, pool, disksKeyArn, tags),
        transform?.launchTemplate,
      ),
    );
    return network.nodeSubnets.map(({ zone, id: subnetId }) => {
      const args: NodeGroupArgs = {
        ...nodeGroupPlan(poolId, pool, { version, zone, subnetId, tags }),
        clusterName,
        nodeRoleArn,
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      };
      // How many there are now is for what scales them to say.
      const opts = { dependsOn: [...after], ignoreChanges: ["scalingConfig.desiredSize"] };
      return new NodeGroup(...children.child(`${name}-${poolName}-${zone}`, args, transform?.nodeGroup, opts));
    });
  });
}
