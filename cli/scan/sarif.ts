import { createHash } from "node:crypto";
import type { Location, Log, ReportingDescriptor, Result } from "sarif";
import { type Finding, labelOf, type Severity } from "./finding.ts";
import { passes, type ReportedFinding, type ScanReport } from "./report.ts";
import { mendOf, placeOf } from "./words.ts";

/** How code scanning shows a severity: the level, and a number whose ranges are those of CVSS. */
const LEVELS = {
  critical: { level: "error", score: "9.5" },
  high: { level: "error", score: "8.0" },
  medium: { level: "warning", score: "5.5" },
  low: { level: "note", score: "2.5" },
  unknown: { level: "warning", score: "5.5" },
} as const satisfies Record<Severity, unknown>;
/** Kinds whose component is a file of the repository. */
const FILES: readonly string[] = ["secret", "misconfiguration", "code"];

/** The report in SARIF 2.1.0, for code scanning: a result for each finding; an exempted one is suppressed. */
export function sarifOf(report: ScanReport): string {
  const ids = [...new Map(report.findings.map(({ finding }) => [finding.id, finding])).values()];
  const log: Log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "Plumbline scan", rules: ids.map(descriptorOf) } },
        columnKind: "utf16CodeUnits",
        invocations: [{ executionSuccessful: true, endTimeUtc: report.date.toISOString() }],
        properties: { verdict: passes(report) ? "passed" : "stopped" },
        results: report.findings.map((one) =>
          resultOf(
            one,
            ids.findIndex(({ id }) => id === one.finding.id),
          ),
        ),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function descriptorOf({ id, title, severity }: Finding): ReportingDescriptor {
  return {
    id,
    shortDescription: { text: title === "" ? id : title },
    properties: { "security-severity": LEVELS[severity].score },
  };
}

function resultOf({ finding, exemption }: ReportedFinding, ruleIndex: number): Result {
  const { id, severity, title, tool } = finding;
  const label = labelOf(finding);
  return {
    ruleId: id,
    ruleIndex,
    level: LEVELS[severity].level,
    message: { text: `${placeOf(finding)}: ${title === "" ? id : title}${mendOf(finding)}` },
    locations: [locationOf(finding, label)],
    partialFingerprints: {
      "plumbline/v1": createHash("sha256")
        .update(JSON.stringify([tool, id, label]))
        .digest("hex")
        .slice(0, 32),
    },
    ...(exemption && {
      suppressions: [
        {
          kind: "external",
          status: "accepted",
          justification: `${exemption.reason} (${exemption.ticket}; until ${exemption.expires}, owned by ${exemption.owner}, granted by ${exemption.approver})`,
        },
      ],
    }),
    properties: { tool, severity, kind: finding.kind, fixedIn: [...finding.fixedIn] },
  };
}

/** A file of packages, as `package-lock.json`, is one; an image is not. */
function locationOf({ kind, component, where, line }: Finding, label: string): Location {
  const file = FILES.includes(kind) ? component : where;
  const isPath = /^[\w.@/-]+$/.test(file) && !file.startsWith("/") && kind !== "gate";
  return {
    ...(isPath && {
      physicalLocation: {
        artifactLocation: { uri: file.split("/").map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" },
        ...(line !== undefined && { region: { startLine: line } }),
      },
    }),
    logicalLocations: [{ fullyQualifiedName: label, kind: "resource" }],
  };
}
