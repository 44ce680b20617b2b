import type { Metric, Worst } from "../aws/monitoring/metric.ts";
import type { WatchedOnAws } from "../aws/monitoring/watch.ts";

/** Of a broker's disk. AWS asks for something to be done at 85 (MSK developer guide, "Best practices for Standard brokers"). */
const DISK_PERCENT = { warning: 75, critical: 85 };
/** A broker that has less has no room to take over for another that is lost: AWS asks for 40. */
const IDLE_PERCENT = 25;

/**
 * What is watched of an MSK. Metrics and their dimensions: MSK developer guide, "Amazon MSK metrics for monitoring Standard brokers with
 * CloudWatch"; all of them are of the level DEFAULT, but for what is in a topic of its own.
 */
export function watched(id: string): WatchedOnAws {
  const cluster = { "Cluster Name": id };
  const of = (name: string): Metric => ({ namespace: "AWS/Kafka", name, dimensions: cluster, statistic: "Maximum" });
  const brokers = (worst: Worst["worst"], name: string): Worst => ({
    worst,
    namespace: "AWS/Kafka",
    name,
    each: "Broker ID",
    of: cluster,
  });
  return {
    runbook: "msk",
    alarms: [
      {
        name: "MskNoController",
        severity: "critical",
        measure: of("ActiveControllerCount"),
        when: { below: 1, orSilent: true },
        minutes: 5,
        summary: "there is no controller, or nothing is heard of it: no leader is elected",
      },
      {
        name: "MskPartitionsOffline",
        severity: "critical",
        measure: of("OfflinePartitionsCount"),
        when: { above: 0 },
        minutes: 3,
        summary: "partitions have no leader, and take no records and give none",
      },
      {
        name: "MskWritesBlocked",
        severity: "critical",
        measure: brokers("MAX", "UnderMinIsrPartitionCount"),
        when: { above: 0 },
        minutes: 5,
        summary: "partitions have fewer copies than a write waits for: writes are refused",
      },
      {
        name: "MskUnderReplicated",
        severity: "warning",
        measure: brokers("MAX", "UnderReplicatedPartitions"),
        when: { above: 0 },
        minutes: 30,
        summary: "partitions have lacked a copy for half an hour: the next loss may stop writes",
      },
      ...(["warning", "critical"] as const).map((severity) => ({
        name: `MskDisk${severity === "critical" ? "Full" : "Filling"}`,
        severity,
        measure: brokers("MAX", "KafkaDataLogsDiskUsed"),
        when: { above: DISK_PERCENT[severity] },
        minutes: 5,
        summary: `a broker's disk is full to more than ${DISK_PERCENT[severity]} %`,
      })),
      {
        name: "MskBusy",
        severity: "warning",
        measure: brokers("MIN", "CpuIdle"),
        when: { below: IDLE_PERCENT },
        minutes: 15,
        summary: `a broker has been busy to more than ${100 - IDLE_PERCENT} % for a quarter of an hour`,
      },
    ],
    panels: [
      { title: "Records a second", lines: { in: brokers("MAX", "MessagesInPerSec") } },
      { title: "Clients", lines: { connections: brokers("MAX", "ConnectionCount") } },
      { title: "Partitions", lines: { partitions: of("GlobalPartitionCount") } },
    ],
  };
}
