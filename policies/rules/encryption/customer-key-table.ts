import { switched, texts } from "../../core/aws.ts";
import {
  type AwsSetting,
  type AwsTable,
  has,
  is,
  type Narrowed,
  oneOf,
  setting,
  unless,
} from "../../core/aws-settings.ts";
import type { Field } from "../../core/field.ts";

/** A key of one's own: what AWS keeps under `alias/aws/` is its key, whose policy and rotation nobody can set. */
function key(at: string, narrowed: Omit<Narrowed, "unset"> = {}): AwsSetting {
  return setting(at, ownKey, "the ARN of a KMS key of your own", narrowed);
}

/** Whether a field names a key of one's own. */
export function ownKey(field: Field): boolean {
  const name = field.text() ?? "";
  return name.trim() !== "" && !/(^|:)alias\/aws\//.test(name);
}

const streamed = (root: Field) => has("kinesisSourceConfiguration")(root) || has("mskSourceConfiguration")(root);
const encrypted = (root: Field) => switched(root.at("storageEncrypted")) === true;
const insights = (root: Field) => switched(root.at("performanceInsightsEnabled")) === true;
const symmetric = (root: Field) =>
  [undefined, "SYMMETRIC_DEFAULT"].includes(root.at("customerMasterKeySpec").text()) &&
  [undefined, "ENCRYPT_DECRYPT"].includes(root.at("keyUsage").text()) &&
  !has("customKeyStoreId")(root);

const FIREWALL = [key("encryptionConfiguration.keyId")];
const DOMAIN = [key("encryptAtRest.kmsKeyId")];
const TRAINING = [key("resourceConfig.volumeKmsKeyId"), key("outputDataConfig.kmsKeyId")];

