import { isOptOut } from "../../core/opt-out.ts";
import { type AlertingRule, alertingRule, type RulesManifest, rulesPlan, type Severity } from "../rules.ts";
import type { CompleteMonitoring } from "./args.ts";
import { kubeStateMetricsName } from "./kube-state-metrics.ts";
import { KUBELETS } from "./kubelets.ts";
import { nodeExporterName } from "./node-exporter.ts";
import { namesOf } from "./pods.ts";

/** An alert about what is to raise all others. */
interface OwnAlert extends Required<Pick<AlertingRule, "expr" | "for">> {
  readonly name: string;
  readonly severity: Severity;
  /** Which program it is about, unless the series say whom: the label `service`. */
  readonly about?: string;
  readonly summary: string;
}

/** A disk of which less is free; Prometheus ends what it keeps long before, so that something else has taken the room. */
const DISK = { warning: 0.15, critical: 0.05 } as const;

/** The alerts about Prometheus, Alertmanager and what they need, as the operator takes them. */
export function ownAlertsPlan(name: string, args: CompleteMonitoring): RulesManifest<AlertingRule> {
  const { namespace, team, runbooks } = args;
  const alerts = [
    ...prometheusAlerts(name, args),
    ...(isOptOut(args.alerting) ? [] : alertmanagerAlerts(name, args)),
    ...unmeasuredAlerts(name, namespace.name),
  ];
  const rules = alerts.map(({ name: alert, about, summary, ...rule }) =>
    alertingRule({
      alert,
      ...rule,
      labels: { team, ...(about !== undefined && { namespace: namespace.name, service: about }) },
      summary: `${name}: ${summary}`,
      runbook: "monitoring",
      runbooks,
    }),
  );
  const own = `${name}-itself`;
  return rulesPlan(own, namespace.name, [{ name: `${namespace.name}-${own}`, rules }], name);
}

function prometheusAlerts(name: string, { namespace, replicas, alerting }: CompleteMonitoring): OwnAlert[] {
  const { pods, claims } = namesOf(name);
  const own = `{namespace="${namespace.name}",pod=~"${pods}"}`;
  const disk = `{namespace="${namespace.name}",persistentvolumeclaim=~"${claims}"}`;
  const about = "prometheus";
  const free = `kubelet_volume_stats_available_bytes${disk} / kubelet_volume_stats_capacity_bytes${disk}`;
  return [
    ...(replicas.prometheus > 1
      ? [
          missing(
            "PrometheusMissing",
            about,
            own,
            replicas.prometheus,
            "when the last one ends nobody is told of anything",
          ),
        ]
      : []),
    {
      name: "TargetDown",
      severity: "warning",
      expr: "count by (namespace, job) (up == 0)",
      for: "15m",
      summary:
        "{{ $value }} of the targets of {{ $labels.job }} cannot be read, so that no alert sees them: see the page Targets of Prometheus for why",
    },
    {
      name: "PrometheusConfigStale",
      severity: "warning",
      about,
      expr: `prometheus_config_last_reload_successful${own} == 0`,
      for: "10m",
      summary:
        "{{ $labels.pod }} refuses its new configuration and goes on with the old: read its log, and undo what was changed last",
    },
    {
      name: "PrometheusRulesFail",
      severity: "critical",
      about,
      expr: `increase(prometheus_rule_evaluation_failures_total${own}[5m]) > 0`,
      for: "10m",
      summary:
        "{{ $labels.pod }} cannot work out rules of {{ $labels.rule_group }}, whose alerts are silent: its page Rules says which and why",
    },
    ...(isOptOut(alerting)
      ? []
      : [
          {
            name: "PrometheusTellsNobody",
            // Later versions than ours count for each Alertmanager: nobody is told only if all of them drop.
            severity: "critical",
            about,
            expr: `min by (pod) (rate(prometheus_notifications_dropped_total${own}[5m])) > 0 or prometheus_notifications_alertmanagers_discovered${own} < 1`,
            for: "5m",
            summary:
              "{{ $labels.pod }} reaches no Alertmanager, and what it finds is told to nobody: see whether they run, and what keeps them apart",
          } satisfies OwnAlert,
        ]),
    ...(["warning", "critical"] as const).map(
      (severity): OwnAlert => ({
        name: severity === "critical" ? "PrometheusDiskFull" : "PrometheusDiskFilling",
        severity,
        about,
        expr: `${free} < ${DISK[severity]}`,
        for: "5m",
        summary: `less than ${DISK[severity] * 100} % of {{ $labels.persistentvolumeclaim }} is free: enlarge the disk, or keep less`,
      }),
    ),
  ];
}

function alertmanagerAlerts(name: string, { namespace, replicas: { alertmanager } }: CompleteMonitoring): OwnAlert[] {
  const own = `{namespace="${namespace.name}",pod=~"alertmanager-${name}-[0-9]+"}`;
  const about = "alertmanager";
  return [
    missing("AlertmanagerMissing", about, own, alertmanager, "when the last one ends nobody is told of anything"),
    ...(alertmanager > 1
      ? [
          {
            name: "AlertmanagerSplit",
            severity: "warning",
            about,
            expr: `alertmanager_cluster_members${own} < ${alertmanager}`,
            for: "10m",
            summary: `{{ $labels.pod }} knows of {{ $value }} of ${alertmanager} members, and those that do not know each other tell everything twice: see what keeps them apart`,
          } satisfies OwnAlert,
        ]
      : []),
    {
      name: "AlertmanagerConfigStale",
      severity: "warning",
      about,
      expr: `alertmanager_config_last_reload_successful${own} == 0`,
      for: "10m",
      summary:
        "{{ $labels.pod }} refuses its new configuration and goes on with the old: read its log, and undo what was changed last",
    },
    {
      name: "AlertmanagerCannotTell",
      severity: "critical",
      about,
      expr: `sum by (integration) (rate(alertmanager_notifications_failed_total${own}[5m])) > 0`,
      for: "10m",
      summary:
        "for ten minutes messages by {{ $labels.integration }} have failed, so that who should be told is not: Alertmanager's log says why",
    },
  ];
}

/** What alerts are worked out of: without it they see nothing, and are silent. */
function unmeasuredAlerts(name: string, namespace: string): OwnAlert[] {
  const sources = {
    "kube-state-metrics": `namespace="${namespace}",pod=~"${kubeStateMetricsName(name)}-.+"`,
    "node-exporter": `namespace="${namespace}",pod=~"${nodeExporterName(name)}-.+"`,
    kubelets: `job="${KUBELETS}"`,
  };
  return Object.entries(sources).map(([about, matchers]) => ({
    name: "ClusterUnmeasured",
    severity: "warning",
    about,
    expr: `absent(up{${matchers}} == 1)`,
    for: "10m",
    summary: `nothing is read of ${about}, and the alerts that need it are silent: see whether it runs, and why Prometheus cannot read it`,
  }));
}

function missing(name: string, about: string, own: string, replicas: number, what: string): OwnAlert {
  return {
    name,
    severity: "warning",
    about,
    expr: `(count(up${own} == 1) or vector(0)) < ${replicas}`,
    for: "10m",
    summary: `{{ $value }} of ${replicas} run, and ${what}: describe the pod that is not ready`,
  };
}
