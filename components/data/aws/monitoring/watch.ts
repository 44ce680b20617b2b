import { Dashboard } from "@pulumi/aws/cloudwatch/dashboard.js";
import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Children } from "../../../core/component.ts";
import { isOptOut } from "../../../core/opt-out.ts";
import type { Surrounded } from "../surroundings.ts";
import { type Alarm, alarmName, alarmPlan } from "./alarm.ts";
import { cloudWatchPlan, type Graph } from "./dashboard.ts";

/** What of a managed store is watched. */
export interface WatchedOnAws {
  /** A file of docs/runbooks, without its ending. */
  readonly runbook: string;
  readonly alarms: readonly Alarm[];
  readonly panels: readonly Graph[];
}

/** Makes a managed store's alarms, unless they are stepped down from, and its dashboard. Nothing is watched before `after` stands. */
export function watchStore(
  { name, id, title, aws, tags }: Surrounded,
  { runbook, alarms, panels }: WatchedOnAws,
  runbooks: string | undefined,
  after: readonly pulumi.Resource[],
  children: Children,
): void {
  const { region, accountId, alarms: topics } = aws;
  const sounded = isOptOut(topics) ? [] : alarms;
  if (!isOptOut(topics))
    for (const alarm of alarms) {
      const args = alarmPlan({ id, title, runbook, runbooks, topics, tags }, alarm);
      new MetricAlarm(...children.child(`${name}-${alarm.name}`, args, undefined, { dependsOn: [...after] }));
    }
  const alarmArns = sounded.map((alarm) => `arn:aws:cloudwatch:${region}:${accountId}:alarm:${alarmName(id, alarm)}`);
  new Dashboard(...children.child(name, cloudWatchPlan({ id, region, alarmArns }, alarms, panels)));
}
