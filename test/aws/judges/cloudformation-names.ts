/** What CloudFormation calls a type of Pulumi's, and those of its properties that it does not call the same but for capitals. */
export interface CloudFormationNames {
  readonly type: string;
  /** Pulumi's name → CloudFormation's. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Properties that CloudFormation does not have: they say what the provider does, or are another resource there. */
  readonly without?: readonly string[];
  /** Inputs as CloudFormation arranges them, where it does so otherwise. */
  // biome-ignore lint/suspicious/noExplicitAny: each knows the inputs of its type.
  readonly arrange?: (inputs: any) => Readonly<Record<string, unknown>>;
}

const POLICY = { name: "PolicyName", policy: "PolicyDocument", role: "RoleName", user: "UserName" };
const RULE = { securityGroupId: "GroupId" };

/** Types that CloudFormation does not have: each says which other stands in its place. */
export const NOT_IN_CLOUDFORMATION: Readonly<Record<string, string>> = {
  "iam/rolePolicyAttachment": "a property of the role",
  "rds/proxyTarget": "a property of the target group",
  "secretsmanager/secretVersion": "a property of the secret",
};

/** Types that it has and whose names are not in the table: nobody but our own rules and checkov judges them. */
export const NOT_IN_THE_TABLE: readonly string[] = [
  "cloudtrail/trail",
  "cloudwatch/logMetricFilter",
  "cloudwatch/logStream",
  "cloudwatch/logSubscriptionFilter",
  "kinesis/firehoseDeliveryStream",
];

