import type { MetricAlarmArgs } from "@pulumi/aws/cloudwatch/metricAlarm.js";
import { runbookUrl } from "../../../observability/runbook.ts";
import type { AlarmTopics } from "../place.ts";
import { type Measure, PERIOD_SECONDS, queryOf } from "./metric.ts";

/** What wakes or tells somebody: a measure that is on the wrong side of a bound, or of which nothing is heard. */
export interface Alarm {
  /** In upper camel case, beginning with the service: also the heading of its section in the runbook. */
  readonly name: string;
  /** `critical` wakes a person: writes or data are at stake now. `warning` waits for the morning. */
  readonly severity: "critical" | "warning";
  readonly measure: Measure;
  /** `silent`: there is no value. A store of which nothing is heard breaks no other bound, but one that says so. */
  readonly when: { readonly above: number } | { readonly below: number; readonly orSilent?: true } | "silent";
  /** Minutes in a row before anybody is told. */
  readonly minutes: number;
  /** What is wrong, for whom, in one sentence without its end. */
  readonly summary: string;
}

/** Whose alarms they are. */
export interface AlarmsOf {
  /** Of the store in AWS. */
  readonly id: string;
  /** Such as `Postgres orders`. */
  readonly title: string;
  /** The runbook of its alarms, a file of docs/runbooks without its ending. */
  readonly runbook: string;
  /** Where people read the folder of runbooks: `docs/runbooks` of the repository by default. */
  readonly runbooks?: string | undefined;
  readonly topics: AlarmTopics;
  readonly tags: Record<string, string>;
}

/** Name of an alarm in AWS. */
export function alarmName(id: string, { name }: Pick<Alarm, "name">): string {
  return `${id}-${name}`;
}

/** An alarm as CloudWatch takes it: it says what is wrong and where it is written what to do, and tells the end of it, too. */
export function alarmPlan(
  { id, title, runbook, runbooks = "docs/runbooks", topics, tags }: AlarmsOf,
  alarm: Alarm,
): MetricAlarmArgs {
  const { name, severity, measure, when, minutes, summary } = alarm;
  const { topicArn, warningTopicArn = topicArn } = topics;
  const told = [severity === "critical" ? topicArn : warningTopicArn];
  return {
    name: alarmName(id, alarm),
    alarmDescription: `${title}: ${summary} (${severity}). What to do: ${runbookUrl(runbooks, runbook, name)}`,
    ...bound(when),
    evaluationPeriods: minutes,
    datapointsToAlarm: minutes,
    alarmActions: told,
    okActions: told,
    tags: { ...tags, severity },
    ...measured(measure),
  };
}

/** No number is below the bound of what is silent: only its absence breaks it. All numbers that are asked for begin at nought. */
function bound(when: Alarm["when"]) {
  if (when === "silent")
    return { comparisonOperator: "LessThanThreshold", threshold: 0, treatMissingData: "breaching" } as const;
  return "above" in when
    ? ({ comparisonOperator: "GreaterThanThreshold", threshold: when.above, treatMissingData: "notBreaching" } as const)
    : ({
        comparisonOperator: "LessThanThreshold",
        threshold: when.below,
        treatMissingData: when.orSilent ? "breaching" : "notBreaching",
      } as const);
}

function measured(measure: Measure): Partial<MetricAlarmArgs> {
  if ("worst" in measure)
    return { metricQueries: [{ id: "worst", expression: queryOf(measure), period: PERIOD_SECONDS, returnData: true }] };
  if ("expression" in measure) {
    const parts = Object.entries(measure.metrics).map(
      ([id, { namespace, name: metricName, dimensions, statistic }]) => ({
        id,
        metric: { namespace, metricName, dimensions, stat: statistic, period: PERIOD_SECONDS },
      }),
    );
    return { metricQueries: [{ id: "result", expression: measure.expression, returnData: true }, ...parts] };
  }
  const { namespace, name: metricName, dimensions, statistic } = measure;
  return { namespace, metricName, dimensions, statistic, period: PERIOD_SECONDS };
}
