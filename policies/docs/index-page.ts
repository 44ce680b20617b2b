import { type Rule, SECTIONS, type Section } from "../core/rule.ts";
import { code, prose, table } from "./markdown.ts";

/** The list of all rules, section by section, and of the controls that they serve. */
export function indexPage(rules: readonly Rule[]): string {
  const sections = Object.entries(SECTIONS) as [Section, string][];
  return [
    "# The rules",
    `${rules.length} rules in the ${sections.length} sections of the production checklist. How they are run, set and got around: [Policies](../policies.md).`,
    "These pages are made from the rules by `npm run docs:rules`.",
    ...sections.flatMap(([id, title]) => [`## ${title}`, sectionTable(rules.filter(({ section }) => section === id))]),
    "## Frameworks",
    "A rule serves a control; that it holds does not mean that all of the control is met.",
    frameworks(rules),
    "",
  ].join("\n\n");
}

function sectionTable(rules: readonly Rule[]): string {
  if (rules.length === 0) return "No rule yet.";
  const rows = rules.map((rule) => [link(rule), prose(rule.title), rule.severity]);
  return table(["Rule", "What it demands", "Severity"], rows);
}

function frameworks(rules: readonly Rule[]): string {
  const served = rules.flatMap((rule) => rule.frameworks.map((control) => ({ control, rule })));
  const controls = [...Map.groupBy(served, ({ control }) => control)].sort(([a], [b]) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
  return table(
    ["Control", "Rules"],
    controls.map(([control, own]) => [code(control), own.map(({ rule }) => link(rule)).join(", ")]),
  );
}

function link({ id }: Rule): string {
  return `[${id}](${id}.md)`;
}