/** Where stores in AWS name the key that encrypts them: property paths of @pulumi/aws 7.48. */
export const CUSTOMER_KEYS: AwsTable = {
  "aws:amp/workspace:Workspace": [key("kmsKeyArn")],
  "aws:appflow/connectorProfile:ConnectorProfile": [key("kmsArn")],
  "aws:appflow/flow:Flow": [key("kmsArn")],
  "aws:apprunner/service:Service": [key("encryptionConfiguration.kmsKey")],
  "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault": [key("encryptionKeyArn")],
  "aws:backup/vault:Vault": [key("kmsKeyArn")],
  "aws:bedrock/agentAgent:AgentAgent": [key("customerEncryptionKeyArn")],
  "aws:bedrock/agentFlow:AgentFlow": [key("customerEncryptionKeyArn")],
  "aws:bedrock/customModel:CustomModel": [key("customModelKmsKeyId")],
  "aws:bedrock/guardrail:Guardrail": [key("kmsKeyArn")],
  "aws:cloudtrail/eventDataStore:EventDataStore": [key("kmsKeyId")],
  "aws:cloudtrail/trail:Trail": [key("kmsKeyId")],
  "aws:cloudwatch/logGroup:LogGroup": [key("kmsKeyId")],
  "aws:codeartifact/domain:Domain": [key("encryptionKey")],
  "aws:codebuild/project:Project": [key("encryptionKey")],
  "aws:codecommit/repository:Repository": [key("kmsKeyId")],
  "aws:codegurureviewer/repositoryAssociation:RepositoryAssociation": [key("kmsKeyDetails.kmsKeyId")],
  "aws:codepipeline/pipeline:Pipeline": [key("artifactStores[].encryptionKey.id")],
  "aws:comprehend/documentClassifier:DocumentClassifier": [key("modelKmsKeyId"), key("volumeKmsKeyId")],
  "aws:comprehend/entityRecognizer:EntityRecognizer": [key("modelKmsKeyId"), key("volumeKmsKeyId")],
  "aws:connect/instanceStorageConfig:InstanceStorageConfig": [
    key("storageConfig.s3Config.encryptionConfig.keyId", { when: has("storageConfig.s3Config") }),
    key("storageConfig.kinesisVideoStreamConfig.encryptionConfig.keyId", {
      when: has("storageConfig.kinesisVideoStreamConfig"),
    }),
  ],
  "aws:customerprofiles/domain:Domain": [key("defaultEncryptionKey")],
  "aws:datazone/domain:Domain": [key("kmsKeyIdentifier")],
  "aws:dlm/lifecyclePolicy:LifecyclePolicy": [
    key("policyDetails.action.crossRegionCopies[].encryptionConfiguration.cmkArn"),
    key("policyDetails.schedules[].crossRegionCopyRules[].cmkArn"),
  ],
  "aws:dms/endpoint:Endpoint": [key("kmsKeyArn")],
  "aws:dms/replicationConfig:ReplicationConfig": [key("computeConfig.kmsKeyId")],
  "aws:dms/replicationInstance:ReplicationInstance": [key("kmsKeyArn")],
  "aws:dms/s3Endpoint:S3Endpoint": [key("kmsKeyArn")],
  "aws:docdb/cluster:Cluster": [key("kmsKeyId")],
  "aws:docdb/elasticCluster:ElasticCluster": [key("kmsKeyId")],
  "aws:dsql/cluster:Cluster": [key("kmsEncryptionKey")],
  "aws:dynamodb/table:Table": [
    setting("serverSideEncryption.enabled", (field) => switched(field) === true, "true"),
    key("serverSideEncryption.kmsKeyArn", { when: has("serverSideEncryption") }),
    key("replicas[].kmsKeyArn"),
  ],
  "aws:dynamodb/tableReplica:TableReplica": [key("kmsKeyArn")],
  "aws:ebs/snapshotCopy:SnapshotCopy": [key("kmsKeyId")],
  "aws:ebs/snapshotImport:SnapshotImport": [key("kmsKeyId")],
  "aws:ebs/volume:Volume": [key("kmsKeyId")],
  "aws:ec2/amiCopy:AmiCopy": [key("kmsKeyId")],
  "aws:ecr/repository:Repository": [
    setting(
      "encryptionConfigurations",
      (configurations) => configurations.items().some((one) => one.at("encryptionType").text()?.startsWith("KMS")),
      '[{ encryptionType: "KMS", kmsKey: <the ARN of a KMS key of your own> }]',
    ),
    key("encryptionConfigurations[].kmsKey", {
      when: is("encryptionConfigurations[].encryptionType", "KMS", "KMS_DSSE"),
    }),
  ],
  "aws:ecs/cluster:Cluster": [
    key("configuration.executeCommandConfiguration.kmsKeyId", {
      when: has("configuration.executeCommandConfiguration"),
    }),
  ],
  "aws:efs/fileSystem:FileSystem": [key("kmsKeyId")],
  "aws:efs/replicationConfiguration:ReplicationConfiguration": [key("destination.kmsKeyId")],
  "aws:eks/cluster:Cluster": [
    key("encryptionConfig.provider.keyArn", {
      when: (root) => texts(root.at("encryptionConfig", "resources")).includes("secrets"),
    }),
  ],
  "aws:elasticache/replicationGroup:ReplicationGroup": [key("kmsKeyId")],
  "aws:elasticache/serverlessCache:ServerlessCache": [key("kmsKeyId")],
  "aws:elasticsearch/domain:Domain": DOMAIN,
  "aws:fsx/fileCache:FileCache": [key("kmsKeyId")],
  "aws:fsx/lustreFileSystem:LustreFileSystem": [
    // A scratch file system has no key to choose.
    key("kmsKeyId", { when: unless(is("deploymentType", "SCRATCH_1", "SCRATCH_2")) }),
  ],
  "aws:fsx/ontapFileSystem:OntapFileSystem": [key("kmsKeyId")],
  "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": [key("kmsKeyId")],
  "aws:fsx/windowsFileSystem:WindowsFileSystem": [key("kmsKeyId")],
  "aws:grafana/workspace:Workspace": [key("kmsKeyId")],
  "aws:imagebuilder/component:Component": [key("kmsKeyId")],
  "aws:imagebuilder/containerRecipe:ContainerRecipe": [key("kmsKeyId")],
  "aws:imagebuilder/distributionConfiguration:DistributionConfiguration": [
    key("distributions[].amiDistributionConfiguration.kmsKeyId", {
      when: has("distributions[].amiDistributionConfiguration"),
    }),
  ],
  "aws:imagebuilder/imageRecipe:ImageRecipe": [key("blockDeviceMappings[].ebs.kmsKeyId")],
  "aws:kendra/index:Index": [key("serverSideEncryptionConfiguration.kmsKeyId")],
  "aws:keyspaces/table:Table": [
    oneOf("encryptionSpecification.type", ["CUSTOMER_MANAGED_KMS_KEY"]),
    key("encryptionSpecification.kmsKeyIdentifier"),
  ],
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": [
    oneOf("serverSideEncryption.keyType", ["CUSTOMER_MANAGED_CMK"], { when: unless(streamed) }),
    key("serverSideEncryption.keyArn", { when: unless(streamed) }),
  ],
  "aws:kinesis/stream:Stream": [key("kmsKeyId")],
  "aws:kinesis/videoStream:VideoStream": [key("kmsKeyId")],
  "aws:kms/key:Key": [
    // AWS rotates only symmetric keys of its own key stores.
    setting("enableKeyRotation", (field) => switched(field) === true, "true", { when: symmetric }),
  ],
  "aws:lambda/function:Function": [key("kmsKeyArn", { when: has("environment.variables") })],
  "aws:location/geofenceCollection:GeofenceCollection": [key("kmsKeyId")],
  "aws:location/tracker:Tracker": [key("kmsKeyId")],
  "aws:memorydb/cluster:Cluster": [key("kmsKeyArn")],
  "aws:memorydb/snapshot:Snapshot": [key("kmsKeyArn")],
  "aws:mq/broker:Broker": [key("encryptionOptions.kmsKeyId")],
  "aws:msk/cluster:Cluster": [key("encryptionInfo.encryptionAtRestKmsKeyArn")],
  "aws:mwaa/environment:Environment": [key("kmsKey")],
  "aws:neptune/cluster:Cluster": [key("kmsKeyArn")],
  "aws:neptune/clusterSnapshot:ClusterSnapshot": [key("kmsKeyId")],
  "aws:neptunegraph/graph:Graph": [key("kmsKeyIdentifier")],
  "aws:networkfirewall/firewall:Firewall": FIREWALL,
  "aws:networkfirewall/firewallPolicy:FirewallPolicy": FIREWALL,
  "aws:networkfirewall/ruleGroup:RuleGroup": FIREWALL,
  "aws:opensearch/domain:Domain": DOMAIN,
  "aws:qldb/ledger:Ledger": [key("kmsKey")],
  "aws:rds/cluster:Cluster": [
    key("kmsKeyId", { when: unless(has("replicationSourceIdentifier")) }),
    key("performanceInsightsKmsKeyId", { when: insights }),
  ],
  "aws:rds/clusterActivityStream:ClusterActivityStream": [key("kmsKeyId")],
  "aws:rds/clusterInstance:ClusterInstance": [key("performanceInsightsKmsKeyId", { when: insights })],
  "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy": [key("kmsKeyId")],
  "aws:rds/exportTask:ExportTask": [key("kmsKeyId")],
  "aws:rds/instance:Instance": [
    key("kmsKeyId", { when: (root) => encrypted(root) && !has("replicateSourceDb")(root) }),
    key("performanceInsightsKmsKeyId", { when: insights }),
  ],
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": [key("kmsKeyId")],
  "aws:rds/snapshotCopy:SnapshotCopy": [key("kmsKeyId")],
  "aws:redshift/cluster:Cluster": [key("kmsKeyId")],
  "aws:redshift/snapshotCopyGrant:SnapshotCopyGrant": [key("kmsKeyId")],
  "aws:redshiftserverless/namespace:Namespace": [key("kmsKeyId")],
  "aws:s3/bucketObjectv2:BucketObjectv2": [key("kmsKeyId")],
  "aws:s3/objectCopy:ObjectCopy": [key("kmsKeyId")],
  "aws:s3tables/tableBucket:TableBucket": [key("encryptionConfiguration.kmsKeyArn")],
  "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition": [
    key("dataQualityJobOutputConfig.kmsKeyId"),
    key("jobResources.clusterConfig.volumeKmsKeyId"),
  ],
  "aws:sagemaker/domain:Domain": [key("kmsKeyId")],
  "aws:sagemaker/endpointConfiguration:EndpointConfiguration": [key("kmsKeyArn")],
  "aws:sagemaker/featureGroup:FeatureGroup": [
    key("onlineStoreConfig.securityConfig.kmsKeyId", { when: has("onlineStoreConfig") }),
    key("offlineStoreConfig.s3StorageConfig.kmsKeyId", { when: has("offlineStoreConfig") }),
  ],
  "aws:sagemaker/flowDefinition:FlowDefinition": [key("outputConfig.kmsKeyId")],
  "aws:sagemaker/notebookInstance:NotebookInstance": [key("kmsKeyId")],
  "aws:sagemaker/trainingJob:TrainingJob": TRAINING,
  "aws:scheduler/schedule:Schedule": [key("kmsKeyArn")],
  "aws:secretsmanager/secret:Secret": [key("kmsKeyId"), key("replicas[].kmsKeyId")],
  "aws:sns/topic:Topic": [key("kmsMasterKeyId")],
  "aws:sqs/queue:Queue": [key("kmsMasterKeyId")],
  "aws:ssm/parameter:Parameter": [key("keyId", { when: is("type", "SecureString") })],
  "aws:storagegateway/cachesIscsiVolume:CachesIscsiVolume": [key("kmsKey")],
  "aws:storagegateway/nfsFileShare:NfsFileShare": [key("kmsKeyArn")],
  "aws:storagegateway/smbFileShare:SmbFileShare": [key("kmsKeyArn")],
  "aws:storagegateway/storedIscsiVolume:StoredIscsiVolume": [key("kmsKey")],
  "aws:timestreamwrite/database:Database": [key("kmsKeyId")],
  "aws:workspaces/workspace:Workspace": [key("volumeEncryptionKey")],
};
