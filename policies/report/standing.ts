import type { Level } from "../config/settings.ts";
import type { Rule } from "../core/rule.ts";
import type { Report, ReportLine } from "./report.ts";

/**
 * What a line means for those who wait for the verdict, the worst first. `broken` stops an up; a rule that repairs counts
 * as broken too, since a report shows what is written, and a repair is only made in an up.
 */
export const STANDINGS = {
  broken: "broken",
  warning: "warning",
  unknown: "not known yet",
  exempt: "exempt for now",
  optedOut: "opted out",
  pass: "passed",
} as const;

export type Standing = keyof typeof STANDINGS;

/** How many lines there are of each standing. */
export type Tally = Readonly<Record<Standing, number>>;

function standingOf(line: ReportLine, level: Level): Standing {
  if (line.verdict === "pass") return line.optOut === undefined ? "pass" : "optedOut";
  if (line.exemption) return "exempt";
  if (line.verdict === "unknown") return "unknown";
  return level === "advisory" ? "warning" : "broken";
}

/** A line with all that is known of its rule. */
export interface Judged {
  readonly line: ReportLine;
  readonly rule: Rule;
  readonly level: Level;
  readonly standing: Standing;
}

/** The lines of a report, in its order. Throws a TypeError if one is of a rule that was not asked. */
export function judgedLines(report: Report): Judged[] {
  const asked = new Map(report.rules.map((one) => [one.rule.id, one]));
  return report.lines.map((line) => {
    const one = asked.get(line.rule);
    if (!one) throw new TypeError(`the report has a line of the rule ${line.rule}, but not the rule`);
    return { line, ...one, standing: standingOf(line, one.level) };
  });
}

export function tally(standings: Iterable<Standing>): Tally {
  const counts = { broken: 0, warning: 0, unknown: 0, exempt: 0, optedOut: 0, pass: 0 };
  for (const standing of standings) counts[standing] += 1;
  return counts;
}

/** The worst of some standings; undefined where there is none, since the rule had nothing to judge. */
export function worst(standings: Iterable<Standing>): Standing | undefined {
  const there = new Set(standings);
  return (Object.keys(STANDINGS) as Standing[]).find((standing) => there.has(standing));
}

/** Whether what was judged holds: nothing is broken, and no exemption has ended. */
export function holds(report: Report): boolean {
  return (
    judgedLines(report).every(({ standing }) => standing !== "broken") &&
    report.exemptions.every(({ state }) => state !== "expired")
  );
}
