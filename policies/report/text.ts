import { exemptionText } from "../core/exemption.ts";
import type { Report, ReportedExemption } from "./report.ts";
import { withoutSecrets } from "./secrets.ts";
import {
  type Judged,
  judgedLines,
  remarksOf,
  type Standing,
  tally,
  VERDICTS,
  type Verdict,
  verdictOf,
} from "./standing.ts";
import { count, labelOf, momentOf, placeOf, printable, wayOutOf, whatOf } from "./words.ts";

export interface TextOptions {
  /** Whether to colour it with ANSI codes. Default: no. */
  readonly color?: boolean;
  /** Columns that prose is wrapped at, 40 or more; a longer word and the lines of a longer fix stay whole. Default: 80. */
  readonly width?: number;
}

const COLORS = { broken: 31, warning: 33, unknown: 36, pass: 32, heading: 1 } as const;

const MARKS = { holds: "pass", broken: "broken", unknown: "unknown" } as const satisfies Record<Verdict, string>;

/** What the report is set in. */
interface Style {
  readonly width: number;
  paint(what: keyof typeof COLORS, text: string): string;
}

/**
 * The report for a terminal: what is broken, what is not known and the warnings, each file by file and object by object,
 * then what lets things stand, then the sum.
 */
export function renderText(given: Report, { color = false, width = 80 }: TextOptions = {}): string {
  const report = withoutSecrets(given);
  const style: Style = { width, paint: (what, text) => (color ? `\u001b[${COLORS[what]}m${text}\u001b[0m` : text) };
  const lines = judgedLines(report);
  const optOuts = lines.filter(({ standing }) => standing === "optedOut");
  return [
    style.paint("heading", `Checked ${printable(report.subject)}, ${momentOf(report.date)}`),
    "",
    ...PARTS.flatMap((standing) => partText(lines, standing, style)),
    ...list("Exemptions", report.exemptions.map(exemptionLine), style),
    ...list(
      "Opted out for good",
      optOuts.map(({ line }) => `${labelOf(line.object)} from ${line.rule}: ${line.optOut}`),
      style,
    ),
    ...[...remarksOf(report), summary(report, lines)]
      .flatMap((text) => wrapped(text, width))
      .map((line) => style.paint(MARKS[verdictOf(report)], line)),
    "",
  ].join("\n");
}

/** What is told line by line, what stops an up before what does not. */
const PARTS = ["broken", "unknown", "warning"] as const satisfies readonly Standing[];

function partText(lines: readonly Judged[], standing: (typeof PARTS)[number], style: Style): string[] {
  const own = lines.filter((one) => one.standing === standing);
  if (own.length === 0) return [];
  const files = Map.groupBy(own, ({ line }) => line.file ?? "");
  return [
    style.paint(standing, `${TITLES[standing]} (${own.length})`),
    "",
    ...[...files].flatMap(([file, found]) => fileText(file, found, style)),
  ];
}

const TITLES = { broken: "Broken", unknown: "Not known", warning: "Warnings" } as const;

function fileText(file: string, lines: readonly Judged[], style: Style): string[] {
  const objects = Map.groupBy(lines, ({ line }) => `${line.object.type} ${labelOf(line.object)}`);
  return [
    ...(file === "" ? [] : [style.paint("heading", printable(file))]),
    ...[...objects.values()].flatMap((own) => [
      ...own.slice(0, 1).map(({ line }) => style.paint("heading", `  ${printable(labelOf(line.object))}`)),
      ...own.flatMap((one) => lineText(one, style)),
      "",
    ]),
  ];
}

function lineText({ line, rule, level, standing }: Judged, { width, paint }: Style): string[] {
  const mark = standing === "unknown" ? "unknown" : level;
  const failed = line.verdict === "fail";
  const parts: [name: string, text: string | undefined][] = [
    ["what", whatOf(line)],
    ["at", placeOf(line)],
    ["see", line.related.length > 0 ? line.related.join(", ") : undefined],
    ["why", rule.why],
    ["fix", line.fix === "" ? undefined : line.fix],
    ["else", failed ? wayOutOf(rule) : undefined],
  ];
  return [
    `    ${paint(standing === "unknown" || standing === "warning" ? standing : "broken", `[${mark}]`)} [severity: ${rule.severity}]  ${rule.id}`,
    ...parts.flatMap(([name, text]) => (text === undefined ? [] : labelled(name, text, width))),
  ];
}

/** The sum in one sentence, by level. */
function summary(report: Report, lines: readonly Judged[]): string {
  const sum = tally(lines.map(({ standing }) => standing));
  const repaired = lines.filter(({ standing, level }) => standing === "broken" && level === "remediate").length;
  const ofThem = repaired > 0 ? ` (${repaired} of rules at level remediate, which must hold too)` : "";
  const ended = report.exemptions.filter(({ state }) => state === "expired").length;
  const all = [
    `${count(sum.broken, "mandatory violation")}${ofThem}`,
    ...(sum.warning > 0 ? [count(sum.warning, "advisory violation")] : []),
    ...(ended > 0 ? [count(ended, "exemption has ended", "exemptions have ended")] : []),
    `${sum.unknown} not known yet`,
    `${sum.exempt} exempt`,
    `${sum.optedOut} opted out`,
    `${sum.pass} passed`,
  ];
  const scope = `${count(report.objects, "object")}, ${count(report.rules.length, "rule")}`;
  return `${VERDICTS[verdictOf(report)]}: ${all.join(", ")} (${scope}).`;
}

function exemptionLine({ exemption, state }: ReportedExemption): string {
  const about = `${exemptionText(exemption)}, granted by ${exemption.approver}: ${exemption.reason}`;
  if (state === "expired") return `ended on ${exemption.expires}: ${about}; correct the object, and remove it`;
  if (state === "unused") return `not needed in this run: ${about}; remove it`;
  return `holds until ${exemption.expires}: ${about}`;
}

function list(title: string, entries: readonly string[], { width, paint }: Style): string[] {
  if (entries.length === 0) return [];
  const lines = entries.flatMap((entry) =>
    wrapped(entry, width - 4).map((line, index) => `  ${index === 0 ? "- " : "  "}${line}`),
  );
  return [paint("heading", title), ...lines, ""];
}

/** `what: ...` with what follows below it. A fix of several lines is code: its lines stay as they are. */
function labelled(name: string, text: string, width: number): string[] {
  const lines = text.includes("\n") ? text.split("\n").map(printable) : wrapped(text, width - 12);
  return lines.map((line, index) => `      ${(index === 0 ? `${name}:` : "").padEnd(6)}${line}`.trimEnd());
}

/** Breaks prose at its spaces. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of printable(text).split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
