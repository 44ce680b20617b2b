import { documentAt, texts } from "../../core/aws.ts";
import { type AwsTable, filled, has, is, off, on, setting, unless } from "../../core/aws-settings.ts";
import type { Field } from "../../core/field.ts";
import { someKnown } from "../../core/unknown.ts";
import { isWorld } from "./open-ports.ts";

const PRIVATE = [off("publiclyAccessible")];
const BLOCK = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

/** Nobody's name stands for everybody. */
const shared = (at: string) =>
  setting(at, (list) => !texts(list).some((account) => /^all$/i.test(account)), "accounts by their numbers", {
    unset: true,
  });

/** A cluster's endpoint is public unless said otherwise, and then open to all but for the ranges that are named. */
function isOpenEndpoint(root: Field): boolean {
  const config = root.at("vpcConfig");
  if (config.at("endpointPublicAccess").boolean() === false) return false;
  const ranges = config.at("publicAccessCidrs");
  return ranges.absent || ranges.items().length === 0 || texts(ranges).some(isWorld);
}

/** Whether a network policy, which is a list of rules, lets the internet in to collections or to their dashboards. */
function isOpenCollection(policy: Field): boolean {
  const rules = documentAt(policy)?.items() ?? [];
  return someKnown(rules, (rule) => rule.at("AllowFromPublic").boolean() === true);
}

/** Whether a permission names whose calls are meant. */
const isNarrowed = (root: Field) => ["sourceArn", "sourceAccount", "principalOrgId"].some((at) => has(at)(root));

const isPreflight = is("httpMethod", "OPTIONS");
const VPC_DOMAIN = [filled("vpcOptions", "{ subnetIds: <subnets of a VPC> }")];

/**
 * Where AWS says whether something can be reached, or used, by anybody. Where nothing is set, nothing is open but the
 * endpoints of clusters and search domains, and servers of files (property documentation in @pulumi/aws 7.48).
 */
