import { numeral } from "../../core/aws.ts";
import {
  type AwsSetting,
  type AwsTable,
  atLeast,
  broken,
  has,
  is,
  isIn,
  on,
  setting,
  unless,
} from "../../core/aws-settings.ts";
import type { Field } from "../../core/field.ts";
import { defineRule } from "../../core/rule.ts";
import { hasInstances, singleInstance } from "./cluster-instances.ts";

/** A list of subnets, of which there are two at least; each lies in one zone. */
function subnets(at: string, when?: (root: Field) => boolean): AwsSetting {
  return setting(at, (list) => list.items().length >= 2, "two subnets or more, in different zones", {
    unset: true,
    ...(when && { when }),
  });
}

const DOMAIN = [on("clusterConfig.zoneAwarenessEnabled")];
const MULTI_AZ_FILES: AwsSetting = setting(
  "deploymentType",
  (type) => (type.text() ?? "").startsWith("MULTI_AZ"),
  '"MULTI_AZ_1"',
);

/**
 * Where stores and load balancers in AWS say in how many zones they stand. Where nothing is set, it is one, but for
 * classic load balancers and MemoryDB (property documentation in @pulumi/aws 7.48).
 */
export const MULTI_AZ: AwsTable = {
  "aws:autoscaling/group:Group": [
    subnets("vpcZoneIdentifiers"),
    setting("availabilityZones", (zones) => zones.items().length >= 2, "two zones or more", { unset: true }),
  ],
  "aws:cloudsearch/domain:Domain": [on("multiAz")],
  "aws:dax/cluster:Cluster": [atLeast("replicationFactor", 2)],
  "aws:dms/replicationConfig:ReplicationConfig": [on("computeConfig.multiAz")],
  "aws:dms/replicationInstance:ReplicationInstance": [on("multiAz")],
  "aws:efs/fileSystem:FileSystem": [
    setting("availabilityZoneName", () => false, "no zone of its own", { unset: true }),
  ],
  "aws:eks/cluster:Cluster": [subnets("vpcConfig.subnetIds")],
  "aws:elasticache/cluster:Cluster": [
    setting("azMode", (mode) => mode.text() === "cross-az", '"cross-az"', {
      when: (root) => (numeral(root.at("numCacheNodes")) ?? 1) > 1,
    }),
  ],
  "aws:elasticache/replicationGroup:ReplicationGroup": [on("automaticFailoverEnabled"), on("multiAzEnabled")],
  "aws:elasticsearch/domain:Domain": DOMAIN,
  "aws:elb/loadBalancer:LoadBalancer": [on("crossZoneLoadBalancing", { unset: true }), subnets("subnets")],
  "aws:fsx/ontapFileSystem:OntapFileSystem": [MULTI_AZ_FILES],
  "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": [MULTI_AZ_FILES],
  "aws:fsx/windowsFileSystem:WindowsFileSystem": [MULTI_AZ_FILES],
  "aws:lb/loadBalancer:LoadBalancer": [
    on("enableCrossZoneLoadBalancing", { when: is("loadBalancerType", "network", "gateway") }),
    subnets("subnets"),
    subnets("subnetMappings", unless(has("subnets"))),
  ],
  "aws:memorydb/cluster:Cluster": [atLeast("numReplicasPerShard", 1, { unset: true })],
  "aws:mq/broker:Broker": [
    setting(
      "deploymentMode",
      (mode) => ["ACTIVE_STANDBY_MULTI_AZ", "CLUSTER_MULTI_AZ"].includes(mode.text() ?? ""),
      '"ACTIVE_STANDBY_MULTI_AZ", for RabbitMQ "CLUSTER_MULTI_AZ"',
    ),
  ],
  "aws:msk/cluster:Cluster": [subnets("brokerNodeGroupInfo.clientSubnets")],
  "aws:networkfirewall/firewall:Firewall": [subnets("subnetMappings")],
  "aws:opensearch/domain:Domain": DOMAIN,
  "aws:rds/instance:Instance": [on("multiAz", { when: unless(has("replicateSourceDb")) })],
};

export const multiAzRequired = defineRule({
  id: "multi-az-required",
  section: "resilience",
  title: "Stores and load balancers in AWS stand in more than one zone",
  severity: "high",
  why: "a zone that fails takes the only copy with it: the service is down until the zone is back",
  fix: "switch several zones on where the resource is declared, with subnets in at least two",
  frameworks: ["SOC2:A1.2"],
  scope: "stack",
  optOut: "zones",
  exemptable: true,
  params: {},
  subjects: (object) => isIn(MULTI_AZ, object) || hasInstances(object),
  check: (object, _params, stack) => (hasInstances(object) ? singleInstance(object, stack) : broken(MULTI_AZ, object)),
});
