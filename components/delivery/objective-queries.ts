import { milliseconds } from "../core/duration.ts";
import type { Objectives } from "../core/objectives.ts";
import { hundredths } from "../core/percent.ts";
import type { Analysis, Metric, Release } from "./release.ts";

/** Stands in a query for a regular expression of the names of the pods that are judged. */
const PODS = 'pod=~"{{pods}}"';
/** Four times the interval at which monitors read metrics, so that a reading or two may be missed. */
const WINDOW = "2m";
/** Availability is given to a thousandth of a percent; what a subtraction of floating numbers adds below is cut off. */
const DECIMALS = 6;

/**
 * How the pods of one release hold to a service's objectives, by the metrics of apps/chassis. A latency is exact where the
 * histogram has a bucket that ends at the objective, and estimated within its bucket elsewhere. Without traffic there is no answer, which
 * is neither good nor bad.
 */
export function releaseQueries({ availability, latency = {} }: Objectives): Metric[] {
  const queries: Metric[] = [];
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

/** The measurements that a release is judged by; none where it says nothing of them. */
export function analysisOf(release: Release, objectives: Objectives): Analysis | undefined {
  if (release.kind === "rolling") return undefined;
  return release.analysis === "objectives" ? { metrics: releaseQueries(objectives) } : release.analysis;
}

function requests(more = ""): string {
  return `sum(rate(http_requests_total{${PODS}${more}}[${WINDOW}]))`;
}
