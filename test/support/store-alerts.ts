import type { Namespace } from "../../components/cluster/index.ts";
import type { Bucket } from "../../components/data/index.ts";
import { complete as completeKafka } from "../../components/data/kafka/args.ts";
import { watched as watchedKafka } from "../../components/data/kafka/monitoring.ts";
import type { Watched } from "../../components/data/monitoring/store-monitoring.ts";
import { complete as completePostgres } from "../../components/data/postgres/args.ts";
import { watched as watchedPostgres } from "../../components/data/postgres/monitoring.ts";
import { complete as completeRedis } from "../../components/data/redis/args.ts";
import { watched as watchedRedis } from "../../components/data/redis/monitoring.ts";
import type { Issuer } from "../../components/edge/issuer.ts";

const STORE = { namespace: { name: "data" } as Namespace, issuer: {} as Issuer, zones: ["a", "b", "c"] };

/** Values over half an hour, one a minute, by series: `5x30` stays at 5, `0+60x30` grows by one a second. */
export type Series = Readonly<Record<string, string>>;
export interface Told {
  readonly fires: Series;
  readonly silent: Series;
}

const instance = (metric: string, index: number, more = "") =>
  `cnpg_${metric}{namespace="data",pod="pg-${index}"${more}}`;
const server = (metric: string, index: number, more = "") =>
  `redis_${metric}{namespace="data",pod="kv-server-${index}"${more}}`;
const disk = (claim: string, free: number): Series => ({
  [`kubelet_volume_stats_available_bytes{namespace="data",persistentvolumeclaim="${claim}"}`]: `${free}x60`,
  [`kubelet_volume_stats_capacity_bytes{namespace="data",persistentvolumeclaim="${claim}"}`]: "100x60",
});
const recovering = (...values: number[]): Series =>
  Object.fromEntries(values.map((value, index) => [instance("pg_replication_in_recovery", index + 1), `${value}x60`]));
const streaming = (count: number): Series => ({ [instance("pg_replication_streaming_replicas", 1)]: `${count}x60` });
const age = (transactions: number): Series => ({
  [instance("pg_database_xid_age", 1, ',datname="orders"')]: `${transactions}x60`,
});
const backends = (count: number): Series => ({
  [instance("backends_total", 1, ',usename="orders"')]: `${count}x60`,
  [instance("backends_total", 1, ',usename="stock"')]: `${count}x60`,
});
const roles = (...all: string[]): Series =>
  Object.fromEntries(all.map((role, index) => [server("instance_info", index, `,role="${role}"`), "1x60"]));
const following = (count: number): Series => ({
  ...roles("master", "slave", "slave"),
  [server("connected_slaves", 0)]: `${count}x60`,
  [server("connected_slaves", 1)]: "0x60",
});
const memory = (used: number): Series => ({
  [server("memory_used_bytes", 0)]: `${used}x60`,
  [server("memory_max_bytes", 0)]: "100x60",
});
/** When an instance last shipped a file of its log, and when it last failed to. */
const archived = (index: number, shipped: number, failed: number): Series => ({
  [instance("pg_stat_archiver_last_archived_time", index)]: `${shipped}x60`,
  [instance("pg_stat_archiver_last_failed_time", index)]: `${failed}x60`,
});
const baseBackup = (at: number): Series => ({
  'barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{namespace="data",pod="pg-1"}': `${at}x60`,
});
const one = (series: string, value: string): Series => ({ [series]: value });
/** One metric of nodes of Kafka, by pod. */
const nodes = (metric: string, values: Readonly<Record<string, string>>): Series =>
  Object.fromEntries(
    Object.entries(values).map(([node, value]) => [`kafka_${metric}{namespace="data",pod="log-${node}"}`, value]),
  );
const controllers = (...active: string[]): Series =>
  nodes("controllers_active", Object.fromEntries(active.map((value, index) => [`controller-${index}`, value])));
const brokers = (metric: string, ...all: string[]): Series =>
  nodes(metric, Object.fromEntries(all.map((value, index) => [`broker-${index}`, value])));

