import { switched, texts } from "../../core/aws.ts";
import {
  type AwsSetting,
  type AwsTable,
  filled,
  has,
  is,
  off,
  on,
  oneOf,
  setting,
  unless,
} from "../../core/aws-settings.ts";

/** Disks of a machine. A disk made from a snapshot is encrypted as the snapshot is. */
const DISKS: readonly AwsSetting[] = [on("rootBlockDevice.encrypted"), ...extraDisks("ebsBlockDevices[]", "encrypted")];

/** The disks that an image or template adds; `noDevice` and instance-store disks have nothing to encrypt. */
function extraDisks(list: string, encrypted: string): AwsSetting[] {
  const below = encrypted.split(".");
  return [
    setting(
      list,
      (disk) => {
        const holder = below.slice(0, -1).reduce((field, key) => field.at(key), disk);
        if (holder.absent || !holder.at("snapshotId").absent) return true;
        return switched(holder.at("encrypted")) === true;
      },
      `{ ${below.length > 1 ? "ebs: { encrypted: true }" : "encrypted: true"} } in each`,
    ),
  ];
}

const DOMAIN = [on("encryptAtRest.enabled")];

/** Already encrypted at its source. */
const fromStream = (root: Parameters<NonNullable<AwsSetting["when"]>>[0]) =>
  has("kinesisSourceConfiguration")(root) || has("mskSourceConfiguration")(root);

/**
 * Where AWS stores of all kinds say whether what they hold is encrypted. What AWS encrypts in any case (S3, DynamoDB,
 * FSx, Backup, MSK, MQ, Timestream, Keyspaces, log groups) is left out: whose key it is is another rule's question.
 * Where AWS has changed its default over the years (Redshift, SQS, EKS), encryption must be declared. Defaults: the
 * properties' documentation in @pulumi/aws 7.48.
 */
