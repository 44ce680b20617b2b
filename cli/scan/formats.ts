import type { Exemption } from "../../policies/core/exemption.ts";
import { passes, type ReportedFinding, type ScanReport, stops } from "./report.ts";
import { sarifOf } from "./sarif.ts";
import { mendOf, placeOf, printable } from "./words.ts";

/** How a report can be written. */
export const RENDERERS = {
  text: textOf,
  json: jsonOf,
  sarif: sarifOf,
  prometheus: prometheusOf,
} as const satisfies Record<string, (report: ScanReport) => string>;
export type ScanFormat = keyof typeof RENDERERS;
export const SCAN_FORMATS = Object.keys(RENDERERS) as ScanFormat[];

/** Version of the JSON. It grows by fields without notice; anything else raises the number. */
const SCHEMA = 1;

/** For a person: what stops first, then the rest of the findings, then what lets things stand. */
function textOf(report: ScanReport): string {
  const stopping = report.findings.filter((one) => stops(report, one));
  const exempt = report.findings.filter(({ exemption }) => exemption);
  const told = report.findings.filter((one) => !one.exemption && !stops(report, one));
  const lines = [
    ...part(`Not allowed, from ${report.failOn} on`, stopping.flatMap(findingLines)),
    ...part("Found, and allowed", told.flatMap(findingLines)),
    ...part("Exempted", exempt.flatMap(exemptLines)),
    ...part("Exemptions that have ended: mend what they were for, or grant them again", report.expired.map(granted)),
    ...part("Exemptions that were not needed: take them out", report.unused.map(granted)),
    ...report.scans.map(
      ({ tool, subject, at, findings }) =>
        `${tool} of ${printable(subject)}${at ? `, ${at.toISOString()}` : ""}: ${findings.length} found`,
    ),
    `${passes(report) ? "Passed" : "Stopped"}: ${stopping.length} not allowed, ${told.length} allowed, ${exempt.length} exempted, ${report.expired.length} exemptions ended`,
  ];
  return `${lines.join("\n")}\n`;
}

function part(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`), ""];
}

function findingLines({ finding }: ReportedFinding): string[] {
  const { severity, id, title, tool } = finding;
  return [
    `${severity.padEnd(8)} ${printable(id)} in ${placeOf(finding)} (${tool})`,
    `         ${printable(title)}${mendOf(finding)}`,
  ];
}

function exemptLines({ finding, exemption }: ReportedFinding): string[] {
  return [
    `${finding.severity.padEnd(8)} ${printable(finding.id)} in ${placeOf(finding)}: ${exemption ? granted(exemption) : ""}`,
  ];
}

function granted({ rule, resource, owner, reason, ticket, expires }: Exemption): string {
  return printable(`until ${expires}, ${owner}: ${reason} (${ticket}; ${rule} for ${resource})`);
}

/** For programs: `counts` and `at` are what a `Scanning` makes metrics of. */
function jsonOf(report: ScanReport): string {
  const { date, at, failOn, scans, findings, counts, expired, unused } = report;
  const document = {
    schema: SCHEMA,
    passed: passes(report),
    failOn,
    /** Seconds since 1970. */
    at: Math.floor(at.getTime() / 1_000),
    date: date.toISOString(),
    counts,
    scans: scans.map(({ tool, subject, at: made, findings: found }) => ({
      tool,
      subject,
      ...(made && { at: made.toISOString() }),
      findings: found.length,
    })),
    findings: findings.map(({ finding, exemption }) => ({ ...finding, ...(exemption && { exemption }) })),
    exemptions: { expired, unused },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Prometheus' text, for a Pushgateway or the text files of a node-exporter: the same metrics that a `Scanning` makes of the JSON. */
function prometheusOf({ at, counts }: ScanReport): string {
  const lines = [
    "# HELP plumbline_scan_time_seconds When the oldest scan of a report was made, in seconds since 1970.",
    "# TYPE plumbline_scan_time_seconds gauge",
    `plumbline_scan_time_seconds ${Math.floor(at.getTime() / 1_000)}`,
    "# HELP plumbline_scan_findings What a pipeline's scans have found.",
    "# TYPE plumbline_scan_findings gauge",
    ...counts.map(
      ({ tool, severity, state, count }) =>
        `plumbline_scan_findings{tool="${tool}",severity="${severity}",state="${state}"} ${count}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}
