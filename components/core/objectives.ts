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

/** One thing that is promised, as a share of requests. */
export interface Target {
  /** `availability`, or such as `latency-p99`. */
  readonly name: string;
  /** As it was given: `99.9`, `300ms`. */
  readonly given: string;
  /** The share of requests, of one, for which it need not hold: the error budget. */
  readonly budget: number;
  /** What a request may take at most; undefined for availability. */
  readonly seconds?: number;
}

/** Availability is given to a thousandth of a percent; what a subtraction of floating numbers adds below is cut off. */
const DECIMALS = 6;

/** What objectives promise, one by one. */
export function targetsOf({ availability, latency = {} }: Objectives): Target[] {
  const targets: Target[] = [];
  const missing = (hundred: number) => Number((1 - hundred / 100).toFixed(DECIMALS));
  if (availability !== undefined) {
    const given = hundredths(availability);
    targets.push({ name: "availability", given: String(given), budget: missing(given) });
  }
  for (const [percentile, given] of Object.entries(latency)) {
    const budget = missing(Number(percentile.slice(1)));
    targets.push({ name: `latency-${percentile}`, given, budget, seconds: milliseconds(given) / 1_000 });
  }
  return targets;
}

/** The annotations that show objectives to people, controllers and alerts. */
export function objectiveAnnotations(objectives: Objectives): Record<string, string> {
  return Object.fromEntries(targetsOf(objectives).map(({ name, given }) => [`plumbline.dev/objective.${name}`, given]));
}

function isAvailability(given: unknown): boolean {
  return isPercent(given) && hundredths(given) >= AVAILABILITY.least && hundredths(given) <= AVAILABILITY.most;
}

function isLatency(given: string): boolean {
  return isDuration(given) && milliseconds(given) > 0 && milliseconds(given) < milliseconds(LARGEST_BUCKET);
}