export const CLOUDFORMATION: Readonly<Record<string, CloudFormationNames>> = {
  "appautoscaling/policy": { type: "AWS::ApplicationAutoScaling::ScalingPolicy", properties: { name: "PolicyName" } },
  "appautoscaling/target": { type: "AWS::ApplicationAutoScaling::ScalableTarget" },
  "cloudwatch/dashboard": { type: "AWS::CloudWatch::Dashboard" },
  "cloudwatch/logGroup": { type: "AWS::Logs::LogGroup", properties: { name: "LogGroupName" } },
  "cloudwatch/metricAlarm": {
    type: "AWS::CloudWatch::Alarm",
    properties: { name: "AlarmName", metricQueries: "Metrics" },
    arrange: ({ metricQueries, ...rest }) => ({
      ...rest,
      ...(metricQueries && { metricQueries: metricQueries.map(queryOf) }),
    }),
  },
  "ec2/securityGroup": {
    type: "AWS::EC2::SecurityGroup",
    properties: { name: "GroupName", description: "GroupDescription" },
  },
  "eks/podIdentityAssociation": { type: "AWS::EKS::PodIdentityAssociation" },
  "elasticache/parameterGroup": {
    type: "AWS::ElastiCache::ParameterGroup",
    properties: { name: "CacheParameterGroupName", family: "CacheParameterGroupFamily" },
    arrange: ({ parameters, ...rest }) => ({ ...rest, properties: byName(parameters) }),
  },
  "elasticache/replicationGroup": {
    type: "AWS::ElastiCache::ReplicationGroup",
    properties: {
      description: "ReplicationGroupDescription",
      maintenanceWindow: "PreferredMaintenanceWindow",
      nodeType: "CacheNodeType",
      parameterGroupName: "CacheParameterGroupName",
      subnetGroupName: "CacheSubnetGroupName",
    },
    without: ["applyImmediately", "finalSnapshotIdentifier"],
    arrange: ({ logDeliveryConfigurations, ...rest }) => ({
      ...rest,
      logDeliveryConfigurations: logDeliveryConfigurations?.map(({ destination, ...log }: { destination: string }) => ({
        ...log,
        destinationDetails: { cloudWatchLogsDetails: { logGroup: destination } },
      })),
    }),
  },
  "elasticache/subnetGroup": {
    type: "AWS::ElastiCache::SubnetGroup",
    properties: { name: "CacheSubnetGroupName" },
  },
  "elasticache/user": { type: "AWS::ElastiCache::User" },
  "elasticache/userGroup": { type: "AWS::ElastiCache::UserGroup" },
  "iam/accessKey": { type: "AWS::IAM::AccessKey", properties: { user: "UserName" } },
  "iam/role": {
    type: "AWS::IAM::Role",
    properties: { name: "RoleName", assumeRolePolicy: "AssumeRolePolicyDocument" },
  },
  "iam/rolePolicy": { type: "AWS::IAM::RolePolicy", properties: POLICY, arrange: named },
  "iam/user": { type: "AWS::IAM::User", properties: { name: "UserName" }, without: ["forceDestroy"] },
  "iam/userPolicy": { type: "AWS::IAM::UserPolicy", properties: POLICY, arrange: named },
  "kms/key": {
    type: "AWS::KMS::Key",
    properties: { deletionWindowInDays: "PendingWindowInDays", policy: "KeyPolicy" },
  },
  "mq/broker": {
    type: "AWS::AmazonMQ::Broker",
    properties: { user: "Users" },
    without: ["applyImmediately"],
  },
  "msk/cluster": {
    type: "AWS::MSK::Cluster",
    arrange: ({ clientAuthentication: { sasl, unauthenticated }, encryptionInfo, ...rest }) => ({
      ...rest,
      clientAuthentication: {
        sasl: { iam: { enabled: sasl.iam }, scram: { enabled: sasl.scram } },
        unauthenticated: { enabled: unauthenticated },
      },
      encryptionInfo: {
        encryptionAtRest: { dataVolumeKmsKeyId: encryptionInfo.encryptionAtRestKmsKeyArn },
        encryptionInTransit: encryptionInfo.encryptionInTransit,
      },
    }),
  },
  "msk/configuration": {
    type: "AWS::MSK::Configuration",
    arrange: ({ kafkaVersions, ...rest }) => ({ ...rest, kafkaVersionsList: kafkaVersions }),
  },
  "msk/singleScramSecretAssociation": {
    type: "AWS::MSK::BatchScramSecret",
    arrange: ({ clusterArn, secretArn }) => ({ clusterArn, secretArnList: [secretArn] }),
  },
  "rds/cluster": {
    type: "AWS::RDS::DBCluster",
    properties: {
      clusterIdentifier: "DBClusterIdentifier",
      enabledCloudwatchLogsExports: "EnableCloudwatchLogsExports",
    },
    without: [
      "allowMajorVersionUpgrade",
      "applyImmediately",
      "finalSnapshotIdentifier",
      "masterUserSecretKmsKeyId",
      "skipFinalSnapshot",
    ],
  },
  "rds/clusterInstance": {
    type: "AWS::RDS::DBInstance",
    properties: {
      caCertIdentifier: "CACertificateIdentifier",
      clusterIdentifier: "DBClusterIdentifier",
      identifier: "DBInstanceIdentifier",
      instanceClass: "DBInstanceClass",
      performanceInsightsEnabled: "EnablePerformanceInsights",
    },
  },
  "rds/clusterParameterGroup": {
    type: "AWS::RDS::DBClusterParameterGroup",
    properties: { name: "DBClusterParameterGroupName" },
    arrange: ({ parameters, ...rest }) => ({ ...rest, parameters: byName(parameters) }),
  },
  "rds/proxy": { type: "AWS::RDS::DBProxy", properties: { name: "DBProxyName", auths: "Auth" } },
  "rds/proxyDefaultTargetGroup": {
    type: "AWS::RDS::DBProxyTargetGroup",
    properties: { connectionPoolConfig: "ConnectionPoolConfigurationInfo" },
    arrange: (inputs) => ({ ...inputs, targetGroupName: "default" }),
  },
  "rds/subnetGroup": {
    type: "AWS::RDS::DBSubnetGroup",
    properties: { name: "DBSubnetGroupName", description: "DBSubnetGroupDescription" },
  },
  "s3/bucket": { type: "AWS::S3::Bucket", properties: { bucket: "BucketName" }, without: ["forceDestroy"] },
  "s3/bucketLifecycleConfiguration": {
    type: "AWS::S3::Bucket",
    arrange: ({ rules }) => ({ lifecycleConfiguration: { rules: rules.map(lifecycleRuleOf) } }),
  },
  "s3/bucketLogging": {
    type: "AWS::S3::Bucket",
    arrange: ({ targetBucket, targetPrefix }) => ({
      loggingConfiguration: { destinationBucketName: targetBucket, logFilePrefix: targetPrefix },
    }),
  },
  "s3/bucketObjectLockConfiguration": {
    type: "AWS::S3::Bucket",
    arrange: ({ rule }) => ({ objectLockConfiguration: { objectLockEnabled: "Enabled", rule } }),
  },
  "s3/bucketOwnershipControls": {
    type: "AWS::S3::Bucket",
    arrange: ({ rule }) => ({ ownershipControls: { rules: [rule] } }),
  },
  "s3/bucketPolicy": { type: "AWS::S3::BucketPolicy", properties: { policy: "PolicyDocument" } },
  "s3/bucketPublicAccessBlock": {
    type: "AWS::S3::Bucket",
    arrange: ({ bucket: _, ...rest }) => ({ publicAccessBlockConfiguration: rest }),
  },
  "s3/bucketServerSideEncryptionConfiguration": {
    type: "AWS::S3::Bucket",
    arrange: ({ rules }) => ({ bucketEncryption: { serverSideEncryptionConfiguration: rules.map(encryptionRuleOf) } }),
  },
  "s3/bucketVersioning": {
    type: "AWS::S3::Bucket",
    arrange: ({ versioningConfiguration }) => ({ versioningConfiguration }),
  },
  "secretsmanager/secret": { type: "AWS::SecretsManager::Secret", without: ["recoveryWindowInDays"] },
  "vpc/securityGroupEgressRule": {
    type: "AWS::EC2::SecurityGroupEgress",
    properties: { ...RULE, referencedSecurityGroupId: "DestinationSecurityGroupId", cidrIpv4: "CidrIp" },
    without: ["tags"],
  },
  "vpc/securityGroupIngressRule": {
    type: "AWS::EC2::SecurityGroupIngress",
    properties: { ...RULE, referencedSecurityGroupId: "SourceSecurityGroupId", cidrIpv4: "CidrIp" },
    without: ["tags"],
  },
};

