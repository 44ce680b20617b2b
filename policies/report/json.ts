import type { Exemption } from "../core/exemption.ts";
import { optOutKey } from "../core/opt-out.ts";
import type { JsonReport } from "./json-schema.ts";
import type { Report } from "./report.ts";
import { withoutSecrets } from "./secrets.ts";
import { type Judged, judgedLines, tally, verdictOf } from "./standing.ts";

/** The report for programs: every key is always there, null where there is nothing to say. See `json-schema.ts`. */
export function renderJson(given: Report): string {
  const report = withoutSecrets(given);
  const lines = judgedLines(report);
  const json: JsonReport = {
    schemaVersion: 1,
    date: report.date.toISOString(),
    subject: report.subject,
    holds: verdictOf(report) === "holds",
    verdict: verdictOf(report),
    objects: report.objects,
    totals: tally(lines.map(({ standing }) => standing)),
    rules: report.rules.map(ruleJson),
    findings: lines.map(findingJson),
    exemptions: report.exemptions.map(({ exemption, state }) => ({ exemption: exemptionJson(exemption), state })),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function ruleJson({ rule, level }: Report["rules"][number]): JsonReport["rules"][number] {
  return {
    rule: rule.id,
    section: rule.section,
    title: rule.title,
    severity: rule.severity,
    level,
    why: rule.why,
    fix: rule.fix,
    frameworks: [...rule.frameworks],
    optOut: rule.optOut === undefined ? null : optOutKey(rule.optOut),
    exemptable: rule.exemptable,
  };
}

function findingJson({ line, rule, level }: Judged): JsonReport["findings"][number] {
  const { type, namespace = null, name } = line.object;
  return {
    rule: line.rule,
    verdict: line.verdict,
    object: { type, namespace, name },
    file: line.file ?? null,
    line: line.line ?? null,
    path: line.path,
    actual: line.actual,
    wanted: line.wanted,
    related: [...line.related],
    fix: line.fix,
    section: rule.section,
    severity: rule.severity,
    level,
    optOut: line.optOut ?? null,
    exemption: line.exemption ? exemptionJson(line.exemption) : null,
  };
}

function exemptionJson(exemption: Exemption): JsonReport["exemptions"][number]["exemption"] {
  const { rule, resource, owner, reason, ticket, approver, granted = null, expires } = exemption;
  return { rule, resource, owner, reason, ticket, approver, granted, expires };
}
