import type { Namespace } from "../../components/cluster/index.ts";
import { completeMonitoring } from "../../components/observability/monitoring/args.ts";
import { ownAlertsPlan } from "../../components/observability/monitoring/own-alerts.ts";
import { one, type Series, type Told } from "./alert-series.ts";

const key = { secret: "pager", key: "key" };

/** The alerts about the monitoring itself, as an environment has them. */
export const OWN_ALERTS = ownAlertsPlan(
  "main",
  completeMonitoring({
    namespace: { name: "data" } as Namespace,
    zones: ["a", "b", "c"],
    environment: "production",
    retention: "15d",
    storage: "50Gi",
    resources: { requests: { cpu: "1", memory: "4Gi" }, limits: { cpu: "2", memory: "4Gi" } },
    alerting: {
      critical: { kind: "pagerduty", routingKey: key },
      warning: { kind: "slack", url: key },
      heartbeat: { url: key },
    },
    runbooks: "https://git.example.com/docs/runbooks",
  }),
);

const prometheus = (metric: string, of: number, more = "") =>
  `${metric}{namespace="data",pod="prometheus-main-${of}"${more}}`;
const alertmanager = (metric: string, of: number, more = "") =>
  `${metric}{namespace="data",pod="alertmanager-main-${of}"${more}}`;
/** So many of a server's pods answer, and the next one does not. */
const running = (of: typeof prometheus, count: number): Series => ({
  ...Object.fromEntries(Array.from({ length: count }, (_, index) => [of("up", index), "1x60"])),
  [of("up", count)]: "0x60",
});
const all = (of: typeof prometheus, count: number): Series =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [of("up", index), "1x60"]));
const disk = (free: number): Series => {
  const claim = "prometheus-main-db-prometheus-main-0";
  const of = (metric: string) =>
    `kubelet_volume_stats_${metric}_bytes{namespace="data",persistentvolumeclaim="${claim}"}`;
  return { [of("available")]: `${free}x60`, [of("capacity")]: "100x60" };
};
const FAILURES = prometheus("prometheus_rule_evaluation_failures_total", 0, ',rule_group="shop-orders"');
const DROPPED = prometheus("prometheus_notifications_dropped_total", 0);
const DISCOVERED = prometheus("prometheus_notifications_alertmanagers_discovered", 0);
const FAILED = (pod: number) =>
  alertmanager("alertmanager_notifications_failed_total", pod, ',integration="pagerduty",reason="serverError"');
const KUBE_STATE = 'up{namespace="data",pod="main-kube-state-metrics-7d-x"}';
const NODE = 'up{namespace="data",pod="main-node-exporter-x"}';
const KUBELET = 'up{job="kubelets",node="a"}';
const SOURCES: Series = { [KUBE_STATE]: "1x60", [NODE]: "1x60", [KUBELET]: "1x60" };

/** For each alert series on which it fires, once, and others on which it is silent. */
export const OWN_TOLD: Readonly<Record<string, readonly Told[]>> = {
  PrometheusMissing: [{ fires: running(prometheus, 1), silent: all(prometheus, 2) }],
  TargetDown: [
    {
      fires: {
        'up{namespace="shop",job="orders",pod="orders-1"}': "1x60",
        'up{namespace="shop",job="orders",pod="orders-2"}': "0x60",
        'up{namespace="shop",job="orders",pod="orders-3"}': "0x60",
      },
      // A pod that is gone is no target, and a restart is over within a quarter of an hour.
      silent: {
        'up{namespace="shop",job="orders",pod="orders-1"}': "1x60",
        'up{namespace="shop",job="orders",pod="orders-2"}': "1x30 0x10 1x20",
        'up{namespace="shop",job="orders",pod="orders-3"}': "0x20",
      },
    },
  ],
  PrometheusConfigStale: [
    {
      fires: one(prometheus("prometheus_config_last_reload_successful", 0), "0x60"),
      silent: one(prometheus("prometheus_config_last_reload_successful", 0), "1x60"),
    },
  ],
  PrometheusRulesFail: [{ fires: one(FAILURES, "0+1x60"), silent: one(FAILURES, "0x20 1x40") }],
  PrometheusTellsNobody: [
    {
      fires: { [DROPPED]: "0+2x60", [DISCOVERED]: "3x60" },
      silent: { [DROPPED]: "0x20 2x40", [DISCOVERED]: "3x60" },
    },
    { fires: { [DROPPED]: "0x60", [DISCOVERED]: "0x60" }, silent: { [DROPPED]: "0x60", [DISCOVERED]: "1x60" } },
  ],
  PrometheusDiskFilling: [{ fires: disk(12), silent: disk(20) }],
  PrometheusDiskFull: [{ fires: disk(3), silent: disk(6) }],
  AlertmanagerMissing: [
    { fires: running(alertmanager, 2), silent: all(alertmanager, 3) },
    { fires: {}, silent: all(alertmanager, 3) },
  ],
  AlertmanagerSplit: [
    {
      fires: one(alertmanager("alertmanager_cluster_members", 0), "2x60"),
      silent: one(alertmanager("alertmanager_cluster_members", 0), "3x60"),
    },
  ],
  AlertmanagerConfigStale: [
    {
      fires: one(alertmanager("alertmanager_config_last_reload_successful", 0), "0x60"),
      silent: one(alertmanager("alertmanager_config_last_reload_successful", 0), "1x60"),
    },
  ],
  AlertmanagerCannotTell: [
    // Whichever of them tells: that is one alert.
    { fires: { [FAILED(0)]: "0+1x60", [FAILED(1)]: "0+1x60" }, silent: { [FAILED(0)]: "0x20 1x40" } },
  ],
  ClusterUnmeasured: [
    { fires: { ...SOURCES, [KUBE_STATE]: "0x60" }, silent: SOURCES },
    { fires: { [KUBE_STATE]: "1x60", [KUBELET]: "1x60" }, silent: SOURCES },
    { fires: { ...SOURCES, [KUBELET]: "1x20 0x40" }, silent: { ...SOURCES, [KUBELET]: "1x20 0x5 1x35" } },
  ],
};
