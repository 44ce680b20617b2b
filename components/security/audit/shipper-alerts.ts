import type { Alert } from "../../observability/alert.ts";
import { AGENTS_HOME } from "../../observability/logging/agent-plan.ts";
import type { Watched } from "../../observability/store-monitoring.ts";
import { shipperName, shipperPods } from "./shipper-plan.ts";

/** What is watched of shippers. Without them nobody is told of the rights for emergencies either. */
export function watchedShippers(name: string): Watched {
  const pods = `namespace="${AGENTS_HOME}",pod=~"${shipperName(name)}-.+"`;
  const set = `namespace="${AGENTS_HOME}",daemonset="${shipperName(name)}"`;
  const of = (metric: string) => `otelcol_${metric}{${pods}}`;
  const rate = (metric: string) => `sum by (pod) (rate(${of(metric)}[5m]))`;
  const queue = `max by (pod) (${of("exporter_queue_size")} / ${of("exporter_queue_capacity")})`;
  const wanted = `max(kube_daemonset_status_desired_number_scheduled{${set}}) or vector(1)`;
  const alerts: Alert[] = [
    {
      name: "AuditShipperDown",
      severity: "warning",
      // Where no node is one of a control plane none is wanted: that, too, is told.
      expr: `(count(up{${pods}} == 1) or vector(0)) < clamp_min(${wanted}, 1)`,
      lasts: "15m",
      summary:
        "only {{ $value }} shippers of the API server's audit log answer, and every node of a control plane should have one: nobody is told of the rights for emergencies",
    },
    {
      name: "AuditLogUnread",
      severity: "warning",
      expr: `sum by (pod) (${of("fileconsumer_open_files")}) < 1`,
      lasts: "15m",
      summary:
        "{{ $labels.pod }} finds no audit log that it can read: the API server writes none, or not for the group 0",
    },
    {
      name: "AuditLoses",
      severity: "warning",
      expr: `(${rate("exporter_send_failed_log_records")} > 0) or (${rate("exporter_enqueue_failed_log_records")} > 0)`,
      lasts: "15m",
      summary: "{{ $labels.pod }} has audit events that are not taken: refused, or given up on",
    },
    {
      name: "AuditWaits",
      severity: "warning",
      expr: `${queue} > 0.5`,
      lasts: "15m",
      summary:
        "more than half of what may wait in {{ $labels.pod }} waits: Loki or the archive is away, and what the API server rotates away is lost",
    },
  ];
  return {
    kind: "platform",
    title: "Audit",
    runbook: "audit",
    pods: shipperPods(name).podLabels,
    scrapes: [{ port: "metrics" }],
    alerts,
    panels: [
      { title: "Events read", unit: "ops", queries: { "{{pod}} {{receiver}}": perReceiver(of) } },
      { title: "Events sent", unit: "ops", queries: { "{{pod}}": rate("exporter_sent_log_records") } },
      { title: "Waiting to be sent", unit: "percentunit", queries: { "{{pod}}": queue } },
    ],
  };
}

/** Those of the rights for emergencies apart. */
function perReceiver(of: (metric: string) => string): string {
  return `sum by (pod, receiver) (rate(${of("receiver_accepted_log_records")}[5m]))`;
}
