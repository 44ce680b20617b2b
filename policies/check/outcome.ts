import type { Report } from "../report/report.ts";
import { holds } from "../report/standing.ts";

/** What `plumbline check` ends with. Scripts rely on these numbers. */
export const OUTCOME = {
  clean: 0,
  broken: 1,
  /** Nothing was judged. */
  wrongUse: 2,
  unknown: 3,
} as const;

export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];

/**
 * Clean: every mandatory rule holds, or is freed from it. Broken: one is not, or an exemption has ended. Unknown: none is
 * broken, but of one it cannot be said; with `unknown: "warn"` that is clean.
 */
export function outcomeOf(report: Report, unknown: "fail" | "warn"): Outcome {
  if (!holds(report)) return OUTCOME.broken;
  const levels = new Map(report.rules.map(({ rule, level }) => [rule.id, level]));
  const isOpen = report.lines.some(
    ({ rule, verdict, exemption }) => verdict === "unknown" && !exemption && levels.get(rule) !== "advisory",
  );
  return isOpen && unknown === "fail" ? OUTCOME.unknown : OUTCOME.clean;
}
