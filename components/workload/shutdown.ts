import { type Duration, seconds } from "../core/duration.ts";

/**
 * When every router knows of the end, clients still hold connections: for so many seconds each answer asks its client to let go of
 * its own. Longer than most clients keep one that is idle (undici: 4 s).
 */
const HANDOVER_SECONDS = 5;
/** Seconds between the last time limit and the kill, to close connections and write the last logs. */
const CLOSING_SECONDS = 5;

/** How a program ends: what is told to it, in seconds from the signal on, and when it is killed. */
export interface ShutdownPlan {
  readonly environment: Readonly<Record<"DRAIN_SECONDS" | "SHUTDOWN_SECONDS", string>>;
  /** From the announcement of the end to the kill. */
  readonly graceSeconds: number;
}

/** Of a program that answers requests. Its pod waits for the routers before the program hears of its end. */
export function servingShutdown(drain: Duration, longestRequest: Duration): ShutdownPlan {
  return shutdown(seconds(drain), HANDOVER_SECONDS, seconds(longestRequest));
}

/** Of a program that takes work by itself: it has nobody to wait for. */
export function workingShutdown(longestTask: Duration): ShutdownPlan {
  return shutdown(0, 0, seconds(longestTask));
}

function shutdown(before: number, drain: number, longest: number): ShutdownPlan {
  return {
    environment: { DRAIN_SECONDS: String(drain), SHUTDOWN_SECONDS: String(drain + longest) },
    graceSeconds: before + drain + longest + CLOSING_SECONDS,
  };
}
