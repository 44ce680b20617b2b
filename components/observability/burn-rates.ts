import type { Duration } from "../core/duration.ts";
import type { Severity } from "./rules.ts";

/** Over how long an error budget is reckoned: a service that keeps its objective has some left at any time. */
export const BUDGET_WINDOW: Duration = "30d";

/** A speed at which an error budget burns, as a multiple of the one that would just use it up within {@link BUDGET_WINDOW}. */
interface BurnRate {
  readonly factor: number;
  /** Over which it must have burnt so fast for it to matter. */
  readonly long: Duration;
  /** A twelfth of that, over which it must still do so: the alert ends soon after the fault does. */
  readonly short: Duration;
}

/**
 * Windows and factors of Google's "The Site Reliability Workbook", chapter 5, "Alerting on SLOs", its sixth way: several windows and several
 * burn rates (https://sre.google/workbook/alerting-on-slos/). Of a budget of 30 days, 2 % are gone in an hour, 5 % in six: that wakes
 * somebody. 10 % in a day, or in three, are for the morning.
 */
export const BURN_RATES: Readonly<Record<Severity, readonly [BurnRate, BurnRate]>> = {
  critical: [
    { factor: 14.4, long: "1h", short: "5m" },
    { factor: 6, long: "6h", short: "30m" },
  ],
  warning: [
    { factor: 3, long: "1d", short: "2h" },
    { factor: 1, long: "3d", short: "6h" },
  ],
};

/**
 * A budget of a tenth cannot burn 14.4 times as fast as allowed. So many bad requests of one are too many, whatever the budget: without
 * this bound such an alert would be silent for ever.
 */
const ALWAYS_TOO_MANY = 0.9;
/** What a product of floating numbers adds below is cut off. */
const DIGITS = 6;

/** The share of bad requests above which a budget burns so fast. */
export function threshold({ factor }: BurnRate, budget: number): number {
  return Number(Math.min(factor * budget, ALWAYS_TOO_MANY).toPrecision(DIGITS));
}

/** Every window that is asked for, each once, the shortest first. */
export const WINDOWS: readonly Duration[] = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"];
