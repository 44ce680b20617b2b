import { createHash } from "node:crypto";
import { SECTIONS } from "../core/rule.ts";
import { allowances } from "./html/allowances.ts";
import { frameworks } from "./html/frameworks.ts";
import { head } from "./html/head.ts";
import { html, Markup } from "./html/markup.ts";
import { SCRIPT } from "./html/script.ts";
import { sections } from "./html/sections.ts";
import { STYLE } from "./html/style.ts";
import { ruleViews } from "./html/view.ts";
import type { Report } from "./report.ts";
import { withoutSecrets } from "./secrets.ts";
import { STANDINGS, VERDICTS, verdictOf } from "./standing.ts";

/**
 * The report as one page that needs nothing else: no request leaves it, and its own policy allows no script and no style
 * but those in it, by their digests.
 */
export function renderHtml(given: Report): string {
  const report = withoutSecrets(given);
  const rules = ruleViews(report);
  const policy = `default-src 'none'; style-src ${digest(STYLE)}; script-src ${digest(SCRIPT)}; img-src data:; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>${VERDICTS[verdictOf(report)]}: ${report.subject}</title><link rel="icon" href="data:,">
<style>${new Markup(STYLE)}</style></head>
<body><a class="skip" href="#main">To the sections</a>
${head(report, rules)}
<nav aria-label="Parts of the report"><ul>${LINKS.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main id="main" tabindex="-1">${filterForm()}
${sections(rules)}
${frameworks(rules)}
${allowances(report, rules)}</main>
<script>${new Markup(SCRIPT)}</script></body></html>
`;
  return page.text;
}

const LINKS: readonly (readonly [id: string, title: string])[] = [
  ...Object.entries(SECTIONS).map(([id, title]) => [`section-${id}`, title] as const),
  ["frameworks", "Frameworks"],
  ["exemptions", "Exemptions"],
  ["opt-outs", "Opt-outs"],
  ["unknowns", "Not known yet"],
];

function filterForm(): Markup {
  const options = (all: Record<string, string>) =>
    Object.entries(all).map(([value, title]) => html`<option value="${value}">${title}</option>`);
  return html`<form id="filter" role="search" aria-label="Filter of the rules" hidden>
<label>Verdict <select name="verdict">${options({ "": "all that was found", ...STANDINGS, none: "nothing to judge", every: "every rule" })}</select></label>
<label>Section <select name="section">${options({ "": "all", ...SECTIONS })}</select></label>
<label>Words <input name="words" type="search" autocomplete="off"></label>
<button type="button" id="none">Show all</button> <button type="button" id="all" aria-pressed="false">Open all</button>
<output id="result" role="status" aria-live="polite"></output></form>`;
}

function digest(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
