import { STANDINGS, worst } from "../standing.ts";
import { count } from "../words.ts";
import { html, type Markup } from "./markup.ts";
import { chip, type RuleView, table } from "./view.ts";

/** Frameworks that people ask for, with how their controls begin; others are listed by their own names. */
const FRAMEWORKS = [
  { name: "Kubernetes Pod Security Standards (PSS)", begins: /^PSS\b/ },
  { name: "NSA and CISA Kubernetes Hardening Guidance (NSA)", begins: /^NSA\b/ },
  { name: "CIS Benchmarks (CIS)", begins: /^CIS\b/ },
  { name: "SOC 2 Trust Services Criteria", begins: /^SOC2\b/ },
  { name: "PCI DSS", begins: /^PCI-DSS\b/ },
  { name: "GDPR", begins: /^GDPR\b/ },
] as const;

/** For each framework its controls, the rules that serve each, and how they stand. */
export function frameworks(rules: readonly RuleView[]): Markup {
  const controls = Map.groupBy(
    rules.flatMap((view) => view.rule.frameworks.map((control) => ({ control, view }))),
    ({ control }) => nameOf(control),
  );
  const names = [...FRAMEWORKS.map(({ name }) => name), ...controls.keys()];
  return html`<section class="chapter" aria-labelledby="frameworks"><h2 id="frameworks">Frameworks</h2>
<p>A rule serves a control; that it holds does not mean that all of the control is met.</p>
${[...new Set(names)].map((name) => framework(name, controls.get(name) ?? []))}</section>`;
}

function framework(name: string, served: readonly { control: string; view: RuleView }[]): Markup {
  const controls = [...Map.groupBy(served, ({ control }) => control)].sort(([a], [b]) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
  if (controls.length === 0)
    return html`<h3>${name}</h3><p class="soft">No rule that was asked serves one of its controls.</p>
`;
  const rows = controls.map(([control, own]) => {
    const standings = own.flatMap(({ view }) => view.standing ?? []);
    return html`<tr><th scope="row">${control}</th><td>${chip(worst(standings))}</td><td>${own.map(
      ({ view: { rule, standing } }, index) =>
        html`${index > 0 ? ", " : ""}<a href="#rule-${rule.id}">${rule.id}</a> (${standing ? STANDINGS[standing] : "nothing to judge"})`,
    )}</td></tr>
`;
  });
  return html`<h3>${name}</h3>${table(`${name}: ${count(controls.length, "control")}`, ["Control", "Verdict", "Rules"], rows)}
`;
}

function nameOf(control: string): string {
  return FRAMEWORKS.find(({ begins }) => begins.test(control))?.name ?? control.replace(/:.*$/s, "");
}
