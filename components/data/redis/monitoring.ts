import { selector } from "../../core/labels.ts";
import { type Alert, diskAlerts, sinceItEndedWell } from "../../observability/alert.ts";
import type { Watched } from "../../observability/store-monitoring.ts";
import { drillAlerts } from "../monitoring/drill-alerts.ts";
import type { CompleteArgs } from "./args.ts";
import { type RedisBackupPlan, redisBackupOf } from "./backup-plan.ts";
import { names, SERVER } from "./plan.ts";

/** Of the memory for data. A store refuses writes when it is full. */
const MEMORY_SHARE = 0.9;
type BackedUp = NonNullable<ReturnType<typeof redisBackupOf>>;
/** Keys thrown out a second for a quarter of an hour: what is looked up again at once was worth keeping. */
const EVICTIONS_PER_SECOND = 100;

/** What is watched of the servers. */
export function watched(name: string, args: CompleteArgs): Watched {
  const { namespace, replicas, role } = args;
  const backedUp = redisBackupOf(name, args);
  const { server } = names(name);
  const pods = `namespace="${namespace.name}",pod=~"${server}-[0-9]+"`;
  const of = (metric: string, more = "") => `redis_${metric}{${pods}${more}}`;
  const primaries = `(count(${of("instance_info", ',role="master"')}) or vector(0))`;
  const following = `(sum(${of("connected_slaves")} and on (pod) ${of("instance_info", ',role="master"')}) or vector(0))`;
  const memory = `${of("memory_used_bytes")} / ${of("memory_max_bytes")}`;
  const alerts: Alert[] = [
    {
      name: "RedisNoPrimary",
      severity: "critical",
      expr: `${primaries} < 1`,
      lasts: "1m",
      summary: "no server takes writes",
    },
    {
      name: "RedisServerDown",
      severity: "warning",
      expr: `${of("up")} == 0`,
      lasts: "5m",
      summary: "{{ $labels.pod }} does not answer",
    },
    {
      name: "RedisLogFails",
      severity: "critical",
      expr: `${of("aof_last_write_status")} == 0`,
      lasts: "1m",
      summary: "{{ $labels.pod }} cannot write its log: what it acknowledges now is lost with it",
    },
    role === "store"
      ? {
          name: "RedisMemoryFull",
          severity: "critical",
          expr: `${memory} > ${MEMORY_SHARE}`,
          lasts: "5m",
          summary: "{{ $labels.pod }} has nearly no memory left, and refuses writes when it is full",
        }
      : {
          name: "RedisEvicts",
          severity: "warning",
          expr: `rate(${of("evicted_keys_total")}[5m]) > ${EVICTIONS_PER_SECOND}`,
          lasts: "15m",
          summary: `{{ $labels.pod }} throws out more than ${EVICTIONS_PER_SECOND} keys a second: the cache is too small`,
        },
    ...(replicas > 1 ? replicationAlerts(replicas, following, of) : []),
    ...(backedUp ? backupAlerts(name, namespace.name, backedUp) : []),
    ...diskAlerts("Redis", namespace.name, `data-${server}-[0-9]+`),
  ];
  return {
    title: "Redis",
    runbook: "redis",
    pods: selector(name, SERVER),
    scrapes: [{ port: "metrics" }],
    alerts,
    panels: [
      { title: "Primaries", queries: { primaries } },
      { title: "Replicas that follow the primary", queries: { replicas: following } },
      { title: "Memory", unit: "percentunit", queries: { "{{pod}}": memory } },
      { title: "Commands", unit: "ops", queries: { "{{pod}}": `rate(${of("commands_processed_total")}[5m])` } },
      {
        title: "Found and not found",
        unit: "ops",
        queries: {
          found: `sum(rate(${of("keyspace_hits_total")}[5m]))`,
          "not found": `sum(rate(${of("keyspace_misses_total")}[5m]))`,
        },
      },
      {
        title: "Keys thrown out and expired",
        unit: "ops",
        queries: {
          "thrown out": `sum(rate(${of("evicted_keys_total")}[5m]))`,
          expired: `sum(rate(${of("expired_keys_total")}[5m]))`,
        },
      },
      { title: "Clients", queries: { "{{pod}}": of("connected_clients") } },
      { title: "Behind the primary", unit: "s", queries: { "{{pod}}": of("master_last_io_seconds_ago") } },
    ],
  };
}

function backupAlerts(name: string, namespace: string, { backup, plan }: BackedUp): Alert[] {
  const drill = { cronJob: `${name}-restore-drill`, every: backup.drill, takes: plan.drillSeconds };
  return [backupAlert(name, namespace, plan), ...drillAlerts({ kind: "Redis", namespace, ...drill })];
}

/** After two intervals and the time that a snapshot takes, more is at stake than was promised. */
function backupAlert(name: string, namespace: string, { everyMinutes, take }: RedisBackupPlan): Alert {
  return {
    name: "RedisBackupLate",
    severity: "critical",
    expr: `${sinceItEndedWell(namespace, `${name}-backup`)} > ${2 * everyMinutes * 60 + take}`,
    lasts: "5m",
    summary: `for two times ${everyMinutes} min no snapshot was taken: a disaster would lose more than was promised`,
  };
}

function replicationAlerts(replicas: number, following: string, of: (metric: string) => string): Alert[] {
  return [
    {
      name: "RedisWritesBlocked",
      severity: "critical",
      expr: `${following} < 1`,
      lasts: "1m",
      summary: "no replica follows the primary, which takes no writes alone",
    },
    {
      name: "RedisReplicaMissing",
      severity: "warning",
      expr: `${following} < ${replicas - 1}`,
      lasts: "10m",
      summary: `fewer than ${replicas - 1} replicas follow the primary: the next loss may stop writes`,
    },
    {
      name: "RedisReplicaBroken",
      severity: "warning",
      expr: `${of("master_link_up")} == 0`,
      lasts: "5m",
      summary: "{{ $labels.pod }} has lost its primary",
    },
  ];
}
