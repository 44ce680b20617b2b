import type { Report } from "../report.ts";
import { remarksOf, STANDINGS, type Standing, tally, VERDICTS, verdictOf, worst } from "../standing.ts";
import { count, momentOf } from "../words.ts";
import { html, type Markup } from "./markup.ts";
import { chip, type RuleView, sectionViews, table } from "./view.ts";

/** How many broken rules the head names; the sections have them all. */
const NAMED = 12;

/** What a reader knows after a minute: the verdict, what it is about, what stops it, and the sum of each section. */
export function head(report: Report, rules: readonly RuleView[]): Markup {
  const sum = tally(rules.flatMap(({ found }) => found.map(({ standing }) => standing)));
  const ended = report.exemptions.filter(({ state }) => state === "expired").length;
  const verdict = verdictOf(report);
  const why = [
    ...(sum.broken > 0 ? [`${count(sum.broken, "finding breaks", "findings break")} what must hold.`] : []),
    ...(ended > 0 ? [`${count(ended, "exemption has ended", "exemptions have ended")}.`] : []),
    ...(sum.unknown > 0 ? [`${count(sum.unknown, "finding is", "findings are")} not known yet.`] : []),
    ...remarksOf(report),
    ...(verdict === "holds" ? ["No rule that must hold is broken, and no exemption has ended."] : []),
  ];
  return html`<header>
<h1>Production checklist: ${VERDICTS[verdict].toLowerCase()}</h1>
<div class="verdict${verdict === "holds" ? "" : ` ${verdict}`}"><p class="lead">${why.join(" ")}</p></div>
<dl><dt>Judged</dt><dd>${report.subject}</dd><dt>On</dt><dd><time datetime="${report.date.toISOString()}">${momentOf(report.date)}</time></dd>
<dt>Extent</dt><dd>${count(report.objects, "object")}, ${count(rules.length, "rule")}, ${count(report.lines.length, "finding")}</dd>
<dt>Findings</dt><dd>${(Object.keys(STANDINGS) as Standing[]).map((one) => `${sum[one]} ${STANDINGS[one]}`).join(", ")}</dd></dl>
</header>
${brokenRules(rules)}
<section aria-labelledby="totals"><h2 id="totals">Sections of the checklist</h2>${totals(rules)}</section>`;
}

function brokenRules(rules: readonly RuleView[]): Markup | undefined {
  const broken = rules.filter(({ standing }) => standing === "broken");
  if (broken.length === 0) return undefined;
  const order = ["critical", "high", "medium", "low"];
  const sorted = broken.toSorted((a, b) => order.indexOf(a.rule.severity) - order.indexOf(b.rule.severity));
  const rest = sorted.length - NAMED;
  return html`<section aria-labelledby="stops"><h2 id="stops">What has to be repaired</h2><ol>${sorted
    .slice(0, NAMED)
    .map(({ rule, found }) => {
      const places = found.filter(({ standing }) => standing === "broken").length;
      return html`<li><a href="#rule-${rule.id}">${rule.title}</a> <span class="soft">(${rule.severity}, ${count(places, "place")})</span></li>`;
    })}</ol>${rest > 0 ? html`<p>And ${count(rest, "rule")} more, in the sections.</p>` : undefined}</section>`;
}

function totals(rules: readonly RuleView[]): Markup {
  const columns = Object.entries(STANDINGS) as [Standing, string][];
  const rows = sectionViews(rules).map(({ id, title, rules: own }) => {
    const sum = tally(own.flatMap(({ found }) => found.map(({ standing }) => standing)));
    return html`<tr class="numbers"><th scope="row"><a href="#section-${id}">${title}</a></th><td>${own.length === 0 ? "no rule asked" : chip(worst(own.flatMap(({ standing }) => standing ?? [])))}</td><td>${own.length}</td>${columns.map(
      ([standing]) => html`<td>${sum[standing]}</td>`,
    )}</tr>`;
  });
  return table("Findings of each section", ["Section", "Verdict", "Rules", ...columns.map(([, title]) => title)], rows);
}
