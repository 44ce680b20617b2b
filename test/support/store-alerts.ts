import type { Bucket } from "../../components/data/index.ts";
import { complete as completePostgres } from "../../components/data/postgres/args.ts";
import { watched as watchedPostgres } from "../../components/data/postgres/monitoring.ts";
import { complete as completeRedis } from "../../components/data/redis/args.ts";
import { watched as watchedRedis } from "../../components/data/redis/monitoring.ts";
import { disk, one, type Series, STORE, type Tried } from "./alert-series.ts";
import { CONSUL } from "./consul-alerts.ts";
import { COMBINED_KAFKA, KAFKA } from "./kafka-alerts.ts";
import { OBJECT_STORE } from "./object-store-alerts.ts";
import { RABBITMQ } from "./rabbitmq-alerts.ts";
import { RESULTS } from "./results-alerts.ts";
import { SCANS } from "./scanning-alerts.ts";
import { LOG_AGENTS, LOKI, PROFILING, TRACING } from "./telemetry-alerts.ts";

const instance = (metric: string, index: number, more = "") =>
  `cnpg_${metric}{namespace="data",pod="pg-${index}"${more}}`;
const pooler = (metric: string, index: number, more = "") =>
  `cnpg_pgbouncer_${metric}{namespace="data",pod="pg-pooler-5d8c7-${index}"${more}}`;
const server = (metric: string, index: number, more = "") =>
  `redis_${metric}{namespace="data",pod="kv-server-${index}"${more}}`;
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
/** Whether each of a pooler's pods failed to ask its PgBouncer. */
const answering = (...failed: number[]): Series =>
  Object.fromEntries(failed.map((value, index) => [pooler("last_collection_error", index), `${value}x60`]));
const waiting = (seconds: number): Series => ({
  [pooler("pools_maxwait", 0, ',database="orders",user="orders_orders"')]: `${seconds}x60`,
  [pooler("pools_maxwait", 1, ',database="orders",user="orders_orders"')]: "0x60",
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
const endedWell = (cronJob: string, at: number): Series =>
  one(`kube_cronjob_status_last_successful_time{namespace="data",cronjob="${cronJob}"}`, `${at}x60`);

/** Every kind of store, by a name for tests. */
export const STORES: Readonly<Record<string, Tried>> = {
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
      PostgresBackupLate: { fires: baseBackup(-172_801), silent: baseBackup(-86_400), without: {} },
      // Eight days, and an hour for a drill.
      PostgresRestoreDrillLate: {
        fires: endedWell("pg-restore-drill", -694_801),
        silent: {
          ...endedWell("pg-restore-drill", -691_000),
          ...one('kube_cronjob_created{namespace="data",cronjob="pg-restore-drill"}', "-9000000x60"),
        },
      },
    },
  },
  "pg, a Postgres with a pooler": {
    watched: watchedPostgres("pg", completePostgres({ ...STORE, databases: ["orders"], pooler: {} })),
    told: {
      PostgresPoolerDown: { fires: answering(1, 1, 1), silent: answering(1, 0, 1) },
      PostgresPoolerMissing: { fires: answering(0, 0, 1), silent: answering(0, 0, 0) },
      PostgresPoolerWaiting: { fires: waiting(2), silent: waiting(1) },
    },
  },
  "pg, a Postgres that erases": {
    watched: watchedPostgres(
      "pg",
      completePostgres({
        ...STORE,
        databases: ["orders"],
        erasure: { tables: { orders: { orders: { subject: "customer" } } }, within: "10d" },
      }),
    ),
    told: {
      PostgresErasureLate: {
        // Time begins at 0: two days before, less what passes until it is asked.
        fires: endedWell("pg-eraser", -172_801),
        silent: {
          ...endedWell("pg-eraser", -86_400),
          ...one('kube_cronjob_created{namespace="data",cronjob="pg-eraser"}', "-900000x60"),
        },
      },
      PostgresErasureOverdue: {
        fires: one('kube_cronjob_created{namespace="data",cronjob="pg-eraser"}', "-432001x60"),
        silent: endedWell("pg-eraser", -172_801),
      },
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
  "kv, a Redis with backups": {
    watched: watchedRedis("kv", completeRedis({ ...STORE, role: "store", backup: { to: {} as Bucket } })),
    told: {
      RedisBackupLate: {
        // A day by default; twice, and 67 s.
        fires: endedWell("kv-backup", -172_868),
        silent: endedWell("kv-backup", -90_000),
      },
      // Eight days, and an hour for a drill; made long ago, and never ended well.
      RedisRestoreDrillLate: {
        fires: one('kube_cronjob_created{namespace="data",cronjob="kv-restore-drill"}', "-694801x60"),
        silent: endedWell("kv-restore-drill", -691_000),
      },
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
  "log, a Kafka": KAFKA,
  "log, a Kafka whose brokers are its controllers": COMBINED_KAFKA,
  "dc, a Consul": CONSUL,
  "mq, a RabbitMQ": RABBITMQ,
  "objects, an object store": OBJECT_STORE,
  "traces, a Tracing": TRACING,
  "logs, the agents of a Logging": LOG_AGENTS,
  "scans, a Scanning": SCANS,
  "scans, the results that a Scanning reads": RESULTS,
  "logs, the Loki of a Logging": LOKI,
  "profiles, a Profiling": PROFILING,
};
