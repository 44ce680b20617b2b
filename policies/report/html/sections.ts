import { SECTIONS } from "../../core/rule.ts";
import { type Judged, STANDINGS } from "../standing.ts";
import { count, labelOf, placeOf, wayOutOf } from "../words.ts";
import { html, joints, type Markup } from "./markup.ts";
import { chip, type RuleView, sectionViews, table } from "./view.ts";

/** The eleven sections, each with its rules to unfold. */
export function sections(rules: readonly RuleView[]): Markup[] {
  return sectionViews(rules).map(
    ({ id, title, rules: own }) =>
      html`<section${own.length === 0 ? "" : html` class="chapter"`} id="section-${id}" data-chapter="${id}" aria-labelledby="title-${id}"><h2 id="title-${id}">${title}</h2>
${own.length === 0 ? html`<p class="soft">No rule of this section was asked.</p>` : own.map(ruleDetails)}</section>
`,
  );
}

function ruleDetails({ rule, level, found, standing }: RuleView): Markup {
  const out = wayOutOf(rule);
  const rest = found.filter((one) => one.standing !== "pass");
  return html`<details class="rule" id="rule-${rule.id}" data-section="${rule.section}" data-standing="${standing ?? "none"}">
<summary>${chip(standing)} <h3>${rule.title}</h3> <code>${rule.id}</code> <span class="soft">${rule.severity}, ${level}</span></summary>
<div><dl><dt>Why</dt><dd>${rule.why}</dd><dt>Fix</dt><dd><pre>${rule.fix}</pre></dd>
<dt>Section</dt><dd>${SECTIONS[rule.section]}</dd><dt>Severity</dt><dd>${rule.severity}</dd><dt>Level here</dt><dd>${level}</dd>
<dt>Frameworks</dt><dd>${rule.frameworks.length === 0 ? "none" : rule.frameworks.join(", ")}</dd>
<dt>Ways around</dt><dd>${out === undefined ? "An object cannot opt out" : `For good: ${out}`}; ${
    rule.exemptable ? "an exemption lets it stand for a time" : "it cannot be exempted"
  }.</dd></dl>
${rest.length === 0 ? undefined : evidence(rule.id, rest)}
${passed(found.filter((one) => one.standing === "pass"))}
${found.length === 0 ? html`<p class="soft">No object that was judged is this rule's business.</p>` : undefined}</div></details>
`;
}

function evidence(rule: string, found: readonly Judged[]): Markup {
  const columns = ["Verdict", "Object", "Where", "Found", "Wanted", "Takes part", "Fix"];
  const rows = found.map(({ line, standing }) => {
    const place = placeOf(line);
    return html`<tr data-finding="${standing}"><td>${chip(standing)}${standingNote(line)}</td>
<th scope="row">${joints(labelOf(line.object))}${place === undefined ? undefined : html`<br><code class="soft">${joints(place)}</code>`}</th>
<td><code>${line.path === "" ? "the object itself" : joints(line.path)}</code></td><td>${joints(line.actual)}</td><td>${joints(line.wanted)}</td>
<td>${joints(line.related.join(", "))}</td><td>${line.fix === "" ? undefined : html`<pre>${line.fix}</pre>`}</td></tr>
`;
  });
  return html`<div data-list>${table(`Evidence of ${rule}: ${count(found.length, "finding")}`, columns, rows)}</div>`;
}

function standingNote({ optOut, exemption }: Judged["line"]): Markup | undefined {
  if (optOut !== undefined) return html`<br>${optOut}`;
  if (!exemption) return undefined;
  return html`<br>until <time datetime="${exemption.expires}">${exemption.expires}</time>: ${exemption.reason} (${exemption.ticket})`;
}

function passed(found: readonly Judged[]): Markup | undefined {
  if (found.length === 0) return undefined;
  return html`<details data-list><summary>${STANDINGS.pass}: ${count(found.length, "finding")}</summary><ul>${found.map(
    ({ line }) => {
      const place = placeOf(line);
      return html`<li data-finding="pass">${labelOf(line.object)}${place === undefined ? undefined : html` <code class="soft">${joints(place)}</code>`}</li>
`;
    },
  )}</ul></details>`;
}
