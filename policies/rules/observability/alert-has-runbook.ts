import { type Alert, alertsOf, holdsAlerts } from "../../core/alerts.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import { spanOf } from "../../core/span.ts";
import { eachKnown } from "../../core/unknown.ts";
import { burnWindows } from "./promql.ts";

export const alertHasRunbook = defineRule({
  id: "alert-has-runbook",
  section: "observability",
  title: "Every alert says what is wrong and what to do, and fires only when it lasts",
  severity: "medium",
  why: "who is woken by an alert that says neither loses the first minutes to guesses, and one bad scrape wakes people for nothing",
  fix: 'annotations: { summary: "<what is wrong, for whom>", runbook_url: https://<the page that says what to do> }, for: 5m',
  frameworks: ["SOC2:CC7.4"],
  scope: "resource",
  exemptable: true,
  params: {
    annotations: {
      type: "array",
      items: { type: "string" },
      default: ["summary", "runbook_url"],
      description: "Annotations that every alert carries; one whose name ends in _url holds a web address.",
    },
    requireFor: {
      type: "boolean",
      default: true,
      description: "Ask how long it must last. Alerts that join two windows, or always fire, need no such time.",
    },
  },
  subjects: holdsAlerts,
  *check(object, { annotations, requireFor }) {
    yield* eachKnown(alertsOf(object), (alert) =>
      eachKnown([...annotations, ...(requireFor ? [undefined] : [])], (name) =>
        name === undefined ? withoutFor(alert) : unsaid(alert, name),
      ),
    );
  },
});

function* unsaid({ rule }: Alert, name: string): Generator<Violation> {
  const field = rule.at("annotations", name);
  const text = field.text()?.trim() ?? "";
  const isAddress = name.endsWith("_url");
  if (text !== "" && (!isAddress || /^(?:https?:\/\/\S+|\{\{.+)/.test(text))) return;
  const wanted = isAddress ? "a web address of what to do" : "a sentence that says what is wrong";
  const example = isAddress ? "https://<runbooks>/<alert>" : '"<what is wrong, for whom>"';
  yield violation(field, wanted, {
    fix: `annotations: { ${name}: ${example} } in the alert ${rule.at("alert").text()}`,
  });
}

function* withoutFor({ rule }: Alert): Generator<Violation> {
  const field = rule.at("for");
  const lasts = spanOf(field.text() ?? "0") ?? 0;
  if (lasts > 0) return;
  const expression = rule.at("expr").text() ?? "";
  if (/^\s*vector\(\s*\d+\s*\)\s*$/.test(expression) || burnWindows(expression).length > 0) return;
  const wanted = "a time for which it must last before it fires";
  yield violation(field, wanted, { fix: `for: 5m in the alert ${rule.at("alert").text()}` });
}
