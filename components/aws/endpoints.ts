import { type Statement as IdentityStatement, policyOf } from "../data/aws/pod-identity-plan.ts";
import type { AwsAccount } from "./account.ts";

/**
 * What the platform asks of each service through an endpoint in the network: what controllers and drivers of the cluster do, and what pods do
 * with roles of theirs. Who may do it, their own policies say; this only keeps the endpoint from being a way to other accounts.
 */
const ACTIONS = {
  autoscaling: [
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeAutoScalingInstances",
    "autoscaling:DescribeLaunchConfigurations",
    "autoscaling:DescribeScalingActivities",
    "autoscaling:DescribeTags",
    "autoscaling:SetDesiredCapacity",
    "autoscaling:TerminateInstanceInAutoScalingGroup",
  ],
  /** The VPC CNI, the EBS driver, and what looks after load balancers. */
  ec2: [
    "ec2:AssignIpv6Addresses",
    "ec2:AssignPrivateIpAddresses",
    "ec2:AttachNetworkInterface",
    "ec2:AttachVolume",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:CopyVolumes",
    "ec2:CreateNetworkInterface",
    "ec2:CreateSecurityGroup",
    "ec2:CreateSnapshot",
    "ec2:CreateTags",
    "ec2:CreateVolume",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteSecurityGroup",
    "ec2:DeleteSnapshot",
    "ec2:DeleteTags",
    "ec2:DeleteVolume",
    "ec2:Describe*",
    "ec2:DetachNetworkInterface",
    "ec2:DetachVolume",
    "ec2:EnableFastSnapshotRestores",
    "ec2:GetCoipPoolUsage",
    "ec2:GetSecurityGroupsForVpc",
    "ec2:LockSnapshot",
    "ec2:ModifyNetworkInterfaceAttribute",
    "ec2:ModifyVolume",
    "ec2:RevokeSecurityGroupIngress",
    "ec2:UnassignPrivateIpAddresses",
  ],
  "ecr.api": [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:DescribeImages",
    "ecr:DescribeRepositories",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "ecr:ListImages",
  ],
  "ecr.dkr": [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
  ],
  eks: ["eks:DescribeCluster", "eks:ListClusters", "eks:ListNodegroups", "eks:DescribeNodegroup"],
  "eks-auth": ["eks-auth:AssumeRoleForPodIdentity"],
  elasticloadbalancing: [
    "elasticloadbalancing:AddListenerCertificates",
    "elasticloadbalancing:AddTags",
    "elasticloadbalancing:CreateListener",
    "elasticloadbalancing:CreateLoadBalancer",
    "elasticloadbalancing:CreateRule",
    "elasticloadbalancing:CreateTargetGroup",
    "elasticloadbalancing:DeleteListener",
    "elasticloadbalancing:DeleteLoadBalancer",
    "elasticloadbalancing:DeleteRule",
    "elasticloadbalancing:DeleteTargetGroup",
    "elasticloadbalancing:DeregisterTargets",
    "elasticloadbalancing:Describe*",
    "elasticloadbalancing:ModifyListener",
    "elasticloadbalancing:ModifyListenerAttributes",
    "elasticloadbalancing:ModifyLoadBalancerAttributes",
    "elasticloadbalancing:ModifyRule",
    "elasticloadbalancing:ModifyTargetGroup",
    "elasticloadbalancing:ModifyTargetGroupAttributes",
    "elasticloadbalancing:RegisterTargets",
    "elasticloadbalancing:RemoveListenerCertificates",
    "elasticloadbalancing:RemoveTags",
    "elasticloadbalancing:SetIpAddressType",
    "elasticloadbalancing:SetRulePriorities",
    "elasticloadbalancing:SetSecurityGroups",
    "elasticloadbalancing:SetSubnets",
    "elasticloadbalancing:SetWebAcl",
  ],
  kms: [
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ListGrants",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
  ],
  logs: [
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:PutLogEvents",
  ],
  monitoring: [
    "cloudwatch:GetMetricData",
    "cloudwatch:GetMetricStatistics",
    "cloudwatch:ListMetrics",
    "cloudwatch:PutMetricData",
  ],
  secretsmanager: [
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:ListSecrets",
  ],
  sns: ["sns:Publish"],
  sqs: [
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
  ],
  sts: ["sts:AssumeRole", "sts:GetCallerIdentity", "sts:TagSession"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** A service that has an interface endpoint here, as its endpoint calls it: `com.amazonaws.<region>.<service>`. */
export type InterfaceService = keyof typeof ACTIONS;

export const INTERFACE_SERVICES = Object.keys(ACTIONS) as InterfaceService[];

const S3_ACTIONS = [
  "s3:AbortMultipartUpload",
  "s3:DeleteObject",
  "s3:DeleteObjectTagging",
  "s3:DeleteObjectVersion",
  "s3:Get*",
  "s3:List*",
  "s3:PutObject",
  "s3:PutObjectLegalHold",
  "s3:PutObjectRetention",
  "s3:PutObjectTagging",
];
const DYNAMODB_ACTIONS = [
  "dynamodb:BatchGetItem",
  "dynamodb:BatchWriteItem",
  "dynamodb:ConditionCheckItem",
  "dynamodb:DeleteItem",
  "dynamodb:Describe*",
  "dynamodb:GetItem",
  "dynamodb:List*",
  "dynamodb:PutItem",
  "dynamodb:Query",
  "dynamodb:Scan",
  "dynamodb:UpdateItem",
];

export const GATEWAY_SERVICES = ["s3", "dynamodb"] as const;
export type GatewayService = (typeof GATEWAY_SERVICES)[number];

/** Whether a text is an action of a service, by name: `sts:GetFederationToken`. */
export function isAction(given: unknown): given is string {
  return typeof given === "string" && /^[a-z][a-z0-9-]*:[A-Z]\w*$/.test(given);
}

interface Statement extends IdentityStatement {
  readonly Principal: "*";
}

/** Who and what passes an endpoint beside what the platform itself asks for. */
export interface Passing {
  /** Further actions of the service. */
  readonly more?: readonly string[] | undefined;
  /** Roles that may do through it whatever their own policies let them. */
  readonly deployerArns?: readonly string[];
}

/** Lets principals of the account call, and nobody else: keys of another account that are brought into the network are of no use in it. */
export function interfacePolicy(
  service: InterfaceService,
  { accountId }: AwsAccount,
  { more = [], deployerArns = [] }: Passing = {},
): string {
  const own: Statement = {
    Effect: "Allow",
    Principal: "*",
    Action: [...ACTIONS[service], ...more],
    Resource: "*",
    Condition: { StringEquals: { "aws:PrincipalAccount": accountId } },
  };
  // Who shows a token of a service account is nobody of the account yet: the role is.
  const tokens: Statement = {
    Effect: "Allow",
    Principal: "*",
    Action: "sts:AssumeRoleWithWebIdentity",
    Resource: `arn:aws:iam::${accountId}:role/*`,
  };
  return policyOf([own, ...(service === "sts" ? [tokens] : []), ...deployers(deployerArns)]);
}

/**
 * Buckets that registries lead to for the layers of images, in the same region: ECR, and Kubernetes' own registry.k8s.io. What is not let through here
 * has no other way from the network, for the route to S3 is this endpoint's.
 */
function layerBuckets(region: string): string[] {
  return [`prod-${region}-starport-layer-bucket`, `prod-registry-k8s-io-${region}`];
}

/**
 * Lets data go to the account's own buckets and tables, and to no other's: what is copied out of the network goes another way, which is seen.
 * Layers of images are read from buckets of others, by name: those of `layerBuckets`, and `imageBuckets`.
 */
export function gatewayPolicy(
  service: GatewayService,
  { accountId, region }: AwsAccount,
  { more = [], deployerArns = [], imageBuckets = [] }: Passing & { readonly imageBuckets?: readonly string[] } = {},
): string {
  const own: Statement = {
    Effect: "Allow",
    Principal: "*",
    Action: [...(service === "s3" ? S3_ACTIONS : DYNAMODB_ACTIONS), ...more],
    Resource: "*",
    Condition: { StringEquals: { "aws:ResourceAccount": accountId } },
  };
  const layers: Statement = {
    Effect: "Allow",
    Principal: "*",
    Action: "s3:GetObject",
    Resource: [...layerBuckets(region), ...imageBuckets].map((bucket) => `arn:aws:s3:::${bucket}/*`),
  };
  return policyOf([own, ...(service === "s3" ? [layers] : []), ...deployers(deployerArns)]);
}

/**
 * Who makes all of this asks each service for more than what runs in a cluster does, and for something else with each release. An endpoint adds no right to
 * what the role has by IAM; it only does not take any away.
 */
function deployers(arns: readonly string[]): Statement[] {
  if (arns.length === 0) return [];
  const condition = { ArnEquals: { "aws:PrincipalArn": [...arns] } };
  return [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*", Condition: condition }];
}
