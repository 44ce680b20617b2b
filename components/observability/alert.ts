import type { Duration } from "../core/duration.ts";
import { type AlertingRule, alertingRule, type RulesManifest, rulesPlan, type Severity } from "./rules.ts";

/** What wakes or tells somebody: an expression of Prometheus that has an answer only when something is wrong. */
export interface Alert {
  /** In upper camel case, beginning with what it is about: also the heading of its section in the runbook. */
  readonly name: string;
  readonly severity: Severity;
  readonly expr: string;
  /** How long it must last before anybody is told. */
  readonly lasts: Duration;
  /** What is wrong, for whom, in one sentence; may name a label as `{{ $labels.pod }}`. */
  readonly summary: string;
}

/** Whose alerts they are: a store's, or those of a part of the platform that no service hangs on, as its traces. */
export type WatchedKind = "store" | "platform";
/** Who is told of the platform's own parts. */
export const PLATFORM_TEAM = "platform";

export interface AlertsOf {
  readonly name: string;
  readonly namespace: string;
  /** `store` by default. */
  readonly kind?: WatchedKind | undefined;
  /** The runbook of its alerts, a file of docs/runbooks without its ending. */
  readonly runbook: string;
  /** Where people read the folder of runbooks. Without it an alert does not say. */
  readonly runbooks?: string | undefined;
}

/**
 * The alerts of one store, or part of the platform, as Prometheus' operator takes them: each says what is wrong, and where it is written what
 * to do. Their labels name it: `store`, or `service` and the team of the platform.
 */
export function alertsPlan(
  { name, namespace, kind = "store", runbook, runbooks }: AlertsOf,
  alerts: readonly Alert[],
): RulesManifest<AlertingRule> {
  // Many expressions count over pods, and have no label left by which a runbook could name them.
  const labels = kind === "store" ? { namespace, store: name } : { team: PLATFORM_TEAM, namespace, service: name };
  const rules = alerts.map(({ name: alert, severity, expr, lasts, summary }) =>
    alertingRule({ alert, expr, for: lasts, severity, labels, summary: `${name}: ${summary}`, runbook, runbooks }),
  );
  return rulesPlan(name, namespace, [{ name: `${namespace}-${name}`, rules }]);
}

/**
 * Seconds since a CronJob last ended well, by kube-state-metrics; before the first time since it was made. That it does not run at all,
 * and that its runs fail, is the same to who waits for it; so is a cluster without kube-state-metrics, where it never ended well.
 */
export function sinceItEndedWell(namespace: string, cronJob: string): string {
  const of = (metric: string) => `kube_cronjob_${metric}{namespace="${namespace}",cronjob="${cronJob}"}`;
  return `time() - (max(${of("status_last_successful_time")} or ${of("created")}) or vector(0))`;
}

/** A disk that is nearly full: a store that cannot write stops, and some do not start again. */
const DISK = { warning: 0.2, critical: 0.1 };

/**
 * The disks of a store, by the names of their claims. kubelets measure them; volumes that share one disk, as in a rehearsal, show
 * that disk.
 */
export function diskAlerts(kind: string, namespace: string, claims: string): Alert[] {
  const of = `{namespace="${namespace}",persistentvolumeclaim=~"${claims}"}`;
  const free = `kubelet_volume_stats_available_bytes${of} / kubelet_volume_stats_capacity_bytes${of}`;
  return (["warning", "critical"] as const).map((severity) => ({
    name: `${kind}Disk${severity === "critical" ? "Full" : "Filling"}`,
    severity,
    expr: `${free} < ${DISK[severity]}`,
    lasts: "5m",
    summary: `less than ${DISK[severity] * 100} % of {{ $labels.persistentvolumeclaim }} is free`,
  }));
}
