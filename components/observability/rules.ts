import type { Manifest } from "../core/custom-resource.ts";
import type { Duration } from "../core/duration.ts";

/** An expression that is worked out again and again, and kept under a name of its own. */
export interface RecordingRule {
  record: string;
  expr: string;
  labels?: Record<string, string>;
}

/** An expression that has an answer only when something is wrong. */
export interface AlertingRule {
  alert: string;
  expr: string;
  /** How long it must last before anybody is told; at once by default. */
  for?: Duration;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export interface RuleGroup<Rule> {
  name: string;
  /** How often it is worked out; Prometheus' own interval by default. */
  interval?: Duration;
  rules: Rule[];
}

/** Rules as Prometheus' operator takes them. */
export type RulesManifest<Rule = RecordingRule | AlertingRule> = Manifest<
  "monitoring.coreos.com/v1",
  "PrometheusRule",
  { groups: RuleGroup<Rule>[] }
>;

/** `critical` wakes a person: what is promised, writes or data are at stake now. `warning` waits for the morning. */
export type Severity = "critical" | "warning";
