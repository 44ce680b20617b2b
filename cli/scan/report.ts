import { type Exemption, expired } from "../../policies/core/exemption.ts";
import { exemptionOf } from "./exempt.ts";
import { type Finding, type Scan, SEVERITIES, type Severity, type Tool } from "./finding.ts";

/** From which severity on a finding stops a pipeline; `never` only tells. */
export const THRESHOLDS = ["critical", "high", "medium", "low", "never"] as const;
export type Threshold = (typeof THRESHOLDS)[number];

export interface ReportedFinding {
  readonly finding: Finding;
  /** What lets it stand for now. */
  readonly exemption?: Exemption;
}

/** How many findings there are of a tool, a severity and a state; also where there are none, so that a metric has a value. */
interface Count {
  readonly tool: Tool;
  readonly severity: Severity;
  readonly state: "open" | "exempt";
  readonly count: number;
}

/** Everything that scans have to say: each format is made from this. */
export interface ScanReport {
  /** When it was put together. */
  readonly date: Date;
  /** When the oldest of the scans was made; now for one that does not say. */
  readonly at: Date;
  readonly failOn: Threshold;
  readonly scans: readonly Scan[];
  /** The worst first. */
  readonly findings: readonly ReportedFinding[];
  readonly counts: readonly Count[];
  /** What nothing stands by any more, which is a violation by itself, as it is of a rule. */
  readonly expired: readonly Exemption[];
  /** What was not needed: the finding is gone, or its label is another. */
  readonly unused: readonly Exemption[];
}

/** Joins scans and exemptions. */
export function reportOf(
  scans: readonly Scan[],
  {
    failOn,
    exemptions,
    now,
  }: { readonly failOn: Threshold; readonly exemptions: readonly Exemption[]; readonly now: Date },
): ScanReport {
  const findings = scans
    .flatMap((scan) => scan.findings)
    .map((finding): ReportedFinding => {
      const exemption = exemptionOf(finding, exemptions, now);
      return exemption === undefined ? { finding } : { finding, exemption };
    })
    .sort((a, b) => rank(a.finding) - rank(b.finding) || compare(keyOf(a), keyOf(b)));
  const used = new Set(findings.flatMap(({ exemption }) => exemption ?? []));
  return {
    date: now,
    at: new Date(Math.min(...scans.map(({ at = now }) => at.getTime()))),
    failOn,
    scans,
    findings,
    counts: countsOf(scans, findings),
    expired: exemptions.filter((one) => expired(one, now)),
    unused: exemptions.filter((one) => !used.has(one) && !expired(one, now)),
  };
}

/** Whether a finding stops a pipeline. What nobody can say how bad it is stops as what is high does. */
export function stops(
  { failOn }: Pick<ScanReport, "failOn">,
  { finding: { severity }, exemption }: ReportedFinding,
): boolean {
  if (exemption !== undefined || failOn === "never") return false;
  return SEVERITIES.indexOf(severity === "unknown" ? "high" : severity) <= SEVERITIES.indexOf(failOn);
}

/** Whether a pipeline may go on. */
export function passes(report: ScanReport): boolean {
  const stopped = report.findings.some((one) => stops(report, one));
  return !stopped && (report.expired.length === 0 || report.failOn === "never");
}

function countsOf(scans: readonly Scan[], findings: readonly ReportedFinding[]): Count[] {
  const tools = [...new Set(scans.map(({ tool }) => tool))];
  return tools.flatMap((tool) =>
    SEVERITIES.flatMap((severity) =>
      (["open", "exempt"] as const).map((state) => ({
        tool,
        severity,
        state,
        count: findings.filter(
          ({ finding, exemption }) =>
            finding.tool === tool && finding.severity === severity && (exemption === undefined) === (state === "open"),
        ).length,
      })),
    ),
  );
}

function rank({ severity }: Finding): number {
  return SEVERITIES.indexOf(severity);
}

function keyOf({ finding: { tool, where, component, id } }: ReportedFinding): string {
  return [tool, where, component, id].join("\n");
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