export const EXPOSURE: AwsTable = {
  "aws:apigateway/method:Method": [
    setting("authorization", (field) => field.text() !== "NONE", '"AWS_IAM", "CUSTOM" or "COGNITO_USER_POOLS"', {
      when: (root) => !isPreflight(root) && root.at("apiKeyRequired").boolean() !== true,
    }),
  ],
  "aws:apigatewayv2/route:Route": [
    setting("authorizationType", (field) => field.text() !== "NONE", '"AWS_IAM", "CUSTOM" or "JWT"', {
      when: (root) => root.at("apiKeyRequired").boolean() !== true,
    }),
  ],
  "aws:cloudwatch/eventPermission:EventPermission": [
    setting(
      "principal",
      (principal) => principal.text() !== "*",
      "an account, or condition with the organization's id",
      {
        when: unless(has("condition.value")),
      },
    ),
  ],
  "aws:cognito/identityPool:IdentityPool": [off("allowUnauthenticatedIdentities")],
  "aws:dms/instanceProfile:InstanceProfile": PRIVATE,
  "aws:dms/replicationInstance:ReplicationInstance": PRIVATE,
  "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": [
    setting("state", (state) => state.text() !== "unblocked", '"block-all-sharing"'),
  ],
  "aws:ec2/amiLaunchPermission:AmiLaunchPermission": [
    setting("group", (group) => group.text() !== "all", "no group: the accounts that need it", { unset: true }),
  ],
  "aws:ec2/defaultSubnet:DefaultSubnet": [off("mapPublicIpOnLaunch")],
  "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": [
    setting("state", (state) => state.text() !== "unblocked", '"block-new-sharing"'),
  ],
  "aws:ec2/instance:Instance": [off("associatePublicIpAddress")],
  "aws:ec2/launchConfiguration:LaunchConfiguration": [off("associatePublicIpAddress")],
  "aws:ec2/launchTemplate:LaunchTemplate": [off("networkInterfaces[].associatePublicIpAddress")],
  "aws:ec2/spotFleetRequest:SpotFleetRequest": [off("launchSpecifications[].associatePublicIpAddress")],
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest": [off("associatePublicIpAddress")],
  "aws:ec2/subnet:Subnet": [off("mapPublicIpOnLaunch")],
  "aws:ec2/vpcEndpointService:VpcEndpointService": [on("acceptanceRequired")],
  "aws:ecs/service:Service": [off("networkConfiguration.assignPublicIp")],
  "aws:ecs/taskSet:TaskSet": [off("networkConfiguration.assignPublicIp")],
  "aws:eks/cluster:Cluster": [
    setting("vpcConfig.endpointPublicAccess", () => false, "false, or publicAccessCidrs with the ranges that need it", {
      when: isOpenEndpoint,
    }),
  ],
  "aws:eks/nodeGroup:NodeGroup": [
    filled("remoteAccess.sourceSecurityGroupIds", "the security groups that may use SSH", {
      when: has("remoteAccess.ec2SshKey"),
    }),
  ],
  "aws:elasticsearch/domain:Domain": VPC_DOMAIN,
  "aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration": [on("blockPublicSecurityGroupRules")],
  "aws:lambda/functionUrl:FunctionUrl": [setting("authorizationType", (field) => field.text() !== "NONE", '"AWS_IAM"')],
  "aws:lambda/layerVersionPermission:LayerVersionPermission": [
    setting(
      "principal",
      (principal) => principal.text() !== "*",
      "the account that uses the layer, or organizationId",
      {
        when: unless(has("organizationId")),
      },
    ),
  ],
  "aws:lambda/permission:Permission": [
    setting("principal", (principal) => principal.text() !== "*", "the account or service that calls", {
      when: unless(isNarrowed),
    }),
    // A service calls for whichever of its customers asks it to.
    filled("sourceArn", "the ARN of what may call through the service, or its sourceAccount", {
      when: (root) => (root.at("principal").text() ?? "").endsWith(".amazonaws.com") && !isNarrowed(root),
    }),
  ],
  "aws:lightsail/database:Database": PRIVATE,
  "aws:m2/environment:Environment": PRIVATE,
  "aws:mq/broker:Broker": PRIVATE,
  "aws:msk/cluster:Cluster": [
    setting(
      "brokerNodeGroupInfo.connectivityInfo.publicAccess.type",
      (type) => type.text() === "DISABLED",
      '"DISABLED"',
      { unset: true },
    ),
  ],
  "aws:neptune/clusterInstance:ClusterInstance": PRIVATE,
  "aws:neptunegraph/graph:Graph": [off("publicConnectivity")],
  "aws:opensearch/domain:Domain": VPC_DOMAIN,
  "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy": [
    setting("policy", (policy) => !isOpenCollection(policy), "AllowFromPublic: false, with SourceVPCEs", {
      when: is("type", "network"),
    }),
  ],
  "aws:rds/clusterInstance:ClusterInstance": PRIVATE,
  "aws:rds/clusterSnapshot:ClusterSnapshot": [shared("sharedAccounts")],
  "aws:rds/instance:Instance": PRIVATE,
  "aws:rds/shardGroup:ShardGroup": PRIVATE,
  "aws:rds/snapshot:Snapshot": [shared("sharedAccounts")],
  "aws:rds/snapshotCopy:SnapshotCopy": [shared("sharedAccounts")],
  "aws:redshift/cluster:Cluster": PRIVATE,
  "aws:redshiftserverless/workgroup:Workgroup": PRIVATE,
  "aws:s3/accessPoint:AccessPoint": BLOCK.map((flag) => on(`publicAccessBlockConfiguration.${flag}`, { unset: true })),
  "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": BLOCK.map((flag) => on(flag)),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": BLOCK.map((flag) => on(flag)),
  "aws:sagemaker/notebookInstance:NotebookInstance": [
    setting("directInternetAccess", (field) => field.text() === "Disabled", '"Disabled"', { unset: true }),
  ],
  "aws:ssm/document:Document": [
    // The key is AWS's own, which Pulumi does not rename.
    setting(
      "permissions",
      (permissions) => !/^all$/i.test(permissions.at("account_ids").text() ?? ""),
      "accounts by their numbers",
      {
        unset: true,
      },
    ),
  ],
  "aws:timestreaminfluxdb/dbCluster:DbCluster": PRIVATE,
  "aws:timestreaminfluxdb/dbInstance:DbInstance": PRIVATE,
  "aws:transfer/server:Server": [setting("endpointType", (type) => type.text() !== "PUBLIC", '"VPC"')],
};
