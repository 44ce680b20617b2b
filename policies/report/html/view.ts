import type { Level } from "../../config/settings.ts";
import { type Rule, SECTIONS, type Section } from "../../core/rule.ts";
import type { Report } from "../report.ts";
import { type Judged, judgedLines, STANDINGS, type Standing, worst } from "../standing.ts";
import { html, type Markup } from "./markup.ts";

/** A rule with all that was found. */
export interface RuleView {
  readonly rule: Rule;
  readonly level: Level;
  readonly found: readonly Judged[];
  /** The worst of what was found; undefined if there was nothing to judge. */
  readonly standing: Standing | undefined;
}

/** The rules of a report, in its order. */
export function ruleViews(report: Report): RuleView[] {
  const byRule = Map.groupBy(judgedLines(report), ({ rule }) => rule.id);
  return report.rules.map(({ rule, level }) => {
    const found = byRule.get(rule.id) ?? [];
    return { rule, level, found, standing: worst(found.map(({ standing }) => standing)) };
  });
}

/** The sections of the checklist with their rules, in the checklist's order; a section may have none. */
export function sectionViews(rules: readonly RuleView[]): { id: Section; title: string; rules: RuleView[] }[] {
  return (Object.entries(SECTIONS) as [Section, string][]).map(([id, title]) => ({
    id,
    title,
    rules: rules.filter(({ rule }) => rule.section === id),
  }));
}

/** A standing in a word, which does not need its colour. */
export function chip(standing: Standing | undefined): Markup {
  if (standing === undefined) return html`<span class="chip">nothing to judge</span>`;
  return html`<span class="chip ${standing}">${STANDINGS[standing]}</span>`;
}

/** A table that scrolls by itself where the window is too narrow; the keyboard can scroll it too. */
export function table(caption: string, columns: readonly string[], rows: readonly Markup[]): Markup {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;
}
