import type { Level } from "../config/settings.ts";
import type { Rule } from "../core/rule.ts";
import type { Report, ReportLine } from "./report.ts";
import { count } from "./words.ts";

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

/**
 * The word on the whole. `broken`: something is, or an exemption has ended. `unknown`: nothing is, but a rule that must
 * hold could not be judged, and that was not to be a warning.
 */
export type Verdict = "holds" | "broken" | "unknown";

export const VERDICTS = {
  holds: "Holds",
  broken: "Does not hold",
  unknown: "Not known whether it holds",
} as const satisfies Record<Verdict, string>;

export function verdictOf(report: Report): Verdict {
  const lines = judgedLines(report);
  if (lines.some(({ standing }) => standing === "broken")) return "broken";
  if (report.exemptions.some(({ state }) => state === "expired")) return "broken";
  return report.unknown !== "warn" && lines.some(isOpen) ? "unknown" : "holds";
}

/** What a reader of a report must know of rules that must hold and could not be judged; undefined if there are none. */
export function openText(report: Report): string | undefined {
  const open = judgedLines(report).filter(isOpen).length;
  if (open === 0) return undefined;
  const what = `${count(open, "finding")} of rules that must hold ${open === 1 ? "is" : "are"} not known`;
  if (report.unknown === "warn") return `${what}, and let be by --unknown warn.`;
  if (verdictOf(report) === "broken") return `${what}: that alone would end the check with exit code 3.`;
  return `${what}: the check ends with exit code 3. With --unknown warn that is let be, and it ends with 0.`;
}

/** What a reader must know before the verdict: it may be that nobody knows, or that nothing was judged. */
export function remarksOf(report: Report): string[] {
  const open = openText(report);
  return [
    ...(open === undefined ? [] : [open]),
    ...(report.lines.length > 0
      ? []
      : [
          `Nothing was judged: none of the rules that were asked (${report.rules.length}) has anything to say of ${count(report.objects, "object")}.`,
        ]),
  ];
}

function isOpen({ standing, level }: Judged): boolean {
  return standing === "unknown" && level !== "advisory";
}
