import type { Metric } from "../aws/monitoring/metric.ts";
import type { WatchedOnAws } from "../aws/monitoring/watch.ts";
import type { CompleteAmazonMq } from "./amazon-mq-args.ts";

/** Of the memory at which every publisher is held up. */
const MEMORY_PERCENT = 90;
/** Times the disk that must be left free: with less than that no node takes messages. */
const DISK_TIMES = 2;
const BUSY_PERCENT = 85;

/**
 * What is watched of an Amazon MQ. Metrics and their dimension: Amazon MQ developer guide, "Available CloudWatch metrics for Amazon MQ for
 * RabbitMQ brokers". A broker's metric is over all of its nodes. There is none of single queues since RabbitMQ 4.
 */
export function watched(id: string, { backlog }: Pick<CompleteAmazonMq, "backlog">): WatchedOnAws {
  const of = (name: string, statistic: Metric["statistic"]): Metric => ({
    namespace: "AWS/AmazonMQ",
    name,
    dimensions: { Broker: id },
    statistic,
  });
  return {
    runbook: "amazon-mq",
    alarms: [
      {
        name: "AmazonMqSilent",
        severity: "critical",
        measure: of("QueueCount", "Maximum"),
        when: "silent",
        minutes: 5,
        summary: "nothing is heard of the nodes",
      },
      {
        name: "AmazonMqMemoryHigh",
        severity: "critical",
        measure: {
          expression: "100 * used / limit",
          metrics: { used: of("RabbitMQMemUsed", "Maximum"), limit: of("RabbitMQMemLimit", "Maximum") },
        },
        when: { above: MEMORY_PERCENT },
        minutes: 5,
        summary: "memory is nearly at the limit, at which every publisher is held up",
      },
      {
        name: "AmazonMqDiskShort",
        severity: "critical",
        measure: {
          expression: "free / limit",
          metrics: { free: of("RabbitMQDiskFree", "Minimum"), limit: of("RabbitMQDiskFreeLimit", "Maximum") },
        },
        when: { below: DISK_TIMES },
        minutes: 5,
        summary: "the disk is nearly down to what must be left free: then no node takes messages",
      },
      {
        name: "AmazonMqBacklog",
        severity: "warning",
        measure: of("MessageReadyCount", "Maximum"),
        when: { above: backlog },
        minutes: 15,
        summary: `more than ${backlog} messages have waited for a quarter of an hour: who consumes them?`,
      },
      {
        name: "AmazonMqBusy",
        severity: "warning",
        measure: of("SystemCpuUtilization", "Average"),
        when: { above: BUSY_PERCENT },
        minutes: 15,
        summary: `the nodes have been busy to ${BUSY_PERCENT} % for a quarter of an hour`,
      },
    ],
    panels: [
      {
        title: "Messages a second",
        lines: {
          published: of("PublishRate", "Average"),
          confirmed: of("ConfirmRate", "Average"),
          acknowledged: of("AckRate", "Average"),
        },
      },
      {
        title: "Messages",
        lines: { waiting: of("MessageReadyCount", "Maximum"), delivered: of("MessageUnacknowledgedCount", "Maximum") },
      },
      {
        title: "Clients",
        lines: { connections: of("ConnectionCount", "Maximum"), consumers: of("ConsumerCount", "Maximum") },
      },
    ],
  };
}
