import type { Report, ReportedExemption } from "../report.ts";
import { count, labelOf, placeOf } from "../words.ts";
import { html, joints, type Markup } from "./markup.ts";
import { type RuleView, table } from "./view.ts";

const STATES: Readonly<Record<ReportedExemption["state"], { chip: string; text: string }>> = {
  used: { chip: "exempt", text: "holds, and is needed" },
  unused: { chip: "warning", text: "frees nothing: remove it" },
  expired: { chip: "broken", text: "has ended: correct the object, and remove it" },
};

/** All that lets something stand which no rule has passed: exemptions, opt-outs, and what is not known yet. */
export function allowances(report: Report, rules: readonly RuleView[]): Markup {
  return html`${exemptions(report)}${optOuts(rules)}${unknowns(rules)}`;
}

function exemptions({ exemptions: all }: Report): Markup {
  const columns = ["State", "Rule", "Object", "Owner", "Granted by", "Granted", "Last day", "Ticket", "Reason"];
  const rows = all.map(({ exemption, state }) => {
    const { rule, resource, owner, approver, granted, expires, ticket, reason } = exemption;
    return html`<tr><td><span class="chip ${STATES[state].chip}">${state}</span><br>${STATES[state].text}</td><th scope="row"><a href="#rule-${rule}">${rule}</a></th>
<td>${joints(resource)}</td><td>${owner}</td><td>${approver}</td><td class="day">${granted ?? "not said"}</td><td class="day">${expires}</td><td>${ticket}</td><td>${reason}</td></tr>
`;
  });
  return chapter("exemptions", "Exemptions: for a time", "No exemption was granted.", rows, (caption) =>
    table(caption, columns, rows),
  );
}

function optOuts(rules: readonly RuleView[]): Markup {
  const rows = rules.flatMap(({ rule, found }) =>
    found
      .filter(({ standing }) => standing === "optedOut")
      .map(
        ({
          line,
        }) => html`<tr><th scope="row">${labelOf(line.object)}</th><td><a href="#rule-${rule.id}">${rule.id}</a></td><td>${line.optOut}</td><td>${joints(placeOf(line) ?? "")}</td></tr>
`,
      ),
  );
  return chapter("opt-outs", "Opt-outs: for good", "No object opts out of a rule.", rows, (caption) =>
    table(caption, ["Object", "Rule", "Reason", "Place"], rows),
  );
}

function unknowns(rules: readonly RuleView[]): Markup {
  const rows = rules.flatMap(({ rule, found }) =>
    found
      .filter(({ standing }) => standing === "unknown")
      .map(
        ({
          line,
        }) => html`<tr><th scope="row">${labelOf(line.object)}</th><td><a href="#rule-${rule.id}">${rule.id}</a></td><td><code>${joints(line.path)}</code></td><td>${joints(placeOf(line) ?? "")}</td></tr>
`,
      ),
  );
  return chapter("unknowns", "Not known yet", "Everything could be judged.", rows, (caption) =>
    table(caption, ["Object", "Rule", "Where", "Place"], rows),
  );
}

function chapter(
  id: string,
  title: string,
  none: string,
  rows: readonly Markup[],
  shown: (caption: string) => Markup,
): Markup {
  const body =
    rows.length === 0
      ? html`<p class="soft">${none}</p>`
      : shown(`${title}, ${count(rows.length, "entry", "entries")}`);
  return html`<section class="chapter" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>
`;
}
