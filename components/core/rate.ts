import type { Duration } from "./duration.ts";
import type { Problem } from "./invalid.ts";

/** Requests in a window of time: `100/1m`. A window is one second, minute, hour or day: what counts requests knows no others. */
export type Rate = `${number}/${Window}`;
type Window = "1s" | "1m" | "1h" | "1d";

/** The most that a rate may allow: what counts has 32 bits, and more than this limits nobody. */
const MOST = 1_000_000_000;
const SHAPE = /^([1-9]\d{0,9})\/(1[smhd])$/;

/** Whether a value is a {@link Rate}: a whole number from 1 to 1 000 000 000, and a window. */
export function isRate(value: unknown): value is Rate {
  return typeof value === "string" && Number(SHAPE.exec(value)?.[1]) <= MOST;
}

/** The parts of a rate. Throws `TypeError` on anything that is not a {@link Rate}. */
export function perWindow(rate: Rate): { readonly requests: number; readonly window: Window & Duration } {
  if (!isRate(rate)) throw new TypeError(`${JSON.stringify(rate)} is no rate; allowed: ${ALLOWED}`);
  const [requests, window] = rate.split("/") as [string, Window];
  return { requests: Number(requests), window };
}

/** A problem if a field's value is no rate. */
export function rateProblems(field: string, given: unknown): Problem[] {
  return isRate(given) ? [] : [{ field, given, allowed: ALLOWED }];
}

const ALLOWED = 'a whole number from 1 and a window of 1s, 1m, 1h or 1d, such as "100/1m"';
