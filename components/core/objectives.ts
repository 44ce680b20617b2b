import { type Duration, isDuration, milliseconds } from "./duration.ts";
import type { Problem } from "./invalid.ts";
import { hundredths, isPercent, type Percent } from "./percent.ts";

/** Shares of requests for which a latency can be promised. */
const PERCENTILES = ["p50", "p90", "p95", "p99"] as const;
type Percentile = (typeof PERCENTILES)[number];

/** What a service is measured by: its releases by a controller, all of it by alerts. */
export interface Objectives {
  /** Share of requests that are not answered with an error of the service's own (5xx): 90 to 99.999. */
  readonly availability?: Percent;
  /** What so many of a hundred requests take at most, as in `{ p99: "300ms" }`; shorter than 10 s. */
  readonly latency?: Readonly<Partial<Record<Percentile, Duration>>>;
}

/** Less is no promise; more is five minutes in a year, which no window of a release can show. */
const AVAILABILITY = { least: 90, most: 99.999 };
/** The largest bucket that requests are counted in, of the client libraries' defaults and of our services: above it a quantile knows nothing. */
const LARGEST_BUCKET: Duration = "10s";

/** What is wrong with objectives. */
export function objectiveProblems({ availability, latency = {} }: Objectives): Problem[] {
  const problems: Problem[] = [];
  if (availability !== undefined && !isAvailability(availability))
    problems.push({
      field: "objectives.availability",
      given: availability,
      allowed: `a percentage from ${AVAILABILITY.least} to ${AVAILABILITY.most}, such as 99.9`,
    });
  for (const [percentile, given] of Object.entries(latency)) {
    const field = `objectives.latency.${percentile}`;
    if (!PERCENTILES.includes(percentile as Percentile))
      problems.push({ field, given, allowed: `one of ${PERCENTILES.join(", ")}` });
    else if (!isLatency(given))
      problems.push({ field, given, allowed: `a duration from "1ms", shorter than "${LARGEST_BUCKET}"` });
  }
  return problems;
}

/** The annotations that show objectives to people, controllers and alerts. */
export function objectiveAnnotations({ availability, latency = {} }: Objectives): Record<string, string> {
  const annotations: Record<string, string> = {};
  if (availability !== undefined)
    annotations["plumbline.dev/objective.availability"] = String(hundredths(availability));
  for (const [percentile, duration] of Object.entries(latency))
    annotations[`plumbline.dev/objective.latency-${percentile}`] = duration;
  return annotations;
}

function isAvailability(given: unknown): boolean {
  return isPercent(given) && hundredths(given) >= AVAILABILITY.least && hundredths(given) <= AVAILABILITY.most;
}

function isLatency(given: string): boolean {
  return isDuration(given) && milliseconds(given) > 0 && milliseconds(given) < milliseconds(LARGEST_BUCKET);
}
