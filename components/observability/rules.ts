import type { Manifest } from "../core/custom-resource.ts";
import type { Duration } from "../core/duration.ts";
import { labels } from "../core/labels.ts";
import { runbookUrl } from "./runbook.ts";

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

/** An alert, and where it is written what to do about it: a page of docs/runbooks, if the environment says where people read these. */
export interface AlertOf extends Pick<AlertingRule, "expr"> {
  readonly alert: string;
  readonly for?: Duration | undefined;
  readonly severity: Severity | "none";
  /** Whose it is and what it is about, by which it is routed and grouped. */
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly runbook: string;
  readonly runbooks: string | undefined;
}

/** An alert as Prometheus takes it. */
export function alertingRule({ alert, expr, summary, runbook, runbooks, ...of }: AlertOf): AlertingRule {
  return {
    alert,
    expr,
    ...(of.for && { for: of.for }),
    labels: { severity: of.severity, ...of.labels },
    annotations: { summary, ...(runbooks && { runbook_url: runbookUrl(runbooks, runbook, alert) }) },
  };
}

/** Groups of rules as Prometheus' operator takes them. `of` is whose they are, if that has another name. */
export function rulesPlan<Rule extends RecordingRule | AlertingRule>(
  name: string,
  namespace: string,
  groups: RuleGroup<Rule>[],
  of: string = name,
): RulesManifest<Rule> {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name, namespace, labels: labels(of) },
    spec: { groups },
  };
}
