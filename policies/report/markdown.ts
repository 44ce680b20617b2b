import { exemptionText } from "../core/exemption.ts";
import type { Report } from "./report.ts";
import { withoutSecrets } from "./secrets.ts";
import {
  type Judged,
  judgedLines,
  remarksOf,
  STANDINGS,
  type Standing,
  tally,
  type Verdict,
  verdictOf,
} from "./standing.ts";
import { count, labelOf, momentOf, placeOf, whatOf } from "./words.ts";

/**
 * How much of each part is shown, in characters: a comment on a pull request may have 65,536 (GitHub), and it is read by
 * somebody who came for something else.
 */
const ROOM = { broken: 26_000, warning: 12_000, unknown: 6_000, exemptions: 8_000, optedOut: 6_000 } as const;

/** The report as a comment on a pull request: the verdict, what is broken as a table, the rest to unfold. */
export function renderMarkdown(given: Report): string {
  const report = withoutSecrets(given);
  const lines = judgedLines(report);
  const those = (standing: Standing) => lines.filter((one) => one.standing === standing);
  return [
    ...head(report, lines),
    ...table("Broken rules", those("broken"), ROOM.broken),
    ...folded("Warnings", those("warning").map(warningItem), ROOM.warning),
    ...folded(
      "Not known",
      those("unknown").map(({ line }) => `${code(line.rule)} ${plain(whatOf(line))}`),
      ROOM.unknown,
    ),
    ...folded("Exemptions", report.exemptions.map(exemptionItem), ROOM.exemptions),
    ...folded(
      "Opted out for good",
      those("optedOut").map(
        ({ line }) => `${code(line.rule)} ${plain(labelOf(line.object))}: ${plain(line.optOut ?? "")}`,
      ),
      ROOM.optedOut,
    ),
  ].join("\n");
}

const TITLES: Readonly<Record<Verdict, string>> = {
  holds: "✅ Plumbline: holds",
  broken: "❌ Plumbline: does not hold",
  unknown: "❔ Plumbline: not known whether it holds",
};

function head(report: Report, lines: readonly Judged[]): string[] {
  const sum = tally(lines.map(({ standing }) => standing));
  const counts = (Object.keys(STANDINGS) as Standing[]).map((standing) => `${sum[standing]} ${STANDINGS[standing]}`);
  const ended = report.exemptions.filter(({ state }) => state === "expired").length;
  const scope = `${count(report.objects, "object")} and ${count(report.rules.length, "rule")}`;
  return [
    `### ${TITLES[verdictOf(report)]}`,
    "",
    `${plain(report.subject)}: ${counts.join(", ")}, of ${scope}, ${momentOf(report.date)}.`,
    ...(ended > 0 ? ["", `**${count(ended, "exemption has ended", "exemptions have ended")}.**`] : []),
    ...remarksOf(report).flatMap((remark) => ["", plain(remark)]),
    "",
  ];
}

function table(title: string, lines: readonly Judged[], room: number): string[] {
  if (lines.length === 0) return [];
  const rows = lines.map(({ line, rule }) => {
    const place = placeOf(line);
    const where = `${plain(labelOf(line.object))}${place === undefined ? "" : `<br>${code(place)}`}`;
    const what = `${line.path === "" ? "" : `${code(line.path)} `}is ${plain(line.actual)}; wanted: ${plain(line.wanted)}`;
    return `| ${code(rule.id)}<br>${rule.severity} | ${where} | ${what} | ${code(line.fix)} |`;
  });
  return [
    `#### ${title}`,
    "",
    "| Rule | Object | What is wrong | Fix |",
    "| --- | --- | --- | --- |",
    ...fitting(rows, room, (left) => `| | | and ${left} more, in the full report | |`),
    "",
  ];
}

function folded(title: string, items: readonly string[], room: number): string[] {
  if (items.length === 0) return [];
  return [
    `<details><summary>${title} (${items.length})</summary>`,
    "",
    ...fitting(
      items.map((item) => `- ${item}`),
      room,
      (left) => `- and ${left} more, in the full report`,
    ),
    "",
    "</details>",
    "",
  ];
}

function warningItem({ line, rule }: Judged): string {
  const place = placeOf(line);
  return `${code(rule.id)} ${plain(whatOf(line))}${place === undefined ? "" : `, ${code(place)}`}. Fix: ${code(line.fix)}`;
}

function exemptionItem({ exemption, state }: Report["exemptions"][number]): string {
  const about = `${plain(exemptionText(exemption))}, granted by ${plain(exemption.approver)}: ${plain(exemption.reason)}`;
  if (state === "expired") return `**ended on ${exemption.expires}**: ${about}`;
  return state === "unused" ? `**not needed in this run**: ${about}` : `holds until ${exemption.expires}: ${about}`;
}

/** As many rows as there is room for, and a word on those that are left. */
function fitting(rows: readonly string[], room: number, rest: (left: number) => string): string[] {
  let taken = 0;
  const shown = rows.filter((row) => {
    taken += row.length + 1;
    return taken <= room;
  });
  return shown.length === rows.length ? shown : [...shown, rest(rows.length - shown.length)];
}

/**
 * Text that stays text: whatever Markdown or HTML would read something into (a pipe ends a cell, an @ calls somebody)
 * becomes a character reference, in which neither sees anything.
 */
function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}]+/gu, " ")
    .replace(/[&<>"'|`*_~[\]()\\#@!$:]/g, (char) => `&#${char.codePointAt(0)};`);
}

/** The same in a fixed pitch; a pair of backticks would leave nothing to escape a pipe or a backtick by. */
function code(text: string): string {
  const lines = text.split("\n").map((line) => plain(line).replace(/^ +/, (indent) => "&nbsp;".repeat(indent.length)));
  return `<code>${lines.join("<br>")}</code>`;
}
