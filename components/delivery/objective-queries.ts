import { type Objectives, targetsOf } from "../core/objectives.ts";
import type { Analysis, Metric, Release } from "./release.ts";

/** Stands in a query for a regular expression of the names of the pods that are judged. */
const PODS = 'pod=~"{{pods}}"';
/** Four times the interval at which monitors read metrics, so that a reading or two may be missed. */
const WINDOW = "2m";
/**
 * How the pods of one release hold to a service's objectives, by the metrics of apps/chassis. A latency is exact where the
 * histogram has a bucket that ends at the objective, and estimated within its bucket elsewhere. Without traffic there is no answer, which
 * is neither good nor bad.
 */
export function releaseQueries(objectives: Objectives): Metric[] {
  return targetsOf(objectives).map(({ name, budget, seconds }) =>
    seconds === undefined
      ? {
          name: "error-rate",
          // Pods that have not failed yet have no series of failures: that is none, not unknown.
          query: `(${requests(',status=~"5.."')} or vector(0)) / (${requests()} > 0)`,
          max: budget,
        }
      : {
          name,
          // Without traffic the quantile is NaN, which no comparison lets through.
          query: `histogram_quantile(0.${name.slice(-2)}, sum by (le) (rate(http_request_duration_seconds_bucket{${PODS}}[${WINDOW}]))) >= 0`,
          max: seconds,
        },
  );
}

/** The measurements that a release is judged by; none where it says nothing of them. */
export function analysisOf(release: Release, objectives: Objectives): Analysis | undefined {
  if (release.kind === "rolling") return undefined;
  return release.analysis === "objectives" ? { metrics: releaseQueries(objectives) } : release.analysis;
}

function requests(more = ""): string {
  return `sum(rate(http_requests_total{${PODS}${more}}[${WINDOW}]))`;
}
