import { milliseconds } from "../../core/duration.ts";
import { type Alert, diskAlerts, sinceItEndedWell } from "../../observability/alert.ts";
import type { Watched } from "../../observability/store-monitoring.ts";
import { drillAlerts } from "../monitoring/drill-alerts.ts";
import type { CompleteArgs } from "./args.ts";
import { backupOf } from "./backup.ts";
import type { BackupPlan } from "./backup-plan.ts";
import { eraserName } from "./eraser-plan.ts";
import { type CompleteErasure, completeErasure } from "./erasure-args.ts";
import { podLabels } from "./plan.ts";
import { watchedPooler } from "./pooler-monitoring.ts";
import { poolerOf } from "./pooler-plan.ts";
import { drillName } from "./restore-drill-plan.ts";

/** Of the connections that there are; the rest lasts until somebody has looked. */
const CONNECTIONS_SHARE = 0.9;
/** Half of the two thousand million transactions after which PostgreSQL stops to protect its data; autovacuum begins at a tenth. */
const OLDEST_TRANSACTION = 1e9;
const LAG_SECONDS = 30;
/** How the names of the Barman Cloud plugin's metrics begin, which come through the instances' own. */
const PLUGIN_METRICS = "barman_cloud_cloudnative_pg_io_";
const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
/** The eraser runs every day. One run may fail for a reason that is gone on the next day. */
const LATE_DAYS = 2;

/** What is watched of a cluster, by the metrics that CloudNativePG's instances have by themselves. */
export function watched(name: string, args: CompleteArgs): Watched {
  const { namespace, instances, connections, erasure } = args;
  const backedUp = backupOf(name, args);
  const pooler = poolerOf(args);
  const pooled = pooler && watchedPooler(name, namespace.name, pooler);
  const pods = `namespace="${namespace.name}",pod=~"${name}-[0-9]+"`;
  const of = (metric: string) => `cnpg_${metric}{${pods}}`;
  const primaries = `(count(${of("pg_replication_in_recovery")} == 0) or vector(0))`;
  const streaming = `(sum(${of("pg_replication_streaming_replicas")}) or vector(0))`;
  const alerts: Alert[] = [
    {
      name: "PostgresNoPrimary",
      severity: "critical",
      expr: `${primaries} < 1`,
      lasts: "1m",
      summary: "no instance takes writes",
    },
    {
      name: "PostgresConnectionsShort",
      severity: "warning",
      expr: `sum by (pod) (${of("backends_total")}) > ${Math.floor(connections * CONNECTIONS_SHARE)}`,
      lasts: "5m",
      summary: `{{ $labels.pod }} has used nearly all of its ${connections} connections`,
    },
    {
      name: "PostgresTransactionsOld",
      severity: "critical",
      expr: `max by (datname) (${of("pg_database_xid_age")}) > ${OLDEST_TRANSACTION}`,
      lasts: "10m",
      summary: "{{ $labels.datname }} is half-way to a stop: vacuum does not keep up",
    },
    ...(instances > 1 ? replicationAlerts(instances, streaming, of("pg_replication_lag")) : []),
    ...(backedUp ? backupAlerts(backedUp.plan, of) : []),
    ...(backedUp
      ? drillAlerts({
          kind: "Postgres",
          namespace: namespace.name,
          cronJob: drillName(name),
          every: backedUp.backup.drill,
          takes: backedUp.plan.drillSeconds,
        })
      : []),
    ...(erasure ? eraserAlerts(name, namespace.name, completeErasure(erasure)) : []),
    ...(pooled?.alerts ?? []),
    ...diskAlerts("Postgres", namespace.name, `${name}-[0-9]+`),
  ];
  return {
    title: "PostgreSQL",
    runbook: "postgres",
    // A pooler's pods have them too, and a port of the same name.
    pods: podLabels(name),
    scrapes: [{ port: "metrics" }],
    alerts,
    panels: [
      { title: "Primaries", queries: { primaries } },
      { title: "Replicas that stream", queries: { replicas: streaming } },
      { title: "Replication lag", unit: "s", queries: { "{{pod}}": of("pg_replication_lag") } },
      { title: "Connections", queries: { "{{pod}}": `sum by (pod) (${of("backends_total")})` } },
      {
        title: "Transactions",
        unit: "ops",
        queries: {
          "{{datname}} committed": `sum by (datname) (rate(${of("pg_stat_database_xact_commit")}[5m]))`,
          "{{datname}} rolled back": `sum by (datname) (rate(${of("pg_stat_database_xact_rollback")}[5m]))`,
        },
      },
      {
        title: "Size",
        unit: "bytes",
        queries: { "{{datname}}": `max by (datname) (${of("pg_database_size_bytes")})` },
      },
      {
        title: "Longest transaction",
        unit: "s",
        queries: { "{{usename}}": `max by (usename) (${of("backends_max_tx_duration_seconds")})` },
      },
      {
        title: "Age of the oldest transaction",
        queries: { "{{datname}}": `max by (datname) (${of("pg_database_xid_age")})` },
      },
      ...(pooled?.panels ?? []),
    ],
  };
}

