import { awsType, documentAt, fieldsAt, statementsOf, texts } from "../../core/aws.ts";
import type { Field } from "../../core/field.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown } from "../../core/unknown.ts";
import { saysWho } from "./conditions.ts";

/** Where identities' policies stand: what somebody may do, to whatever. */
export const IDENTITY_POLICIES: Readonly<Record<string, readonly string[]>> = {
  "aws:iam/groupPolicy:GroupPolicy": ["policy"],
  "aws:iam/policy:Policy": ["policy"],
  "aws:iam/role:Role": ["inlinePolicies[].policy"],
  "aws:iam/rolePolicy:RolePolicy": ["policy"],
  "aws:iam/userPolicy:UserPolicy": ["policy"],
  "aws:iot/policy:Policy": ["policy"],
  "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": ["inlinePolicy"],
};

/** Where a role says who may take it. */
export const TRUST_POLICIES: Readonly<Record<string, readonly string[]>> = {
  "aws:iam/role:Role": ["assumeRolePolicy"],
};

/**
 * Where resources say who may do something to them. Policies of APIs, VPC endpoints and public registries are left out:
 * they speak of everybody on purpose, and others decide who comes through.
 */
export const RESOURCE_POLICIES: Readonly<Record<string, readonly string[]>> = {
  "aws:acmpca/policy:Policy": ["policy"],
  "aws:amp/resourcePolicy:ResourcePolicy": ["policyDocument"],
  "aws:backup/vaultPolicy:VaultPolicy": ["policy"],
  "aws:bedrock/agentcoreResourcePolicy:AgentcoreResourcePolicy": ["policy"],
  "aws:cloudsearch/domainServiceAccessPolicy:DomainServiceAccessPolicy": ["accessPolicy"],
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": ["policy"],
  "aws:cloudwatch/logDeliveryDestinationPolicy:LogDeliveryDestinationPolicy": ["deliveryDestinationPolicy"],
  "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy": ["accessPolicy"],
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": ["policyDocument"],
  "aws:codeartifact/domainPermissions:DomainPermissions": ["policyDocument"],
  "aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy": ["policyDocument"],
  "aws:codebuild/resourcePolicy:ResourcePolicy": ["policy"],
  "aws:dsql/clusterPolicy:ClusterPolicy": ["policy"],
  "aws:dynamodb/resourcePolicy:ResourcePolicy": ["policy"],
  "aws:ecr/registryPolicy:RegistryPolicy": ["policy"],
  "aws:ecr/repositoryPolicy:RepositoryPolicy": ["policy"],
  "aws:efs/fileSystemPolicy:FileSystemPolicy": ["policy"],
  "aws:elasticsearch/domain:Domain": ["accessPolicies"],
  "aws:elasticsearch/domainPolicy:DomainPolicy": ["accessPolicies"],
  "aws:glacier/vault:Vault": ["accessPolicy"],
  "aws:glue/resourcePolicy:ResourcePolicy": ["policy"],
  "aws:kinesis/resourcePolicy:ResourcePolicy": ["policy"],
  "aws:kms/externalKey:ExternalKey": ["policy"],
  "aws:kms/key:Key": ["policy"],
  "aws:kms/keyPolicy:KeyPolicy": ["policy"],
  "aws:kms/replicaKey:ReplicaKey": ["policy"],
  "aws:lambda/resourcePolicy:ResourcePolicy": ["policy"],
  "aws:mediastore/containerPolicy:ContainerPolicy": ["policy"],
  "aws:msk/clusterPolicy:ClusterPolicy": ["policy"],
  "aws:networkfirewall/resourcePolicy:ResourcePolicy": ["policy"],
  "aws:oam/sinkPolicy:SinkPolicy": ["policy"],
  "aws:opensearch/domain:Domain": ["accessPolicies"],
  "aws:opensearch/domainPolicy:DomainPolicy": ["accessPolicies"],
  "aws:opensearchingest/resourcePolicy:ResourcePolicy": ["policy"],
  "aws:organizations/resourcePolicy:ResourcePolicy": ["content"],
  "aws:pinpoint/smsvoicev2ResourcePolicy:Smsvoicev2ResourcePolicy": ["policy"],
  "aws:redshift/resourcePolicy:ResourcePolicy": ["policy"],
  "aws:redshiftserverless/resourcePolicy:ResourcePolicy": ["policy"],
  "aws:s3/accessPoint:AccessPoint": ["policy"],
  "aws:s3/bucket:Bucket": ["policy"],
  "aws:s3/bucketPolicy:BucketPolicy": ["policy"],
  "aws:s3/filesFileSystemPolicy:FilesFileSystemPolicy": ["policy"],
  "aws:s3/vectorsVectorBucketPolicy:VectorsVectorBucketPolicy": ["policy"],
  "aws:s3control/accessGrantsInstanceResourcePolicy:AccessGrantsInstanceResourcePolicy": ["policy"],
  "aws:s3control/accessPointPolicy:AccessPointPolicy": ["policy"],
  "aws:s3control/bucketPolicy:BucketPolicy": ["policy"],
  "aws:s3control/multiRegionAccessPointPolicy:MultiRegionAccessPointPolicy": ["details.policy"],
  "aws:s3control/objectLambdaAccessPointPolicy:ObjectLambdaAccessPointPolicy": ["policy"],
  "aws:s3tables/tableBucketPolicy:TableBucketPolicy": ["resourcePolicy"],
  "aws:s3tables/tablePolicy:TablePolicy": ["resourcePolicy"],
  "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": ["resourcePolicy"],
  "aws:schemas/registryPolicy:RegistryPolicy": ["policy"],
  "aws:secretsmanager/secret:Secret": ["policy"],
  "aws:secretsmanager/secretPolicy:SecretPolicy": ["policy"],
  "aws:ses/identityPolicy:IdentityPolicy": ["policy"],
  "aws:sesv2/emailIdentityPolicy:EmailIdentityPolicy": ["policy"],
  "aws:sns/topic:Topic": ["policy"],
  "aws:sns/topicPolicy:TopicPolicy": ["policy"],
  "aws:sqs/queue:Queue": ["policy"],
  "aws:sqs/queuePolicy:QueuePolicy": ["policy"],
  "aws:vpclattice/authPolicy:AuthPolicy": ["policy"],
  "aws:vpclattice/resourcePolicy:ResourcePolicy": ["policy"],
  "aws:xray/resourcePolicy:ResourcePolicy": ["policyDocument"],
};

/** The statements that allow something, in all documents of an object that stand at these paths. */
export function allowances(object: StackObject, table: Readonly<Record<string, readonly string[]>>): Field[] {
  const paths = table[awsType(object)] ?? [];
  const documents = paths.flatMap((path) => fieldsAt(object.root, path)).flatMap((field) => documentAt(field) ?? []);
  return documents.flatMap(statementsOf).filter((statement) => statement.at("Effect").text() === "Allow");
}

/** Whether a statement is for everybody: any principal, without a condition that narrows it. */
export function isForEverybody(statement: Field): boolean {
  const principal = statement.at("Principal");
  const everybody =
    !statement.at("NotPrincipal").absent ||
    (typeof principal.value === "string"
      ? principal.value === "*"
      : someKnown(principal.entries(), ([, who]) => someKnown(texts(who), isAnybody)));
  return everybody && !saysWho(statement);
}

/** Every account's root stands for every account. */
function isAnybody(name: string): boolean {
  return name === "*" || /^arn:aws[\w-]*:iam::\*:/.test(name);
}
