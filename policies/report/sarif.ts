import { createHash } from "node:crypto";
import type { Location, Log, ReportingDescriptor, Result, Run } from "sarif";
import { exemptionText } from "../core/exemption.ts";
import type { Severity } from "../core/rule.ts";
import type { Report, ReportLine } from "./report.ts";
import { withoutSecrets } from "./secrets.ts";
import { type Judged, judgedLines, openText, verdictOf } from "./standing.ts";
import { labelOf, wayOutOf, whatOf } from "./words.ts";

/** Where OASIS keeps the schema of this version for good. */
const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** How code scanning shows a severity: the level, and a number whose ranges are those of CVSS (over 9 is critical, and so on). */
const SEVERITIES = {
  critical: { level: "error", score: "9.5" },
  high: { level: "error", score: "8.0" },
  medium: { level: "warning", score: "5.5" },
  low: { level: "note", score: "2.5" },
} as const satisfies Record<Severity, unknown>;

/** The report in SARIF 2.1.0, for code scanning: a result for each line, those that pass or cannot be judged yet too. */
export function renderSarif(given: Report): string {
  const report = withoutSecrets(given);
  const rules = report.rules.map(({ rule }) => rule.id);
  const seen = new Map<string, number>();
  const run: Run = {
    tool: { driver: { name: "Plumbline", rules: report.rules.map(descriptorOf) } },
    columnKind: "utf16CodeUnits",
    invocations: [
      {
        executionSuccessful: true,
        endTimeUtc: report.date.toISOString(),
        toolExecutionNotifications: notifications(report),
      },
    ],
    properties: { verdict: verdictOf(report) },
    results: judgedLines(report).map((judged) => resultOf(judged, rules.indexOf(judged.rule.id), seen)),
  };
  const log: Log = { $schema: SCHEMA, version: "2.1.0", runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function descriptorOf({ rule, level }: Report["rules"][number]): ReportingDescriptor {
  const severity = SEVERITIES[rule.severity];
  const out = wayOutOf(rule);
  const help = [`Why: ${rule.why}.`, `Fix: ${rule.fix}`, ...(out === undefined ? [] : [`Or ${out}`])];
  return {
    id: rule.id,
    name: rule.id.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: `${rule.title}.` },
    fullDescription: { text: `${rule.title}: ${rule.why}.` },
    help: { text: help.join("\n") },
    defaultConfiguration: { level: severity.level },
    properties: {
      tags: [rule.section, ...rule.frameworks],
      "security-severity": severity.score,
      precision: "high",
      severity: rule.severity,
      enforcementLevel: level,
    },
  };
}

function resultOf({ line, rule, level }: Judged, ruleIndex: number, seen: Map<string, number>): Result {
  const text = [whatOf(line), ...(line.verdict === "fail" ? [`Why: ${rule.why}`, `Fix: ${line.fix}`] : [])].join("\n");
  return {
    ruleId: rule.id,
    ruleIndex,
    // Of what does not fail, the standard wants no level.
    kind: line.verdict === "fail" ? "fail" : line.verdict === "pass" ? "pass" : "open",
    level: line.verdict === "fail" ? SEVERITIES[rule.severity].level : "none",
    message: { text },
    locations: [locationOf(line)],
    ...(line.related.length > 0 && {
      relatedLocations: line.related.map((label, id) => ({
        id,
        message: { text: label },
        logicalLocations: [{ fullyQualifiedName: label, kind: "resource" }],
      })),
    }),
    partialFingerprints: { "plumbline/v1": fingerprintOf(line, seen) },
    ...(line.exemption && {
      suppressions: [
        {
          kind: "external",
          status: "accepted",
          justification: `${line.exemption.reason} (${line.exemption.ticket}; until ${line.exemption.expires}, owned by ${line.exemption.owner}, granted by ${line.exemption.approver})`,
        },
      ],
    }),
    properties: {
      enforcementLevel: level,
      path: line.path,
      ...(line.verdict !== "pass" && { actual: line.actual, wanted: line.wanted, fix: line.fix }),
      ...(line.optOut !== undefined && { optOut: line.optOut }),
    },
  };
}

function locationOf({ object, file, line, path }: ReportLine): Location {
  const label = labelOf(object);
  return {
    ...(file !== undefined && {
      physicalLocation: {
        artifactLocation: uriOf(file),
        // What has a line at all has one from 1 on.
        ...(line !== undefined && { region: { startLine: line } }),
      },
    }),
    logicalLocations: [
      { name: object.name, fullyQualifiedName: path === "" ? label : `${label}: ${path}`, kind: "resource" },
    ],
  };
}

/** A file below the repository is told relative to it, so that code scanning finds it there. */
function uriOf(file: string): { uri: string; uriBaseId?: string } {
  const path = file.replaceAll("\\", "/").replace(/^(\.\/)+/, "");
  const uri = path.split("/").map(encodeURIComponent).join("/");
  return path.startsWith("/") ? { uri: `file://${uri}` } : { uri, uriBaseId: "%SRCROOT%" };
}

/**
 * Knows a finding again in the next run: by rule, file, object and path, whatever its line and what stands there now. Where
 * several findings have all that in common, they are counted.
 */
function fingerprintOf({ rule, file, object, path }: ReportLine, seen: Map<string, number>): string {
  const key = JSON.stringify([rule, file ?? null, object.type, object.namespace ?? null, object.name, path]);
  const before = seen.get(key) ?? 0;
  seen.set(key, before + 1);
  return `${createHash("sha256").update(key).digest("hex").slice(0, 32)}:${before + 1}`;
}

type Notifications = NonNullable<NonNullable<Run["invocations"]>[0]["toolExecutionNotifications"]>;

function notifications(report: Report): Notifications {
  const open = openText(report);
  const level = report.unknown === "warn" ? "warning" : "error";
  return [
    ...(open === undefined ? [] : [{ level, descriptor: { id: "not-known" }, message: { text: open } } as const]),
    ...exemptionNotifications(report),
  ];
}

function exemptionNotifications({ exemptions }: Report): Notifications {
  return exemptions.flatMap(({ exemption, state }) => {
    if (state === "used") return [];
    const ended = state === "expired";
    const what = ended ? `ended on ${exemption.expires}` : "was not needed in this run";
    return [
      {
        level: ended ? "error" : "warning",
        descriptor: { id: ended ? "exemption-expired" : "exemption-unused" },
        message: { text: `${exemptionText(exemption)} ${what}` },
      },
    ];
  });
}
