import type { Problem } from "./invalid.ts";

/** Whether a value is a whole number between two, both included. */
export function isWhole(given: unknown, least: number, most: number): boolean {
  return Number.isInteger(given) && Number(given) >= least && Number(given) <= most;
}

/** A problem if a field's value is no whole number between two, both included. */
export function wholeProblems(field: string, given: unknown, least: number, most: number): Problem[] {
  return isWhole(given, least, most) ? [] : [{ field, given, allowed: `a whole number from ${least} to ${most}` }];
}
