import type { Metric } from "../aws/monitoring/metric.ts";
import type { WatchedOnAws } from "../aws/monitoring/watch.ts";
import type { CompleteRdsProxy } from "./rds-proxy-args.ts";
import { proxyId, sharedConnections, TARGET_GROUP } from "./rds-proxy-plan.ts";

/** A failover makes about one minute of half: less, for longer, is none. */
const AVAILABLE_PERCENT = 50;
/** A transaction of a service takes milliseconds: whoever waits for a second on average waits behind hundreds. In the cluster it is the same. */
const WAITS_MICROSECONDS = 1_000_000;
/** Of what the proxy may hold: with more pinned, half of the owners' connections are shared by nobody. */
const PINNED_SHARE = 0.5;

/**
 * What is watched of a proxy. Metrics and their dimensions: Aurora user guide, "Monitoring RDS Proxy metrics with Amazon CloudWatch". Each machine
 * of a proxy has its own value once a minute, so that what counts connections is summed.
 */
export function watchedRdsProxy(
  store: string,
  pooler: CompleteRdsProxy,
  connections: number,
): Pick<WatchedOnAws, "alarms" | "panels"> {
  const proxy = { ProxyName: proxyId(store) };
  const of = (name: string, statistic: Metric["statistic"], more: Metric["dimensions"] = {}): Metric => ({
    namespace: "AWS/RDS",
    name,
    dimensions: { ...proxy, ...more },
    statistic,
  });
  return {
    alarms: [
      {
        name: "AuroraPoolerDown",
        severity: "critical",
        measure: of("AvailabilityPercentage", "Average", { TargetGroup: TARGET_GROUP, TargetRole: "READ_WRITE" }),
        when: { below: AVAILABLE_PERCENT },
        minutes: 3,
        summary: "the pooler does not reach the writer: whoever owns a database cannot, either",
      },
      {
        name: "AuroraPoolerWaiting",
        severity: "warning",
        measure: of("DatabaseConnectionsBorrowLatency", "Average"),
        when: { above: WAITS_MICROSECONDS },
        minutes: 5,
        summary: "owners wait for more than a second for a connection of the pooler",
      },
      {
        name: "AuroraPoolerPinned",
        severity: "warning",
        measure: of("DatabaseConnectionsCurrentlySessionPinned", "Sum"),
        when: { above: Math.floor(sharedConnections(pooler, connections) * PINNED_SHARE) },
        minutes: 15,
        summary: "more than half of the pooler's connections are pinned to one client each, and shared no more",
      },
    ],
    panels: [
      { title: "Pooler: clients", lines: { clients: of("ClientConnections", "Sum") } },
      {
        title: "Pooler: connections to the server",
        lines: {
          open: of("DatabaseConnections", "Sum"),
          busy: of("DatabaseConnectionsCurrentlyBorrowed", "Sum"),
          most: of("MaxDatabaseConnectionsAllowed", "Sum"),
        },
      },
      { title: "Pooler: clients refused", lines: { refused: of("ClientConnectionsSetupFailedAuth", "Sum") } },
    ],
  };
}
