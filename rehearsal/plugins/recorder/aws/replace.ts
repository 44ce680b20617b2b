/**
 * Inputs that AWS cannot change in place, for the types that platforms are made of: from the "forces new resource" of
 * the Terraform provider's documentation, where the SDK's descriptions leave it out. A change of the region makes a new
 * resource of every type.
 */
const REPLACE_ON: Readonly<Record<string, string>> = {
  "acm/certificate": "domainName subjectAlternativeNames validationMethod keyAlgorithm",
  "backup/restoreTestingPlan": "name",
  "backup/restoreTestingSelection": "name restoreTestingPlanName protectedResourceType",
  "backup/selection": "name planId iamRoleArn resources notResources conditions selectionTags",
  "backup/vaultLockConfiguration": "backupVaultName changeableForDays maxRetentionDays minRetentionDays",
  "backup/vaultNotifications": "backupVaultName snsTopicArn backupVaultEvents",
  "backup/vault": "name kmsKeyArn",
  "cloudwatch/dashboard": "dashboardName",
  "cloudwatch/logGroup": "name namePrefix",
  "cloudwatch/metricAlarm": "name",
  "dynamodb/table": "name hashKey rangeKey",
  "ec2/eip": "domain publicIpv4Pool",
  "ec2/flowLog":
    "vpcId subnetId eniId trafficType logDestination logDestinationType logFormat iamRoleArn maxAggregationInterval destinationOptions",
  "ec2/instance": "ami availabilityZone subnetId keyName",
  "ec2/launchTemplate": "name namePrefix",
  "ec2/natGateway": "subnetId allocationId connectivityType",
  "ec2/route": "routeTableId destinationCidrBlock destinationIpv6CidrBlock",
  "ec2/routeTable": "vpcId",
  "ec2/routeTableAssociation": "subnetId gatewayId",
  "ec2/securityGroup": "name namePrefix description vpcId",
  "ec2/subnet": "availabilityZone availabilityZoneId cidrBlock vpcId",
  "ec2/vpc": "cidrBlock ipv4IpamPoolId ipv4NetmaskLength",
  "ec2/vpcEndpoint": "vpcId serviceName vpcEndpointType",
  "ec2/vpcIpv4CidrBlockAssociation": "vpcId cidrBlock ipv4IpamPoolId ipv4NetmaskLength",
  "ecr/repository": "name encryptionConfigurations",
  "efs/fileSystem": "availabilityZoneName creationToken encrypted kmsKeyId performanceMode",
  "efs/mountTarget": "fileSystemId subnetId ipAddress",
  "eks/accessEntry": "clusterName principalArn type",
  "eks/accessPolicyAssociation": "clusterName principalArn policyArn accessScope",
  "eks/addon": "clusterName addonName",
  "eks/cluster": "name roleArn bootstrapSelfManagedAddons",
  "eks/fargateProfile": "clusterName fargateProfileName podExecutionRoleArn selectors subnetIds",
  "eks/nodeGroup":
    "amiType capacityType clusterName diskSize instanceTypes nodeGroupName nodeGroupNamePrefix nodeRoleArn subnetIds",
  "eks/podIdentityAssociation": "clusterName namespace serviceAccount",
  "elasticache/parameterGroup": "name family description",
  "elasticache/replicationGroup":
    "atRestEncryptionEnabled dataTieringEnabled globalReplicationGroupId kmsKeyId networkType port replicationGroupId subnetGroupName",
  "elasticache/subnetGroup": "name",
  "elasticache/user": "userId userName engine",
  "elasticache/userGroup": "userGroupId",
  "iam/instanceProfile": "name namePrefix path",
  "iam/openIdConnectProvider": "url",
  "iam/policy": "name namePrefix path description",
  "iam/role": "name namePrefix path",
  "iam/rolePolicyAttachment": "role policyArn",
  "kms/alias": "name namePrefix",
  "kms/replicaKey": "primaryKeyArn",
  "kms/key": "customKeyStoreId customerMasterKeySpec keyUsage multiRegion",
  "lambda/function": "name packageType",
  "lb/listener": "loadBalancerArn",
  "lb/loadBalancer": "name namePrefix internal loadBalancerType customerOwnedIpv4Pool",
  "lb/targetGroup": "name namePrefix port protocol protocolVersion targetType vpcId ipAddressType",
  "mq/broker":
    "brokerName dataReplicationPrimaryBrokerArn deploymentMode encryptionOptions engineType publiclyAccessible subnetIds",
  "msk/cluster": "clusterName",
  "msk/configuration": "name kafkaVersions",
  "rds/cluster":
    "clusterIdentifier availabilityZones databaseName engine kmsKeyId masterUsername snapshotIdentifier storageEncrypted dbSubnetGroupName",
  "rds/clusterParameterGroup": "name namePrefix family description",
  "rds/clusterInstance": "clusterIdentifier engine identifier availabilityZone",
  "rds/instance":
    "availabilityZone characterSetName dbName engine kmsKeyId snapshotIdentifier storageEncrypted timezone username",
  "rds/proxy": "engineFamily vpcSubnetIds",
  "rds/proxyDefaultTargetGroup": "dbProxyName",
  "rds/proxyTarget": "dbProxyName targetGroupName dbClusterIdentifier dbInstanceIdentifier",
  "rds/subnetGroup": "name namePrefix",
  "route53/record": "name type zoneId setIdentifier",
  "route53/zone": "name delegationSetId",
  "s3/bucket": "bucket bucketPrefix objectLockEnabled",
  "s3/bucketV2": "bucket bucketPrefix objectLockEnabled",
  "secretsmanager/secret": "name namePrefix",
  "secretsmanager/secretVersion": "secretId",
  "sns/topic": "name namePrefix fifoTopic",
  "sns/topicSubscription": "topicArn protocol endpoint",
  "sqs/queue": "name namePrefix fifoQueue",
};

/** {@link REPLACE_ON} for a type such as `aws:ec2/vpc:Vpc`. */
export function knownToReplace(type: string): readonly string[] {
  const [, module = ""] = type.split(":");
  return ["region", ...(REPLACE_ON[module]?.split(" ") ?? [])];
}
