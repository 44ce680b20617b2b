import type { Violation } from "../engine/progress.ts";
import type { AskedRules } from "../policies.ts";
import { count } from "./format.ts";

/** More names than these are told above, each with what to do. */
const MOST_NAMES = 3;

/** How many rules are asked: `132 rules, 118 mandatory`. */
export function rulesText({ asked, mandatory }: AskedRules): string {
  return `${count(asked, "rule")}, ${mandatory} mandatory`;
}

/** The same after they were asked, with those that warned: `132 rules, 118 mandatory; nothing warned of`. */
export function askedText(rules: AskedRules, violations: readonly Violation[]): string {
  const warned = [...new Set(violations.map(({ rule }) => rule))];
  if (warned.length === 0) return `${rulesText(rules)}; nothing warned of`;
  const names = warned.slice(0, MOST_NAMES).join(", ") + (warned.length > MOST_NAMES ? ", …" : "");
  return `${rulesText(rules)}; ${count(violations.length, "warning")} by ${names}: see above`;
}
