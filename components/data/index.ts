export type { AlarmTopics, AwsPlace, DataSubnet } from "./aws/place.ts";
export type { DataClass, RecoveryObjectives } from "./declared.ts";
export type { KafkaArgs, TopicArgs } from "./kafka/args.ts";
export { Kafka, type Topic } from "./kafka/kafka.ts";
export type { MskArgs } from "./kafka/msk-args.ts";
export type { BucketArgs, ObjectStoreArgs } from "./object-store/args.ts";
export type { Bucket } from "./object-store/bucket.ts";
export { ObjectStore } from "./object-store/object-store.ts";
export type { S3Args } from "./object-store/s3-args.ts";
export type { PostgresArgs } from "./postgres/args.ts";
export type { AuroraArgs } from "./postgres/aurora-args.ts";
export type { BackupArgs, RestoreArgs } from "./postgres/backup-args.ts";
export { type Database, Postgres } from "./postgres/postgres.ts";
export type { AmazonMqArgs } from "./rabbitmq/amazon-mq-args.ts";
export type { QueueArgs, RabbitMQArgs } from "./rabbitmq/args.ts";
export { type Queue, RabbitMQ } from "./rabbitmq/rabbitmq.ts";
export type { RedisArgs } from "./redis/args.ts";
export type { ElastiCacheArgs } from "./redis/elasticache-args.ts";
export { Redis } from "./redis/redis.ts";
export type { ShardedAuroraArgs, ShardedPostgresArgs } from "./sharding/args.ts";
export {
  bucketOf,
  type Move,
  movesBetween,
  type Shard,
  type ShardMap,
  shardMap,
  shardOf,
} from "./sharding/shard-map.ts";
export { ShardedPostgres } from "./sharding/sharded-postgres.ts";
export type { Backend } from "./store.ts";
