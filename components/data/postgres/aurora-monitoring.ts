import type { Metric } from "../aws/monitoring/metric.ts";
import type { WatchedOnAws } from "../aws/monitoring/watch.ts";
import type { CompleteAurora } from "./aurora-args.ts";
import { completeRdsProxy } from "./rds-proxy-args.ts";
import { watchedRdsProxy } from "./rds-proxy-monitoring.ts";

/** Of the connections that there are; the rest lasts until somebody has looked. */
const CONNECTIONS_SHARE = 0.9;
/** Half of the two thousand million transactions after which PostgreSQL stops to protect its data. AWS' own advice is the same. */
const OLDEST_TRANSACTION = 1e9;
/** Readers share the writer's disk, and are behind by less than 100 ms as a rule (Aurora user guide, "Replication with Aurora"). */
const LAG_MILLISECONDS = 1_000;
const BUSY_PERCENT = 90;
/** For sorts that do not fit in memory, and logs. An instance has about twice its memory of it. */
const LOCAL_BYTES = 2 * 2 ** 30;

/**
 * What is watched of an Aurora cluster. Metrics and their dimensions: Aurora user guide, "Amazon CloudWatch metrics for Amazon Aurora" and
 * "Amazon CloudWatch dimensions for Aurora". A cluster's metric has a value for each instance, of which the statistic takes the worst.
 */
export function watched(
  id: string,
  { instances, connections, pooler }: Pick<CompleteAurora, "instances" | "connections" | "pooler">,
): WatchedOnAws {
  const cluster = { DBClusterIdentifier: id };
  const of = (name: string, statistic: Metric["statistic"], dimensions: Metric["dimensions"] = cluster): Metric => ({
    namespace: "AWS/RDS",
    name,
    dimensions,
    statistic,
  });
  const writer = { ...cluster, Role: "WRITER" };
  const pooled = pooler && watchedRdsProxy(id, completeRdsProxy(pooler), connections);
  return {
    runbook: "aurora",
    alarms: [
      {
        name: "AuroraNoWriter",
        severity: "critical",
        measure: of("EngineUptime", "Minimum", writer),
        when: "silent",
        minutes: 3,
        summary: "no instance takes writes",
      },
      {
        name: "AuroraTransactionsOld",
        severity: "critical",
        measure: of("MaximumUsedTransactionIDs", "Maximum"),
        when: { above: OLDEST_TRANSACTION },
        minutes: 10,
        summary: "a database is half-way to a stop: vacuum does not keep up",
      },
      {
        name: "AuroraConnectionsShort",
        severity: "warning",
        measure: of("DatabaseConnections", "Maximum"),
        when: { above: Math.floor(connections * CONNECTIONS_SHARE) },
        minutes: 5,
        summary: `an instance has used nearly all of its ${connections} connections`,
      },
      {
        name: "AuroraLocalStorageShort",
        severity: "warning",
        measure: of("FreeLocalStorage", "Minimum"),
        when: { below: LOCAL_BYTES },
        minutes: 5,
        summary: "an instance has less than 2 GiB left for sorts and logs: queries that need it fail",
      },
      {
        name: "AuroraBusy",
        severity: "warning",
        measure: of("CPUUtilization", "Average", writer),
        when: { above: BUSY_PERCENT },
        minutes: 15,
        summary: `the writer has been busy to ${BUSY_PERCENT} % for a quarter of an hour`,
      },
      ...(instances > 1
        ? [
            {
              name: "AuroraReplicationLag",
              severity: "warning",
              measure: of("AuroraReplicaLagMaximum", "Maximum"),
              when: { above: LAG_MILLISECONDS },
              minutes: 10,
              summary: "a reader is more than a second behind: who reads there sees old data",
            } as const,
          ]
        : []),
      ...(pooled?.alarms ?? []),
    ],
    panels: [
      { title: "Commits a second", lines: { commits: of("CommitThroughput", "Average", writer) } },
      { title: "Latency of a commit, ms", lines: { commit: of("CommitLatency", "Average", writer) } },
      { title: "Memory left, bytes", lines: { least: of("FreeableMemory", "Minimum") } },
      { title: "Size, bytes", lines: { volume: of("VolumeBytesUsed", "Maximum") } },
      ...(pooled?.panels ?? []),
    ],
  };
}
