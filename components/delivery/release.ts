import type { Duration } from "../core/duration.ts";
import type { Percent } from "../core/percent.ts";

/** How a new version of a service takes the place of the old one. Made by {@link rolling}, {@link blueGreen} and {@link canary}. */
export type Release = Rolling | BlueGreen | Canary;

/** Between two measurements, unless an analysis says otherwise. */
export const ANALYSIS_INTERVAL: Duration = "30s";

/** A new version is judged by these measurements while it gets requests; it is taken back when one of them fails. */
export interface Analysis {
  readonly metrics: readonly Metric[];
  /**
   * Before the first measurement of a bake time or a hold, and between two; `30s` by default, at least `1s`, shorter than the bake time or
   * the hold. Requests have to reach the version, and Prometheus has to see them: in less, three measurements without an answer take it back.
   */
  readonly interval?: Duration;
  /** Measurements of a release that may fail; 0 by default: the first that fails takes it back. */
  readonly failureLimit?: number;
}

/** One query and its bounds, both included; one of them at least. */
export interface Metric {
  /** A DNS label, for messages. */
  readonly name: string;
  /**
   * PromQL with one number as its answer. `{{pods}}` in it becomes a pattern for the names of the new version's pods, as in
   * `sum(rate(http_requests_total{pod=~"{{pods}}", status=~"5.."}[1m]))`. No answer is no success: a release that was never
   * measured is taken back.
   */
  readonly query: string;
  readonly max?: number;
  readonly min?: number;
}

/** By an analysis of one's own, or by the service's `objectives`, over the metrics of apps/chassis. */
type JudgedBy = Analysis | "objectives";

/** Replicas are replaced one by one; a version whose replicas do not become ready stops there. */
export interface Rolling {
  readonly kind: "rolling";
}

export interface BlueGreenArgs {
  /** The old version stands by, whole, for so long after the switch; `5m` by default, at most `24h`. */
  readonly bakeTime?: Duration;
  readonly analysis?: JudgedBy;
}

export interface BlueGreen extends Required<Pick<BlueGreenArgs, "bakeTime">>, Pick<BlueGreenArgs, "analysis"> {
  readonly kind: "blueGreen";
}

export interface CanaryArgs {
  /**
   * Shares of the replicas that run the new version, one after another, rising, in whole percents from 1 to 99. A share is rounded up to
   * whole replicas: 5 % of three is one of three, which gets a third of the requests.
   */
  readonly steps: readonly Percent[];
  /** How long each share is held; `2m` by default, at most `24h`. */
  readonly hold?: Duration;
  readonly analysis?: JudgedBy;
}

export interface Canary extends Required<Pick<CanaryArgs, "steps" | "hold">>, Pick<CanaryArgs, "analysis"> {
  readonly kind: "canary";
}

/** Replaces replicas one by one. What services do by default. */
export function rolling(): Rolling {
  return { kind: "rolling" };
}

/**
 * Starts the new version whole beside the old one and then switches every request to it at once. It is switched back if it fails in
 * its bake time. Needs room for twice the replicas.
 */
export function blueGreen({ bakeTime = "5m", ...args }: BlueGreenArgs = {}): BlueGreen {
  return { kind: "blueGreen", bakeTime, ...args };
}

/** Gives the new version a rising share of the replicas, and so of the requests. It is taken back if it fails on the way. */
export function canary({ hold = "2m", ...args }: CanaryArgs): Canary {
  return { kind: "canary", hold, ...args };
}
