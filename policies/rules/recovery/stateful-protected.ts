import { awsType, isAws } from "../../core/aws.ts";
import { defineRule } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** Kinds that hold data, by API group. */
const STORES: Readonly<Record<string, readonly string[]>> = {
  StatefulSet: ["apps"],
  PersistentVolumeClaim: [""],
  Cluster: ["postgresql.cnpg.io"],
  Kafka: ["kafka.strimzi.io"],
  KafkaNodePool: ["kafka.strimzi.io"],
  RabbitmqCluster: ["rabbitmq.com"],
};

/** Resources of AWS that hold data, or the keys without which it cannot be read. */
export const AWS_STORES = new Set([
  "aws:backup/vault:Vault",
  "aws:cloudtrail/eventDataStore:EventDataStore",
  "aws:cognito/userPool:UserPool",
  "aws:docdb/cluster:Cluster",
  "aws:docdb/elasticCluster:ElasticCluster",
  "aws:docdb/globalCluster:GlobalCluster",
  "aws:dsql/cluster:Cluster",
  "aws:dynamodb/table:Table",
  "aws:ebs/volume:Volume",
  "aws:ecr/repository:Repository",
  "aws:efs/fileSystem:FileSystem",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:elasticache/serverlessCache:ServerlessCache",
  "aws:elasticsearch/domain:Domain",
  "aws:fsx/lustreFileSystem:LustreFileSystem",
  "aws:fsx/ontapFileSystem:OntapFileSystem",
  "aws:fsx/openZfsFileSystem:OpenZfsFileSystem",
  "aws:fsx/windowsFileSystem:WindowsFileSystem",
  "aws:keyspaces/table:Table",
  "aws:kinesis/stream:Stream",
  "aws:kms/key:Key",
  "aws:memorydb/cluster:Cluster",
  "aws:mq/broker:Broker",
  "aws:msk/cluster:Cluster",
  "aws:neptune/cluster:Cluster",
  "aws:neptune/globalCluster:GlobalCluster",
  "aws:opensearch/domain:Domain",
  "aws:qldb/ledger:Ledger",
  "aws:rds/cluster:Cluster",
  "aws:rds/globalCluster:GlobalCluster",
  "aws:rds/instance:Instance",
  "aws:redshift/cluster:Cluster",
  "aws:redshiftserverless/namespace:Namespace",
  "aws:s3/bucket:Bucket",
  "aws:secretsmanager/secret:Secret",
  "aws:sqs/queue:Queue",
  "aws:timestreamwrite/database:Database",
  "aws:timestreamwrite/table:Table",
]);

export const statefulProtected = defineRule({
  id: "stateful-protected",
  section: "reliability",
  title: "What holds data is protected from deletion by Pulumi",
  severity: "critical",
  why: "a renamed or removed resource is deleted by the next up, and its data with it",
  fix: "protect: true in the resource's options",
  frameworks: [],
  scope: "resource",
  optOut: "protect",
  exemptable: true,
  params: {},
  subjects: (object) => object.resource.options !== undefined && holdsData(object),
  *check(object) {
    if (object.resource.options?.protect === true) return;
    yield { path: "", given: "not protected", wanted: "protect: true in its options" };
  },
});

function holdsData(object: StackObject): boolean {
  if (isAws(object)) return AWS_STORES.has(awsType(object));
  return object.kind !== undefined && (STORES[object.kind]?.includes(object.group ?? "none") ?? false);
}
