import { expect, test } from "vitest";
import { broken } from "../../core/aws-settings.ts";
import { StackObject } from "../../core/stack-object.ts";
import { EXPOSURE } from "./exposure-table.ts";

/** A resource of AWS, and where in it something is wrong. */
type Case = readonly [type: string, props: Record<string, unknown>, wrong: readonly string[]];

const CASES: readonly Case[] = [
  ["aws:apigateway/method:Method", { httpMethod: "GET", authorization: "NONE" }, ["authorization"]],
  ["aws:apigateway/method:Method", { httpMethod: "GET", authorization: "NONE", apiKeyRequired: true }, []],
  [
    "aws:apigateway/method:Method",
    { httpMethod: "GET", authorization: "NONE", apiKeyRequired: false },
    ["authorization"],
  ],
  ["aws:apigateway/method:Method", { httpMethod: "OPTIONS", authorization: "NONE" }, []],
  ["aws:apigateway/method:Method", { httpMethod: "GET", authorization: "AWS_IAM" }, []],
  ["aws:apigatewayv2/route:Route", { authorizationType: "NONE" }, ["authorizationType"]],
  ["aws:apigatewayv2/route:Route", { authorizationType: "NONE", apiKeyRequired: true }, []],
  ["aws:apigatewayv2/route:Route", { authorizationType: "JWT" }, []],
  ["aws:cloudwatch/eventPermission:EventPermission", { principal: "*" }, ["principal"]],
  ["aws:cloudwatch/eventPermission:EventPermission", { principal: "*", condition: { value: "o-1" } }, []],
  ["aws:cloudwatch/eventPermission:EventPermission", { principal: "111122223333" }, []],
  ["aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", { state: "unblocked" }, ["state"]],
  ["aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", { state: "block-new-sharing" }, []],
  ["aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess", { state: "unblocked" }, ["state"]],
  ["aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess", { state: "block-new-sharing" }, []],
  ["aws:ec2/amiLaunchPermission:AmiLaunchPermission", { group: "all" }, ["group"]],
  ["aws:ec2/amiLaunchPermission:AmiLaunchPermission", { group: "some" }, []],
  ["aws:ec2/amiLaunchPermission:AmiLaunchPermission", { accountId: "111122223333" }, []],
  ["aws:eks/cluster:Cluster", { vpcConfig: {} }, ["vpcConfig.endpointPublicAccess"]],
  ["aws:eks/cluster:Cluster", { vpcConfig: { publicAccessCidrs: [] } }, ["vpcConfig.endpointPublicAccess"]],
  [
    "aws:eks/cluster:Cluster",
    { vpcConfig: { publicAccessCidrs: ["192.0.2.0/24", "0.0.0.0/0"] } },
    ["vpcConfig.endpointPublicAccess"],
  ],
  ["aws:eks/cluster:Cluster", { vpcConfig: { publicAccessCidrs: ["192.0.2.0/24"] } }, []],
  ["aws:eks/cluster:Cluster", { vpcConfig: { endpointPublicAccess: false } }, []],
  ["aws:lambda/functionUrl:FunctionUrl", { authorizationType: "NONE" }, ["authorizationType"]],
  ["aws:lambda/functionUrl:FunctionUrl", { authorizationType: "AWS_IAM" }, []],
  ["aws:lambda/layerVersionPermission:LayerVersionPermission", { principal: "*" }, ["principal"]],
  ["aws:lambda/layerVersionPermission:LayerVersionPermission", { principal: "*", organizationId: "o-1" }, []],
  ["aws:lambda/layerVersionPermission:LayerVersionPermission", { principal: "111122223333" }, []],
  ["aws:lambda/permission:Permission", { principal: "*" }, ["principal"]],
  ["aws:lambda/permission:Permission", { principal: "*", principalOrgId: "o-1" }, []],
  ["aws:lambda/permission:Permission", { principal: "*", sourceAccount: "111122223333" }, []],
  ["aws:lambda/permission:Permission", { principal: "sns.amazonaws.com" }, ["sourceArn"]],
  [
    "aws:lambda/permission:Permission",
    { principal: "sns.amazonaws.com", sourceArn: "arn:aws:sns:eu-west-1:111122223333:orders" },
    [],
  ],
  ["aws:lambda/permission:Permission", { principal: "sns.amazonaws.com", sourceAccount: "111122223333" }, []],
  ["aws:lambda/permission:Permission", { principal: "111122223333" }, []],
  [
    "aws:msk/cluster:Cluster",
    { brokerNodeGroupInfo: { connectivityInfo: { publicAccess: { type: "SERVICE_PROVIDED_EIPS" } } } },
    ["brokerNodeGroupInfo.connectivityInfo.publicAccess.type"],
  ],
  [
    "aws:msk/cluster:Cluster",
    { brokerNodeGroupInfo: { connectivityInfo: { publicAccess: { type: "DISABLED" } } } },
    [],
  ],
  ["aws:msk/cluster:Cluster", {}, []],
  [
    "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
    { type: "network", policy: JSON.stringify([{ AllowFromPublic: false }, { AllowFromPublic: true }]) },
    ["policy"],
  ],
  [
    "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
    { type: "network", policy: JSON.stringify([{ AllowFromPublic: false, SourceVPCEs: ["vpce-1"] }]) },
    [],
  ],
  [
    "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
    { type: "network", policy: "made elsewhere" },
    [],
  ],
  [
    "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
    { type: "encryption", policy: JSON.stringify([{ AllowFromPublic: true }]) },
    [],
  ],
  ["aws:rds/snapshot:Snapshot", { sharedAccounts: ["111122223333", "all"] }, ["sharedAccounts"]],
  ["aws:rds/snapshot:Snapshot", { sharedAccounts: ["111122223333", "allies", "small"] }, []],
  ["aws:sagemaker/notebookInstance:NotebookInstance", { directInternetAccess: "Enabled" }, ["directInternetAccess"]],
  ["aws:sagemaker/notebookInstance:NotebookInstance", { directInternetAccess: "Disabled" }, []],
  ["aws:ssm/document:Document", { permissions: { type: "Share", account_ids: "All" } }, ["permissions"]],
  ["aws:ssm/document:Document", { permissions: { type: "Share", account_ids: "111122223333" } }, []],
  ["aws:ssm/document:Document", { permissions: { type: "Share" } }, []],
  ["aws:transfer/server:Server", { endpointType: "PUBLIC" }, ["endpointType"]],
  ["aws:transfer/server:Server", { endpointType: "VPC" }, []],
  ["aws:transfer/server:Server", {}, ["endpointType"]],
];

test.each(CASES)("what anybody can reach: %s %j", (type, props, wrong) => {
  const object = new StackObject({ type, name: "a", props });
  expect(Array.from(broken(EXPOSURE, object), ({ path }) => path)).toEqual(wrong);
});
