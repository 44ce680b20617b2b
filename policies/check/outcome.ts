import type { Report } from "../report/report.ts";
import { type Verdict, verdictOf } from "../report/standing.ts";

/** What `plumbline check` ends with. Scripts rely on these numbers. */
export const OUTCOME = {
  clean: 0,
  broken: 1,
  /** Nothing was judged. */
  wrongUse: 2,
  unknown: 3,
} as const;

export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];

const OUTCOMES = {
  holds: OUTCOME.clean,
  broken: OUTCOME.broken,
  unknown: OUTCOME.unknown,
} as const satisfies Record<Verdict, Outcome>;

/** The number for what the report itself says of the whole. */
export function outcomeOf(report: Report): Outcome {
  return OUTCOMES[verdictOf(report)];
}
