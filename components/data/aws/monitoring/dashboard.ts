import type { DashboardArgs } from "@pulumi/aws/cloudwatch/dashboard.js";
import type { Alarm } from "./alarm.ts";
import { type Measure, type Metric, PERIOD_SECONDS, queryOf } from "./metric.ts";

/** One graph over time. */
export interface Graph {
  readonly title: string;
  /** What is drawn, each with the name of its line; at most one formula, whose parts have names of their own. */
  readonly lines: Readonly<Record<string, Measure>>;
}

/** Two graphs side by side, of CloudWatch's 24 columns. */
const SIZE = { width: 12, height: 6 };

interface DashboardOf {
  /** Of the store in AWS; the dashboard's name, too. */
  readonly id: string;
  readonly region: string;
  /** The state of the store's alarms, by their ARNs, is shown first. */
  readonly alarmArns: readonly string[];
}

/** A dashboard of one store: what its alarms look at, each with its bound, and what says why. */
export function cloudWatchPlan(
  { id, region, alarmArns }: DashboardOf,
  alarms: readonly Alarm[],
  panels: readonly Graph[],
): DashboardArgs {
  const states = alarmArns.length === 0 ? [] : [{ type: "alarm", properties: { title: "Alarms", alarms: alarmArns } }];
  const graphs = [
    ...alarms.map(({ name, measure, when }) => ({
      title: name,
      metrics: metrics({ [name]: measure }),
      ...(when !== "silent" && { annotations: { horizontal: [{ value: "above" in when ? when.above : when.below }] } }),
    })),
    ...panels.map(({ title, lines }) => ({ title, metrics: metrics(lines) })),
  ].map((properties) => ({
    type: "metric",
    properties: { ...properties, region, view: "timeSeries", period: PERIOD_SECONDS },
  }));
  const widgets = [...states, ...graphs].map((widget, index) => ({
    ...widget,
    x: (index % 2) * SIZE.width,
    y: Math.floor(index / 2) * SIZE.height,
    ...SIZE,
  }));
  return { dashboardName: id, dashboardBody: JSON.stringify({ widgets }) };
}

/** Lines in CloudWatch's notation: namespace, name, then each dimension and its value, and how it is drawn. */
function metrics(lines: Graph["lines"]): unknown[][] {
  return Object.entries(lines).flatMap(([label, measure], index) => line(label, measure, `line${index}`));
}

function line(label: string, measure: Measure, id: string): unknown[][] {
  // The sources tell themselves apart: the line has no name of its own.
  if ("worst" in measure) return [[{ expression: queryOf(measure, true), id }]];
  if (!("expression" in measure)) return [[...path(measure), { id, label, stat: measure.statistic }]];
  const parts = Object.entries(measure.metrics);
  return [
    [{ expression: measure.expression, id, label }],
    ...parts.map(([part, metric]) => [...path(metric), { id: part, stat: metric.statistic, visible: false }]),
  ];
}

function path({ namespace, name, dimensions }: Metric): string[] {
  return [namespace, name, ...Object.entries(dimensions).flat()];
}
