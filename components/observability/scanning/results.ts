import { seconds } from "../../core/duration.ts";
import { selector } from "../../core/labels.ts";
import type { Watched } from "../store-monitoring.ts";
import type { CompleteScanning } from "./args.ts";
import { readings } from "./reader-config.ts";
import { readerName } from "./reader-plan.ts";

type Read = Pick<CompleteScanning, "reports" | "sonarQube" | "snyk" | "maxAge">;
type Part = Pick<Watched, "alerts" | "panels">;
/** A metric of the namespace, with more labels if any: `,severity="critical"`. */
type Metric = (name: string, more?: string) => string;

/** What is watched of reports, quality gates and Snyk: what they tell, that they are told, and that they are not old. */
export function resultsWatched(name: string, namespace: string, args: Read): Watched {
  const metric: Metric = (of, more = "") => `plumbline_${of}{namespace="${namespace}"${more}}`;
  const parts: Part[] = [
    ...(Object.keys(args.reports).length > 0 ? [reportsPart(metric, seconds(args.maxAge))] : []),
    ...(args.sonarQube ? [gatesPart(metric)] : []),
    ...(args.snyk ? [snykPart(metric)] : []),
  ];
  const all = readings(args);
  const missing = all.map(({ name: report }) => `absent(${metric(metricOf(report, args), `,report="${report}"`)})`);
  return {
    kind: "platform",
    title: "Results of scans",
    runbook: "scanning",
    pods: selector(readerName(name)),
    // Who asks says what is asked: its word of the query is the metrics' label.
    scrapes: all.map(({ name: module, url }) => ({
      path: "/probe",
      params: { module: [module], target: [url] },
      labels: { report: "__param_module" },
    })),
    alerts: [
      ...parts.flatMap(({ alerts }) => alerts),
      {
        name: "ScanResultsMissing",
        severity: "warning",
        expr: missing.join(" or "),
        lasts: "30m",
        summary: "nothing is known of {{ $labels.report }}: it cannot be read, or is no report",
      },
    ],
    panels: parts.flatMap(({ panels }) => panels),
  };
}

function reportsPart(metric: Metric, maxAge: number): Part {
  const open = metric("scan_findings", ',state="open"');
  const critical = metric("scan_findings", ',state="open",severity="critical"');
  const age = `time() - max by (report) (${metric("scan_time_seconds")})`;
  return {
    alerts: [
      {
        name: "ScanReportCritical",
        severity: "warning",
        expr: `max by (report, tool) (${critical}) > 0`,
        lasts: "5m",
        summary:
          "{{ $labels.tool }} has found {{ $value }} that are critical, and nobody has exempted, in {{ $labels.report }}",
      },
      {
        name: "ScanReportOld",
        severity: "warning",
        expr: `${age} > ${maxAge}`,
        lasts: "30m",
        summary:
          "{{ $labels.report }} was last scanned {{ $value | humanizeDuration }} ago: what is known since then is told to nobody",
      },
    ],
    panels: [
      {
        title: "Findings of pipelines, not exempted",
        queries: { "{{report}} {{severity}}": `sum by (report, severity) (${open})` },
      },
      { title: "Age of reports", unit: "s", queries: { "{{report}}": age }, bad: { from: maxAge } },
    ],
  };
}

function gatesPart(metric: Metric): Part {
  const failed = `max by (report, status) (${metric("sonarqube_gate", ',status!="OK"')})`;
  return {
    alerts: [
      {
        name: "SonarQubeGateFailed",
        severity: "warning",
        expr: `${failed} == 1`,
        lasts: "15m",
        summary: "the quality gate of {{ $labels.report }} is {{ $labels.status }}",
      },
    ],
    panels: [{ title: "Quality gates that fail", queries: { "{{report}} {{status}}": failed } }],
  };
}

function snykPart(metric: Metric): Part {
  const critical = `max by (project, id) (${metric("snyk_issues", ',severity="critical"')})`;
  return {
    alerts: [
      {
        name: "SnykFoundCritical",
        severity: "warning",
        expr: `${critical} > 0`,
        lasts: "15m",
        summary: "Snyk knows {{ $value }} critical issues of {{ $labels.project }}",
      },
    ],
    panels: [{ title: "Critical issues that Snyk knows", queries: { "{{project}}": critical } }],
  };
}

/** What is there as soon as an answer could be read. */
function metricOf(report: string, { reports }: Read): string {
  if (report in reports) return "scan_time_seconds";
  return report === "snyk" ? "snyk_issues" : "sonarqube_gate";
}