/** Alone the primary ships the log. What a replica counts is from when it was the primary. */
function backupAlerts({ everyHours }: BackupPlan, of: (metric: string) => string): Alert[] {
  const [failed, shipped] = ["failed", "archived"].map((what) => of(`pg_stat_archiver_last_${what}_time`));
  const newest = of("last_available_backup_timestamp").replace(/^cnpg_/, PLUGIN_METRICS);
  return [
    {
      name: "PostgresLogNotShipped",
      severity: "critical",
      expr: `(${failed} > ${shipped}) and on (pod) (${of("pg_replication_in_recovery")} == 0)`,
      lasts: "5m",
      summary: "the log does not reach the bucket: what is written now would be lost in a disaster",
    },
    {
      name: "PostgresBackupLate",
      severity: "warning",
      // Without the metric nobody knows of any: the plugin does not run, or the instances are not read.
      expr: `time() - max(${newest}) > ${2 * everyHours * HOUR_SECONDS} or absent(${newest})`,
      lasts: "10m",
      summary: `no base backup of the last ${2 * everyHours} hours is known: a restore takes longer than was promised`,
    },
  ];
}

/** A run that ends well has left nothing undone that was due: so the time since the last one is all that is asked. */
function eraserAlerts(name: string, namespace: string, { within }: CompleteErasure): Alert[] {
  const since = sinceItEndedWell(namespace, eraserName(name));
  const half = milliseconds(within) / 2_000;
  return [
    {
      name: "PostgresErasureLate",
      severity: "warning",
      expr: `${since} > ${LATE_DAYS * DAY_SECONDS}`,
      lasts: "10m",
      summary: `for ${LATE_DAYS} days not all of people's data could be deleted that was due`,
    },
    {
      name: "PostgresErasureOverdue",
      severity: "critical",
      expr: `${since} > ${half}`,
      lasts: "10m",
      summary: `half the time is over in which people's requests must be carried out, ${within}`,
    },
  ];
}

function replicationAlerts(instances: number, streaming: string, lag: string): Alert[] {
  return [
    {
      name: "PostgresWritesBlocked",
      severity: "critical",
      expr: `${streaming} < 1`,
      lasts: "1m",
      summary: "no replica streams, and no commit is acknowledged without a second instance",
    },
    {
      name: "PostgresReplicaMissing",
      severity: "warning",
      expr: `${streaming} < ${instances - 1}`,
      lasts: "10m",
      summary: `fewer than ${instances - 1} replicas stream: the next loss may stop writes`,
    },
    {
      name: "PostgresReplicationLag",
      severity: "warning",
      expr: `max by (pod) (${lag}) > ${LAG_SECONDS}`,
      lasts: "5m",
      summary: `{{ $labels.pod }} is more than ${LAG_SECONDS} s behind: readers see old data`,
    },
  ];
}
