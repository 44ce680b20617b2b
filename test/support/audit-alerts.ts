import { alertsPlan } from "../../components/observability/alert.ts";
import { watchedShippers } from "../../components/security/audit/shipper-alerts.ts";
import type { Told } from "./alert-series.ts";

const RUNBOOKS = "https://git.example.com/docs/runbooks";
const { kind, runbook, alerts } = watchedShippers("audit");
export const AUDIT_ALERTS = alertsPlan(
  { name: "audit-shipper", namespace: "kube-system", kind, runbook, runbooks: RUNBOOKS },
  alerts,
);

const POD = 'namespace="kube-system",pod="audit-shipper-a"';
const up = (pod: string) => `up{namespace="kube-system",pod="audit-shipper-${pod}"}`;
const wanted = 'kube_daemonset_status_desired_number_scheduled{namespace="kube-system",daemonset="audit-shipper"}';
const of = (metric: string, labels = "") => `otelcol_${metric}{${POD}${labels}}`;
const queue = (waits: number) => ({
  [of("exporter_queue_size")]: `${waits}x60`,
  [of("exporter_queue_capacity")]: "100x60",
});

/** For each alert series on which it fires, once, and others on which it is silent, 45 minutes after they begin. */
export const AUDIT_TOLD: Readonly<Record<string, readonly Told[]>> = {
  AuditShipperDown: [
    {
      fires: { [wanted]: "3x60", [up("a")]: "1x60", [up("b")]: "1x60", [up("c")]: "0x60" },
      silent: { [wanted]: "3x60", [up("a")]: "1x60", [up("b")]: "1x60", [up("c")]: "1x60" },
    },
    // No node has the label of a control plane, and nobody is told of anything.
    { fires: { [wanted]: "0x60" }, silent: { [wanted]: "1x60", [up("a")]: "1x60" } },
    { fires: {}, silent: { [up("a")]: "1x60" } },
  ],
  AuditLogUnread: [
    { fires: { [of("fileconsumer_open_files")]: "0x60" }, silent: { [of("fileconsumer_open_files")]: "1x60" } },
  ],
  AuditLoses: [
    {
      fires: { [of("exporter_send_failed_log_records", ',exporter="awss3/audit"')]: "0+1x60" },
      silent: { [of("exporter_send_failed_log_records", ',exporter="awss3/audit"')]: "5x60" },
    },
    {
      fires: { [of("exporter_enqueue_failed_log_records")]: "0+1x60" },
      silent: { [of("exporter_enqueue_failed_log_records")]: "0x60" },
    },
  ],
  AuditWaits: [{ fires: queue(60), silent: queue(40) }],
};
