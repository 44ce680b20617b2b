import { exemptionText } from "../core/exemption.ts";
import { SECTIONS } from "../core/rule.ts";
import type { Report } from "./report.ts";
import { withoutSecrets } from "./secrets.ts";
import { type Judged, judgedLines, openText, type Standing, verdictOf, worst } from "./standing.ts";
import { labelOf, placeOf, wayOutOf, whatOf } from "./words.ts";

/** One rule's word on one object. */
interface Case {
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly outcome: "passed" | "failed" | "skipped";
  /** What stands inside the case, as XML. */
  readonly body: string;
}

/**
 * The report in the JUnit format, for a CI that shows tests: a suite for each rule, a case for each object. A violation of
 * a rule that must hold is a failure (its `type` names the level); one of an advisory rule is skipped, with all that is to
 * be said of it; what is not known yet or exempt is skipped too.
 */
export function renderJunit(given: Report): string {
  const report = withoutSecrets(given);
  const byRule = Map.groupBy(judgedLines(report), ({ rule }) => rule.id);
  const suites = report.rules.map(({ rule }) => ({
    attributes: { name: rule.id, package: SECTIONS[rule.section], timestamp: report.date.toISOString().slice(0, 19) },
    cases: casesOf(byRule.get(rule.id) ?? []),
  }));
  const all = [...suites, ...exemptionSuites(report), ...verdictSuites(report)];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: `Plumbline: ${report.subject}`, ...countsOf(all.flatMap(({ cases }) => cases)) })}>`,
    ...all.flatMap((suite) => [
      `  <testsuite${attributes({ ...suite.attributes, ...countsOf(suite.cases) })}>`,
      ...suite.cases.map(
        (one) =>
          `    <testcase${attributes(one.attributes)}${one.body === "" ? "/>" : `>\n      ${one.body}\n    </testcase>`}`,
      ),
      "  </testsuite>",
    ]),
    "</testsuites>",
    "",
  ].join("\n");
}

function casesOf(lines: readonly Judged[]): Case[] {
  const objects = Map.groupBy(lines, ({ line }) => JSON.stringify([line.file, line.object]));
  return [...objects.values()].flatMap((own) => {
    const [first] = own;
    if (!first) return [];
    const { line, rule } = first;
    const about = { name: labelOf(line.object), classname: rule.id, file: line.file, line: line.line };
    return [{ attributes: about, ...outcomeOf(own) }];
  });
}

function outcomeOf(lines: readonly Judged[]): Pick<Case, "outcome" | "body"> {
  const standing = worst(lines.map((one) => one.standing));
  const text = (which: readonly Standing[]) => lines.filter((one) => which.includes(one.standing));
  const wrong = text(["broken", "warning"]);
  const said = escaped(wrong.map(violationText).join("\n\n"));
  const message = wrong.map(({ line }) => whatOf(line)).join("; ");
  if (standing === "broken")
    return {
      outcome: "failed",
      body: `<failure${attributes({ type: lines[0]?.level, message })}>${said}</failure>`,
    };
  if (standing === "warning")
    return {
      outcome: "skipped",
      body: `<skipped${attributes({ message: `advisory: ${message}` })}/><system-out>${said}</system-out>`,
    };
  if (standing === "unknown" || standing === "exempt") {
    const message = text(["unknown", "exempt"])
      .map(({ line }) => {
        const until = line.exemption && ` (exempt until ${line.exemption.expires}: ${line.exemption.reason})`;
        return `${whatOf(line)}${until ?? ""}`;
      })
      .join("; ");
    return { outcome: "skipped", body: `<skipped${attributes({ message })}/>` };
  }
  const optOuts = text(["optedOut"]).map(({ line }) => `opted out: ${line.optOut}`);
  return {
    outcome: "passed",
    body: optOuts.length === 0 ? "" : `<system-out>${escaped(optOuts.join("\n"))}</system-out>`,
  };
}

function violationText({ line, rule }: Judged): string {
  const place = placeOf(line);
  const out = wayOutOf(rule);
  return [
    `what: ${whatOf(line)}`,
    ...(place === undefined ? [] : [`at:   ${place}`]),
    ...(line.related.length === 0 ? [] : [`see:  ${line.related.join(", ")}`]),
    `why:  ${rule.why}`,
    `fix:  ${line.fix}`,
    ...(out === undefined ? [] : [`else: ${out}`]),
  ].join("\n");
}

/** The exemptions are tests of their own: one that has ended fails. */
function exemptionSuites({ exemptions, date }: Report) {
  if (exemptions.length === 0) return [];
  const cases = exemptions.map(({ exemption, state }): Case => {
    const about = { name: exemptionText(exemption), classname: "exemptions" };
    if (state === "used") return { attributes: about, outcome: "passed", body: "" };
    if (state === "unused")
      return {
        attributes: about,
        outcome: "passed",
        body: "<system-out>not needed in this run: remove it</system-out>",
      };
    const message = `ended on ${exemption.expires}: correct the object, and remove the exemption`;
    return { attributes: about, outcome: "failed", body: `<failure${attributes({ type: "mandatory", message })}/>` };
  });
  return [
    { attributes: { name: "exemptions", package: "Exemptions", timestamp: date.toISOString().slice(0, 19) }, cases },
  ];
}

/**
 * What cannot be judged is skipped case by case, and a CI counts that as good: where it decides the verdict, that is a
 * failure of its own.
 */
function verdictSuites(report: Report) {
  const message = openText(report);
  if (message === undefined) return [];
  const fails = verdictOf(report) === "unknown";
  const one: Case = {
    attributes: { name: "every rule that must hold could be judged", classname: "verdict" },
    outcome: fails ? "failed" : "skipped",
    body: fails ? `<failure${attributes({ type: "unknown", message })}/>` : `<skipped${attributes({ message })}/>`,
  };
  const timestamp = report.date.toISOString().slice(0, 19);
  return [{ attributes: { name: "verdict", package: "Verdict", timestamp }, cases: [one] }];
}

function countsOf(cases: readonly Case[]) {
  const number = (outcome: Case["outcome"]) => cases.filter((one) => one.outcome === outcome).length;
  return { tests: cases.length, failures: number("failed"), errors: 0, skipped: number("skipped"), time: 0 };
}

function attributes(all: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(all)
    .map(([name, value]) =>
      value === undefined ? "" : ` ${name}="${escaped(String(value)).replaceAll("\n", "&#10;")}"`,
    )
    .join("");
}

/** Text for XML 1.0: what no document may hold, escaped or not, becomes U+FFFD (control characters, halves of pairs). */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;");
}