/** The provider gives a name where the program does not. */
function named(inputs: object): Record<string, unknown> {
  return { name: "given-by-the-provider", ...inputs };
}

interface Query {
  readonly metric?: { readonly period: number; readonly stat: string };
}

function queryOf({ metric, ...query }: Query): object {
  if (!metric) return query;
  const { period, stat, ...of } = metric;
  return { ...query, metricStat: { period, stat, metric: of } };
}

function byName(parameters: readonly { name: string; value: string }[]): Record<string, string> {
  return Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
}

interface LifecycleRule {
  readonly expiration?: { readonly days?: number; readonly expiredObjectDeleteMarker?: boolean };
  readonly filter?: { readonly prefix?: string };
  readonly abortIncompleteMultipartUpload?: object;
}

function lifecycleRuleOf({ expiration, filter, ...rule }: LifecycleRule): object {
  const { days, expiredObjectDeleteMarker } = expiration ?? {};
  return {
    ...rule,
    ...(days !== undefined && { expirationInDays: days }),
    ...(expiredObjectDeleteMarker !== undefined && { expiredObjectDeleteMarker }),
    ...(filter?.prefix !== undefined && { prefix: filter.prefix }),
  };
}

function encryptionRuleOf(rule: { applyServerSideEncryptionByDefault: object; bucketKeyEnabled?: boolean }): object {
  const { applyServerSideEncryptionByDefault, ...rest } = rule;
  return { ...rest, serverSideEncryptionByDefault: applyServerSideEncryptionByDefault };
}
