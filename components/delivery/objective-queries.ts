import { milliseconds } from "../core/duration.ts";
import type { Objectives } from "../core/objectives.ts";
import { hundredths } from "../core/percent.ts";

/** A question to Prometheus by which a release is judged. */
export interface ReleaseQuery {
  /** Such as `error-rate` or `latency-p99`. */
  readonly name: string;
  /** PromQL that gives one number, or nothing while there is nothing to judge by: no traffic is neither good nor bad. */
  readonly query: string;
  /** The release is bad while the number is greater: a share from 0 to 1, or seconds. */
  readonly max: number;
}

/** Stands in a query for a regular expression of the names of the pods that are judged. */
const PODS = 'pod=~"{{pods}}"';
/** Four times the interval at which monitors read metrics, so that a reading or two may be missed. */
const WINDOW = "2m";
/** Availability is given to a thousandth of a percent; what a subtraction of floating numbers adds below is cut off. */
const DECIMALS = 6;

/**
 * How the pods of one release hold to a service's objectives, by the metrics of apps/chassis. A latency is exact where the
 * histogram has a bucket that ends at the objective, and estimated within its bucket elsewhere.
 */
export function releaseQueries({ availability, latency = {} }: Objectives): ReleaseQuery[] {
  const queries: ReleaseQuery[] = [];
  if (availability !== undefined)
    queries.push({
      name: "error-rate",
      // Pods that have not failed yet have no series of failures: that is none, not unknown.
      query: `(${requests(',status=~"5.."')} or vector(0)) / (${requests()} > 0)`,
      max: Number((1 - hundredths(availability) / 100).toFixed(DECIMALS)),
    });
  for (const [percentile, most] of Object.entries(latency))
    queries.push({
      name: `latency-${percentile}`,
      // Without traffic the quantile is NaN, which no comparison lets through.
      query: `histogram_quantile(0.${percentile.slice(1)}, sum by (le) (rate(http_request_duration_seconds_bucket{${PODS}}[${WINDOW}]))) >= 0`,
      max: milliseconds(most) / 1_000,
    });
  return queries;
}

function requests(more = ""): string {
  return `sum(rate(http_requests_total{${PODS}${more}}[${WINDOW}]))`;
}
