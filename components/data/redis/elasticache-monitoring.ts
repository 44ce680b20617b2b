import type { Alarm } from "../aws/monitoring/alarm.ts";
import type { Formula, Metric } from "../aws/monitoring/metric.ts";
import type { WatchedOnAws } from "../aws/monitoring/watch.ts";
import type { CompleteElastiCache } from "./elasticache-args.ts";

/** Of the memory for data. A store refuses writes when it is full. */
const MEMORY_PERCENT = 90;
/** Keys thrown out a minute, 100 a second as in the cluster: what is looked up again at once was worth keeping. */
const EVICTIONS_PER_MINUTE = 6_000;
const LAG_SECONDS = 30;
const BUSY_PERCENT = 90;
/** What ElastiCache calls a cluster is one node of ours, and this is its only one. */
const ONLY_NODE = "0001";

/**
 * What is watched of an ElastiCache. Metrics are each node's own, and need both dimensions; a replication group's nodes are called after
 * it, `<id>-001` and so on (ElastiCache user guide, "Monitoring use" and "Metrics for Valkey and Redis OSS").
 */
export function watched(id: string, { replicas, role }: Pick<CompleteElastiCache, "replicas" | "role">): WatchedOnAws {
  const nodes = Array.from({ length: replicas }, (_, index) => `${id}-${String(index + 1).padStart(3, "0")}`);
  const over = (take: "MAX" | "SUM", name: string, statistic: Metric["statistic"]): Formula => {
    const each = nodes.map((CacheClusterId, index) => {
      const dimensions = { CacheClusterId, CacheNodeId: ONLY_NODE };
      const metric: Metric = { namespace: "AWS/ElastiCache", name, dimensions, statistic };
      return [`node${index + 1}`, metric] as const;
    });
    // Of a node that is lost nothing is heard: it counts as nought.
    const values = each.map(([node]) => `FILL(${node}, 0)`).join(", ");
    return { expression: `${take}([${values}])`, metrics: Object.fromEntries(each) };
  };
  const room: Alarm =
    role === "store"
      ? {
          name: "ElastiCacheMemoryFull",
          severity: "critical",
          measure: over("MAX", "DatabaseMemoryUsagePercentage", "Maximum"),
          when: { above: MEMORY_PERCENT },
          minutes: 5,
          summary: "a node has nearly no memory left, and refuses writes when it is full",
        }
      : {
          name: "ElastiCacheEvicts",
          severity: "warning",
          measure: over("MAX", "Evictions", "Sum"),
          when: { above: EVICTIONS_PER_MINUTE },
          minutes: 15,
          summary: "more than 100 keys a second are thrown out: the cache is too small",
        };
  const lag: Alarm = {
    name: "ElastiCacheReplicationLag",
    severity: "warning",
    measure: over("MAX", "ReplicationLag", "Maximum"),
    when: { above: LAG_SECONDS },
    minutes: 5,
    summary: `a replica is more than ${LAG_SECONDS} s behind: so much is lost with the primary`,
  };
  return {
    runbook: "elasticache",
    alarms: [
      {
        name: "ElastiCacheNoPrimary",
        severity: "critical",
        measure: over("SUM", "IsMaster", "Maximum"),
        when: { below: 1, orSilent: true },
        minutes: 3,
        summary: "no node takes writes",
      },
      room,
      {
        name: "ElastiCacheBusy",
        severity: "warning",
        measure: over("MAX", "EngineCPUUtilization", "Average"),
        when: { above: BUSY_PERCENT },
        minutes: 15,
        summary: `a node's engine, which is one thread, has been busy to ${BUSY_PERCENT} % for a quarter of an hour`,
      },
      ...(replicas > 1 ? [lag] : []),
    ],
    panels: [
      { title: "Found a minute", lines: { found: over("SUM", "CacheHits", "Sum") } },
      { title: "Not found a minute", lines: { "not found": over("SUM", "CacheMisses", "Sum") } },
      { title: "Clients", lines: { most: over("MAX", "CurrConnections", "Maximum") } },
    ],
  };
}