export const AT_REST: AwsTable = {
  "aws:appsync/apiCache:ApiCache": [on("atRestEncryptionEnabled")],
  "aws:apigateway/methodSettings:MethodSettings": [
    on("settings.cacheDataEncrypted", { when: (root) => root.at("settings", "cachingEnabled").boolean() === true }),
  ],
  "aws:athena/database:Database": [
    filled("encryptionConfiguration.encryptionOption", '"SSE_KMS", "CSE_KMS" or "SSE_S3"'),
  ],
  "aws:athena/workgroup:Workgroup": [
    // Else each client decides for itself.
    on("configuration.enforceWorkgroupConfiguration", { unset: true }),
    filled(
      "configuration.resultConfiguration.encryptionConfiguration.encryptionOption",
      '"SSE_KMS", "CSE_KMS" or "SSE_S3"',
      { when: unless(has("configuration.managedQueryResultsConfiguration.enabled")) },
    ),
  ],
  "aws:codebuild/project:Project": [
    off("artifacts.encryptionDisabled", { when: unless(is("artifacts.type", "NO_ARTIFACTS")) }),
    off("secondaryArtifacts[].encryptionDisabled"),
    off("logsConfig.s3Logs.encryptionDisabled"),
  ],
  "aws:codebuild/reportGroup:ReportGroup": [off("exportConfig.s3Destination.encryptionDisabled")],
  "aws:dax/cluster:Cluster": [on("serverSideEncryption.enabled")],
  "aws:dlm/lifecyclePolicy:LifecyclePolicy": [
    on("policyDetails.action.crossRegionCopies[].encryptionConfiguration.encrypted"),
    on("policyDetails.schedules[].crossRegionCopyRules[].encrypted"),
  ],
  "aws:docdb/cluster:Cluster": [on("storageEncrypted")],
  "aws:docdb/globalCluster:GlobalCluster": [on("storageEncrypted", { when: unless(has("sourceDbClusterIdentifier")) })],
  "aws:ebs/encryptionByDefault:EncryptionByDefault": [on("enabled", { unset: true })],
  "aws:ebs/snapshotCopy:SnapshotCopy": [on("encrypted")],
  "aws:ebs/snapshotImport:SnapshotImport": [on("encrypted")],
  "aws:ebs/volume:Volume": [on("encrypted")],
  "aws:ec2/ami:Ami": extraDisks("ebsBlockDevices[]", "encrypted"),
  "aws:ec2/amiCopy:AmiCopy": [on("encrypted")],
  "aws:ec2/instance:Instance": DISKS,
  "aws:ec2/launchConfiguration:LaunchConfiguration": DISKS,
  "aws:ec2/launchTemplate:LaunchTemplate": extraDisks("blockDeviceMappings[]", "ebs.encrypted"),
  "aws:ec2/spotFleetRequest:SpotFleetRequest": [
    ...extraDisks("launchSpecifications[].rootBlockDevices[]", "encrypted"),
    ...extraDisks("launchSpecifications[].ebsBlockDevices[]", "encrypted"),
  ],
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest": DISKS,
  "aws:ecs/service:Service": [
    on("volumeConfiguration.managedEbsVolume.encrypted", { when: has("volumeConfiguration.managedEbsVolume") }),
  ],
  "aws:efs/fileSystem:FileSystem": [on("encrypted")],
  "aws:eks/cluster:Cluster": [
    setting("encryptionConfig.resources", (resources) => texts(resources).includes("secrets"), '["secrets"]'),
  ],
  "aws:elasticache/replicationGroup:ReplicationGroup": [
    // Valkey is encrypted unless said otherwise, Redis is not.
    on("atRestEncryptionEnabled", { when: unless(is("engine", "valkey")) }),
    on("atRestEncryptionEnabled", { when: is("engine", "valkey"), unset: true }),
  ],
  "aws:elasticsearch/domain:Domain": DOMAIN,
  "aws:glue/crawler:Crawler": [filled("securityConfiguration", "the name of a security configuration")],
  "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings": [
    on("dataCatalogEncryptionSettings.connectionPasswordEncryption.returnConnectionPasswordEncrypted"),
    oneOf("dataCatalogEncryptionSettings.encryptionAtRest.catalogEncryptionMode", [
      "SSE-KMS",
      "SSE-KMS-WITH-SERVICE-ROLE",
    ]),
  ],
  "aws:glue/devEndpoint:DevEndpoint": [filled("securityConfiguration", "the name of a security configuration")],
  "aws:glue/job:Job": [filled("securityConfiguration", "the name of a security configuration")],
  "aws:glue/securityConfiguration:SecurityConfiguration": [
    oneOf("encryptionConfiguration.cloudwatchEncryption.cloudwatchEncryptionMode", ["SSE-KMS"]),
    oneOf("encryptionConfiguration.jobBookmarksEncryption.jobBookmarksEncryptionMode", ["CSE-KMS"]),
    oneOf("encryptionConfiguration.s3Encryption.s3EncryptionMode", ["SSE-KMS", "SSE-S3"]),
  ],
  "aws:imagebuilder/containerRecipe:ContainerRecipe": extraDisks(
    "instanceConfiguration.blockDeviceMappings[]",
    "ebs.encrypted",
  ),
  "aws:imagebuilder/imageRecipe:ImageRecipe": extraDisks("blockDeviceMappings[]", "ebs.encrypted"),
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": [
    on("serverSideEncryption.enabled", { when: unless(fromStream) }),
  ],
  "aws:kinesis/stream:Stream": [oneOf("encryptionType", ["KMS"])],
  "aws:neptune/cluster:Cluster": [on("storageEncrypted")],
  "aws:neptune/clusterSnapshot:ClusterSnapshot": [on("storageEncrypted")],
  "aws:neptune/globalCluster:GlobalCluster": [
    on("storageEncrypted", { when: unless(has("sourceDbClusterIdentifier")) }),
  ],
  "aws:opensearch/domain:Domain": DOMAIN,
  "aws:rds/cluster:Cluster": [on("storageEncrypted", { when: unless(is("engineMode", "serverless")) })],
  "aws:rds/clusterSnapshot:ClusterSnapshot": [on("storageEncrypted")],
  "aws:rds/globalCluster:GlobalCluster": [on("storageEncrypted", { when: unless(has("sourceDbClusterIdentifier")) })],
  "aws:rds/instance:Instance": [
    // A replica is encrypted as its source is.
    on("storageEncrypted", { when: unless(has("replicateSourceDb")) }),
  ],
  "aws:redshift/cluster:Cluster": [on("encrypted")],
  "aws:sagemaker/endpointConfiguration:EndpointConfiguration": [filled("kmsKeyArn", "the ARN of a KMS key")],
  "aws:sns/topic:Topic": [filled("kmsMasterKeyId", '"alias/aws/sns", or a KMS key of your own')],
  "aws:sqs/queue:Queue": [on("sqsManagedSseEnabled", { when: unless(has("kmsMasterKeyId")) })],
  "aws:workspaces/workspace:Workspace": [on("rootVolumeEncryptionEnabled"), on("userVolumeEncryptionEnabled")],
};