/** Stores, and for each of their alerts series on which it fires and others on which it is silent. */
export const STORES: Readonly<Record<string, { watched: Watched; told: Readonly<Record<string, Told>> }>> = {
  "pg, a Postgres": {
    watched: watchedPostgres("pg", completePostgres({ ...STORE, databases: ["orders"] })),
    told: {
      PostgresNoPrimary: { fires: recovering(1, 1, 1), silent: recovering(0, 1, 1) },
      PostgresConnectionsShort: { fires: backends(181), silent: backends(180) },
      PostgresTransactionsOld: { fires: age(1_000_000_001), silent: age(200_000_000) },
      PostgresWritesBlocked: { fires: streaming(0), silent: streaming(1) },
      PostgresReplicaMissing: { fires: streaming(1), silent: streaming(2) },
      PostgresReplicationLag: {
        fires: one(instance("pg_replication_lag", 2), "31x60"),
        silent: one(instance("pg_replication_lag", 2), "30x60"),
      },
      PostgresDiskFilling: { fires: disk("pg-1", 19), silent: disk("pg-1", 21) },
      PostgresDiskFull: { fires: disk("pg-1", 9), silent: disk("other-1", 9) },
    },
  },
  "pg, a Postgres with backups": {
    watched: watchedPostgres("pg", completePostgres({ ...STORE, databases: ["orders"], backup: { to: {} as Bucket } })),
    told: {
      PostgresLogNotShipped: {
        fires: { ...recovering(0, 1), ...archived(1, 100, 200), ...archived(2, 200, 100) },
        silent: { ...recovering(0, 1), ...archived(1, 200, 100), ...archived(2, 100, 200) },
      },
      // Time begins at 0 in these tests, and runs for half an hour: two days before is -172800.
      PostgresBackupLate: { fires: baseBackup(-172_801), silent: baseBackup(-86_400) },
    },
  },
  "log, a Kafka": {
    watched: watchedKafka("log", completeKafka({ ...STORE, topics: {} })),
    told: {
      // None leads; or one takes over from another, and both have said for a minute that they lead.
      KafkaControllerNotOne: {
        fires: { ...controllers("0x60", "0x60"), ...brokers("partitions_led", "6x60") },
        silent: controllers("1x44 0x15", "0x43 1x16", "0x60"),
      },
      KafkaPartitionsOffline: {
        fires: nodes("partitions_offline", { "controller-0": "0x60", "controller-1": "3x60" }),
        silent: nodes("partitions_offline", { "controller-0": "0x60", "other-broker-0": "3x60" }),
      },
      KafkaUncleanElection: {
        fires: nodes("unclean_elections_total", { "controller-0": "0x60", "controller-1": "0x30 1x30" }),
        silent: nodes("unclean_elections_total", { "controller-0": "2x60" }),
      },
      KafkaBrokerMissing: {
        fires: brokers("partitions_led", "6x60", "6x60"),
        silent: brokers("partitions_led", "6x60", "0x60", "6x60"),
      },
      KafkaControllerMissing: { fires: controllers("1x60", "0x60"), silent: controllers("0x60", "1x60", "0x60") },
      KafkaWritesBlocked: {
        fires: brokers("partitions_under_min_isr", "0x60", "1x60"),
        silent: brokers("partitions_under_min_isr", "0x60", "0x60", "0x60"),
      },
      KafkaCopiesMissing: {
        fires: brokers("partitions_under_replicated", "4x60", "0x60"),
        silent: brokers("partitions_under_replicated", "0x37 4x8 0x60", "0x60"),
      },
      KafkaDiskFilling: { fires: disk("data-log-broker-0", 19), silent: disk("data-log-broker-0", 21) },
      KafkaDiskFull: { fires: disk("data-log-controller-2", 9), silent: disk("data-other-log-broker-0", 9) },
    },
  },
  "log, a Kafka whose brokers are its controllers": {
    watched: watchedKafka("log", completeKafka({ ...STORE, topics: {}, controllers: "combined" })),
    told: {
      KafkaControllerNotOne: {
        fires: brokers("controllers_active", "1x60", "1x60", "0x60"),
        silent: brokers("controllers_active", "0x60", "1x60"),
      },
      KafkaBrokerMissing: { fires: {}, silent: brokers("partitions_led", "0x60", "0x60", "0x60") },
    },
  },
  "kv, a Redis that is a store": {
    watched: watchedRedis("kv", completeRedis({ ...STORE, role: "store" })),
    told: {
      RedisNoPrimary: { fires: roles("slave", "slave", "slave"), silent: roles("master", "slave", "slave") },
      RedisServerDown: { fires: one(server("up", 1), "0x60"), silent: one(server("up", 1), "1x60") },
      RedisLogFails: {
        fires: one(server("aof_last_write_status", 0), "0x60"),
        silent: one(server("aof_last_write_status", 0), "1x60"),
      },
      RedisMemoryFull: { fires: memory(91), silent: memory(90) },
      RedisWritesBlocked: { fires: following(0), silent: following(1) },
      RedisReplicaMissing: { fires: following(1), silent: following(2) },
      RedisReplicaBroken: {
        fires: one(server("master_link_up", 1), "0x60"),
        silent: one(server("master_link_up", 1), "1x60"),
      },
      RedisDiskFilling: { fires: disk("data-kv-server-0", 19), silent: disk("data-kv-server-0", 21) },
      RedisDiskFull: { fires: disk("data-kv-server-0", 9), silent: disk("data-kv-server-0", 10) },
    },
  },
  "kv, a Redis that is a cache": {
    watched: watchedRedis("kv", completeRedis(STORE)),
    told: {
      RedisEvicts: {
        fires: one(server("evicted_keys_total", 0), "0+6060x60"),
        silent: one(server("evicted_keys_total", 0), "0+5940x60"),
      },
    },
  },
};
