/** Seconds between two points of every metric that is watched: the services publish one a minute. */
export const PERIOD_SECONDS = 60;

/** One of CloudWatch's numbers over time. */
export interface Metric {
  /** Such as `AWS/RDS`. */
  readonly namespace: string;
  readonly name: string;
  /** Exactly those with which the service publishes it: with one more or less there is nothing. */
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: "Average" | "Maximum" | "Minimum" | "Sum";
}

/** A sum over several metrics, each by the name that it has there: at most ten (CloudWatch user guide, "Limits" of alarms). */
export interface Formula {
  readonly expression: string;
  readonly metrics: Readonly<Record<string, Metric>>;
}

/** The worst of one metric over as many sources as there are, say brokers, by a query of CloudWatch Metrics Insights. */
export interface Worst {
  readonly worst: "MAX" | "MIN";
  readonly namespace: string;
  readonly name: string;
  /** The dimension that tells the sources from each other. */
  readonly each: string;
  /** The dimensions that they share. */
  readonly of: Readonly<Record<string, string>>;
}

export type Measure = Metric | Formula | Worst;

/** The query of the worst. With `apart` it gives a line for each source, not the worst of them. */
export function queryOf({ worst, namespace, name, each, of }: Worst, apart = false): string {
  const schema = [...Object.keys(of), each].sort().map(quoted).join(", ");
  const where = Object.entries(of).map(([dimension, value]) => `${quoted(dimension)} = '${value}'`);
  const query = `SELECT ${worst}(${name}) FROM SCHEMA("${namespace}", ${schema}) WHERE ${where.join(" AND ")}`;
  return apart ? `${query} GROUP BY ${quoted(each)}` : query;
}

/** All metrics that a measure asks for, with the names of their dimensions. */
export function metricsOf(measure: Measure): { namespace: string; name: string; dimensions: string[] }[] {
  if ("worst" in measure) {
    const { namespace, name, each, of } = measure;
    return [{ namespace, name, dimensions: [...Object.keys(of), each] }];
  }
  const metrics = "expression" in measure ? Object.values(measure.metrics) : [measure];
  return metrics.map(({ namespace, name, dimensions }) => ({ namespace, name, dimensions: Object.keys(dimensions) }));
}

function quoted(name: string): string {
  return `"${name}"`;
}
