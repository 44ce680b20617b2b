import { podOf } from "./pods.ts";
import type { StackObject } from "./stack-object.ts";
import { someKnown } from "./unknown.ts";

/** Kinds of Kubernetes that hold data of their own, by `group/kind`: what operators run, and plain volumes. */
const KUBERNETES = new Set([
  "/PersistentVolumeClaim",
  "apps/StatefulSet",
  "postgresql.cnpg.io/Cluster",
  "acid.zalan.do/postgresql",
  "postgres-operator.crunchydata.com/PostgresCluster",
  "pgv2.percona.com/PerconaPGCluster",
  "pxc.percona.com/PerconaXtraDBCluster",
  "ps.percona.com/PerconaServerMySQL",
  "psmdb.percona.com/PerconaServerMongoDB",
  "mysql.oracle.com/InnoDBCluster",
  "k8s.mariadb.com/MariaDB",
  "mongodbcommunity.mongodb.com/MongoDBCommunity",
  "scylla.scylladb.com/ScyllaCluster",
  "k8ssandra.io/K8ssandraCluster",
  "clickhouse.altinity.com/ClickHouseInstallation",
  "elasticsearch.k8s.elastic.co/Elasticsearch",
  "databases.spotahome.com/RedisFailover",
  "redis.redis.opstreelabs.in/Redis",
  "redis.redis.opstreelabs.in/RedisReplication",
  "redis.redis.opstreelabs.in/RedisCluster",
  "kafka.strimzi.io/Kafka",
  "rabbitmq.com/RabbitmqCluster",
]);

/** Resources of AWS that hold data which only a backup brings back. */
const AWS = new Set([
  "aws:rds/instance:Instance",
  "aws:rds/cluster:Cluster",
  "aws:dynamodb/table:Table",
  "aws:elasticache/cluster:Cluster",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:memorydb/cluster:Cluster",
  "aws:docdb/cluster:Cluster",
  "aws:neptune/cluster:Cluster",
  "aws:redshift/cluster:Cluster",
  "aws:opensearch/domain:Domain",
  "aws:elasticsearch/domain:Domain",
  "aws:efs/fileSystem:FileSystem",
  "aws:ebs/volume:Volume",
]);

/** Resources of AWS that hold data, and keep older versions or a log of it instead of backups. */
const AWS_LOGS_AND_OBJECTS = new Set([
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketV2:BucketV2",
  "aws:msk/cluster:Cluster",
  "aws:msk/serverlessCluster:ServerlessCluster",
  "aws:kinesis/stream:Stream",
  "aws:sqs/queue:Queue",
  "aws:mq/broker:Broker",
]);

/** What goes with its data when it is replaced or deleted, though it is only a part of a store. */
const PARTS = new Set([
  "kafka.strimzi.io/KafkaNodePool",
  "kafka.strimzi.io/KafkaTopic",
  "postgresql.cnpg.io/Database",
  "/PersistentVolume",
  "aws:dynamodb/globalTable:GlobalTable",
  "aws:kms/key:Key",
  "aws:backup/vault:Vault",
]);

/** Whether an object holds data that only a backup brings back. */
export function needsBackup(object: StackObject): boolean {
  const { type } = object.resource;
  if (object.kind === undefined) return AWS.has(type) && !isCopyOrCache(object);
  return KUBERNETES.has(`${object.group}/${object.kind}`) && keepsData(object);
}

/** Whether an object holds data: what needs a backup, and what keeps objects, logs and messages. */
export function isStore(object: StackObject): boolean {
  return needsBackup(object) || (object.kind === undefined && AWS_LOGS_AND_OBJECTS.has(object.resource.type));
}

/** Whether data goes when the object goes: stores, and parts of them. */
export function losesData(object: StackObject): boolean {
  const id = object.kind === undefined ? object.resource.type : `${object.group}/${object.kind}`;
  return isStore(object) || PARTS.has(id);
}

/** A set without volumes, and Kafka on volumes that go with the pod, keep nothing. */
function keepsData(object: StackObject): boolean {
  const spec = object.root.at("spec");
  if (object.kind === "StatefulSet") {
    const volumes = podOf(object).spec.at("volumes").items();
    return (
      spec.at("volumeClaimTemplates").items().length > 0 ||
      someKnown(volumes, (volume) => !volume.at("persistentVolumeClaim").absent)
    );
  }
  return object.kind !== "Kafka" || spec.at("kafka", "storage", "type").text() !== "ephemeral";
}

/** A replica can be made again from its source, and memcached keeps nothing. */
function isCopyOrCache({ resource: { type }, root }: StackObject): boolean {
  if (type === "aws:elasticache/cluster:Cluster")
    return root.at("engine").text() === "memcached" || !root.at("replicationGroupId").absent;
  return !root.at("replicateSourceDb").absent || !root.at("replicationSourceIdentifier").absent;
}
