import { LogMetricFilter } from "@pulumi/aws/cloudwatch/logMetricFilter.js";
import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Children } from "../../core/component.ts";
import { isOptOut } from "../../core/opt-out.ts";
import { type Alarm, alarmName, alarmPlan } from "../../data/aws/monitoring/alarm.ts";
import type { Metric } from "../../data/aws/monitoring/metric.ts";
import type { AuditAccount } from "./vault-args.ts";

/** Where the metrics are that are made of lines. */
const METRICS = "Plumbline/Audit";

/** Lines of a log of which one is enough to tell somebody. */
export interface ToldLine extends Pick<Alarm, "name" | "severity" | "summary"> {
  /** As CloudWatch Logs filters: any of these, each at most 1024 characters. */
  readonly patterns: readonly string[];
}

/** Of what somebody is told. */
interface Told {
  /** Of the alarms in AWS, in the program and as people call it. */
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly aws: AuditAccount;
  readonly runbook: string;
  readonly runbooks: string | undefined;
  readonly tags: Record<string, string>;
}

/** The metric that counts lines of a kind. */
function lineMetric(id: string, { name }: Pick<ToldLine, "name">): Metric {
  return { namespace: METRICS, name: `${id}-${name}`, dimensions: {}, statistic: "Sum" };
}

/** Counts lines of a log group, and tells of the first of each kind, and of what else is wrong; nobody is told where that is stepped down from. */
export function tellOf(
  of: Told,
  logGroup: pulumi.Input<string>,
  lines: readonly ToldLine[],
  others: readonly Alarm[],
  children: Children,
): void {
  const { id, name, aws } = of;
  const topics = aws.alarms;
  for (const line of lines)
    for (const [index, pattern] of line.patterns.entries()) {
      const metric = lineMetric(id, line);
      const filter = {
        name: `${alarmName(id, line)}-${index}`,
        logGroupName: logGroup,
        pattern,
        metricTransformation: { namespace: metric.namespace, name: metric.name, value: "1" },
      };
      new LogMetricFilter(...children.child(`${name}-${line.name}-${index}`, filter));
    }
  if (isOptOut(topics)) return;
  const counted = lines.map(
    (line): Alarm => ({ ...line, measure: lineMetric(id, line), when: { above: 0 }, minutes: 1 }),
  );
  for (const alarm of [...counted, ...others])
    new MetricAlarm(...children.child(`${name}-${alarm.name}`, alarmPlan({ ...of, topics }, alarm)));
}
