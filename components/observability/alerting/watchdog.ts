import { type AlertingRule, alertingRule, type RulesManifest, rulesPlan } from "../rules.ts";

/** The alert that always fires. */
export const WATCHDOG = "Watchdog";

export interface WatchdogArgs {
  readonly namespace: string;
  /** Whose Prometheus and Alertmanager it is. */
  readonly team: string;
  /** Where people read the folder of runbooks. Without it the alert does not say. */
  readonly runbooks?: string | undefined;
}

/**
 * A dead man's switch: an alert that always fires, and goes to a heartbeat outside. When Prometheus, Alertmanager or the way out stops,
 * the heartbeat hears nothing, and raises the alarm in their place.
 */
export function watchdogPlan({ namespace, team, runbooks }: WatchdogArgs): RulesManifest<AlertingRule> {
  const name = "watchdog";
  const rule = alertingRule({
    alert: WATCHDOG,
    expr: "vector(1)",
    severity: "none",
    labels: { team },
    summary:
      "All is well: this always fires. If the heartbeat that it goes to hears nothing, nobody is told of anything: see whether Prometheus and Alertmanager run",
    runbook: "alerting",
    runbooks,
  });
  return rulesPlan(name, namespace, [{ name: `${namespace}-${name}`, rules: [rule] }]);
}
