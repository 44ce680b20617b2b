import { type AwsTable, broken, isIn, on } from "../../core/aws-settings.ts";
import { defineRule } from "../../core/rule.ts";

/** Where a cluster says how its nodes reach its API; by itself it is reached through the internet only. */
export const ENDPOINT: AwsTable = { "aws:eks/cluster:Cluster": [on("vpcConfig.endpointPrivateAccess")] };

export const clusterEndpointPrivate = defineRule({
  id: "cluster-endpoint-private",
  section: "security",
  title: "Nodes of a cluster in AWS reach its API inside their network",
  severity: "medium",
  why: "without an endpoint of its own the network's nodes need a way to the internet, and stop working when that is lost",
  fix: "vpcConfig.endpointPrivateAccess: true",
  frameworks: [],
  scope: "resource",
  optOut: "privateEndpoint",
  exemptable: true,
  params: {},
  subjects: (object) => isIn(ENDPOINT, object),
  check: (object) => broken(ENDPOINT, object),
});
