import type { Problem } from "./invalid.ts";

/** A span of time as people write it: a whole number and a unit, such as `250ms`, `30s`, `15m`, `12h` or `7d`. */
export type Duration = `${number}${"ms" | "s" | "m" | "h" | "d"}`;

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const SHAPE = /^(\d+)(ms|s|m|h|d)$/;

/** Whether a text is a {@link Duration}. Fractions and signs are not: write `1500ms`, not `1.5s`. */
export function isDuration(text: string): text is Duration {
  return typeof text === "string" && SHAPE.test(text);
}

/** A problem if a field's value is no duration, or not between two, both included. */
export function durationProblems(field: string, given: string, least: Duration, most: Duration): Problem[] {
  const isFine =
    isDuration(given) && milliseconds(given) >= milliseconds(least) && milliseconds(given) <= milliseconds(most);
  return isFine ? [] : [{ field, given, allowed: `a duration from "${least}" to "${most}"` }];
}

/** Milliseconds in a duration. Throws `TypeError` on anything that is not one. */
export function milliseconds(duration: Duration): number {
  const [, amount, unit] = SHAPE.exec(duration) ?? [];
  if (amount === undefined || unit === undefined)
    throw new TypeError(
      `${JSON.stringify(duration)} is no duration; allowed: a whole number and ms, s, m, h or d ("15m")`,
    );
  return Number(amount) * UNITS[unit as keyof typeof UNITS];
}

/** Whole seconds in a duration, rounded up: the unit of Kubernetes probes and grace periods. */
export function seconds(duration: Duration): number {
  return Math.ceil(milliseconds(duration) / 1_000);
}

/** What fits into one part of a {@link gatewaySpan}. */
const MOST_IN_A_PART = 99_999;

/**
 * The same span, to the millisecond, as the Gateway API takes it (GEP-2257): parts of five digits at most, and no fractions. In seconds
 * if it is whole seconds, `90s`; else in milliseconds, `1500ms`; what is too long for one part in several, `150s500ms`.
 */
export function gatewaySpan(duration: Duration): string {
  const all = milliseconds(duration);
  const [whole, rest] = [Math.floor(all / 1_000), all % 1_000];
  if (rest > 0 && all <= MOST_IN_A_PART) return `${all}ms`;
  const isLong = whole > MOST_IN_A_PART;
  const [hours, minutes] = isLong ? [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60)] : [0, 0];
  const parts = Object.entries({ h: hours, m: minutes, s: whole - hours * 3_600 - minutes * 60, ms: rest });
  const said = parts.filter(([, count]) => count > 0);
  return said.map(([unit, count]) => `${count}${unit}`).join("") || "0s";
}

/** The same span as protocol buffers write it in JSON, and Envoy reads it: seconds, with what is left behind a point. */
export function protobufSpan(duration: Duration): string {
  return `${milliseconds(duration) / 1_000}s`;
}

/** Go's way to write a span of milliseconds, which controllers in Go give back: `2160h0m0s`, `5m0s`. Parts of a second are left out. */
export function goDuration(span: number): string {
  const whole = Math.floor(span / 1_000);
  const [hours, minutes, seconds] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60), whole % 60];
  return `${hours > 0 ? `${hours}h` : ""}${whole >= 60 ? `${minutes}m` : ""}${seconds}s`;
}
