import { selector } from "../../core/labels.ts";
import { type Alert, diskAlerts } from "../alert.ts";
import type { Watched } from "../store-monitoring.ts";
import { inTheMorning } from "../tracing/alerts.ts";
import { AGENTS_HOME, agentName } from "./agent-plan.ts";
import type { CompleteArgs } from "./args.ts";
import { lokiParts, partName } from "./loki-plan.ts";

/** What is watched of agents. No alert wakes anybody: logs wait on the nodes. */
export function watchedAgents(name: string): Watched {
  const pods = `namespace="${AGENTS_HOME}",pod=~"${agentName(name)}-.+"`;
  const set = `namespace="${AGENTS_HOME}",daemonset="${agentName(name)}"`;
  const of = (metric: string) => `otelcol_${metric}{${pods}}`;
  const rate = (metric: string) => `sum by (pod) (rate(${of(metric)}[5m]))`;
  const queue = `max by (pod) (${of("exporter_queue_size")} / ${of("exporter_queue_capacity")})`;
  const alerts: Alert[] = [
    {
      name: "LoggingAgentDown",
      severity: "warning",
      // An agent that is gone has no series; without kube-state-metrics there is one at least.
      expr: `(count(up{${pods}} == 1) or vector(0)) < (max(kube_daemonset_status_desired_number_scheduled{${set}}) or vector(1))`,
      lasts: "15m",
      summary:
        "only {{ $value }} agents answer, and every node should have one: what a node writes may be rotated away before anybody has read it",
    },
    {
      name: "LoggingLoses",
      severity: "warning",
      expr: `(${rate("exporter_send_failed_log_records")} > 0) or (${rate("exporter_enqueue_failed_log_records")} > 0)`,
      lasts: "15m",
      summary: "{{ $labels.pod }} has lines that are not taken: refused, or given up on",
    },
    {
      name: "LoggingWaits",
      severity: "warning",
      expr: `${queue} > 0.8`,
      lasts: "15m",
      summary: "more than 80 % of what may wait in {{ $labels.pod }} waits: the store of logs is away or slow",
    },
  ];
  return {
    kind: "platform",
    title: "Log agents",
    runbook: "logging",
    pods: selector(name, "agent"),
    scrapes: [{ port: "metrics" }],
    alerts,
    panels: [
      { title: "Lines read", unit: "ops", queries: { "{{pod}}": rate("receiver_accepted_log_records") } },
      { title: "Lines sent", unit: "ops", queries: { "{{pod}}": rate("exporter_sent_log_records") } },
      { title: "Waiting to be sent", unit: "percentunit", queries: { "{{pod}}": queue } },
      { title: "Memory", unit: "bytes", queries: { "{{pod}}": of("process_memory_rss") } },
    ],
  };
}

/** What is watched of Loki. */
export function watchedLoki(name: string, args: CompleteArgs): Watched {
  const namespace = args.namespace.name;
  const parts = lokiParts(args);
  const all = parts.reduce((sum, { replicas }) => sum + replicas, 0);
  const pods = `namespace="${namespace}",pod=~"${name}-loki-.+"`;
  const failed = `sum by (pod) (rate(loki_request_duration_seconds_count{${pods},status_code=~"5.."}[5m]))`;
  const requests = `sum by (pod) (rate(loki_request_duration_seconds_count{${pods}}[5m]))`;
  const disks = parts.map((part) => `data-${partName(name, part)}-[0-9]+`).join("|");
  return {
    kind: "platform",
    title: "Loki",
    runbook: "logging",
    pods: { ...selector(name), "plumbline.dev/loki": "true" },
    scrapes: [{ port: "http" }],
    alerts: [
      {
        name: "LokiDown",
        severity: "warning",
        expr: `(count(up{${pods}} == 1) or vector(0)) < ${all}`,
        lasts: "10m",
        summary: `only {{ $value }} of ${all} answer`,
      },
      {
        name: "LokiFails",
        severity: "warning",
        expr: `${failed} / ${requests} > 0.1`,
        lasts: "15m",
        summary: "{{ $labels.pod }} fails more than a tenth of its requests",
      },
      ...diskAlerts("Loki", namespace, disks).map(inTheMorning),
    ],
    panels: [
      { title: "Requests", unit: "ops", queries: { "{{pod}}": requests } },
      { title: "Failed requests", unit: "ops", queries: { "{{pod}}": failed } },
      {
        title: "Lines taken in",
        unit: "ops",
        queries: { "{{tenant}}": `sum by (tenant) (rate(loki_distributor_lines_received_total{${pods}}[5m]))` },
      },
    ],
  };
}
