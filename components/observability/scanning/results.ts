import { type Duration, seconds } from "../../core/duration.ts";
import { selector } from "../../core/labels.ts";
import type { Watched } from "../store-monitoring.ts";
import type { CompleteScanning } from "./args.ts";
import { readings } from "./reader-config.ts";
import { readerName } from "./reader-plan.ts";

type Read = Pick<CompleteScanning, "reports" | "sonarQube" | "snyk"> & { readonly maxAge: Duration };

/** What is watched of reports, quality gates and Snyk: what they tell, that they are told, and that they are not old. */
export function resultsWatched(name: string, namespace: string, args: Read): Watched {
  const of = (metric: string, more = "") => `plumbline_${metric}{namespace="${namespace}"${more}}`;
  const found = of("scan_findings", ',state="open",severity="critical"');
  const age = `time() - max by (report) (${of("scan_time_seconds")})`;
  const gate = `max by (report, status) (${of("sonarqube_gate", ',status!="OK"')})`;
  const snyk = `max by (project, id) (${of("snyk_issues", ',severity="critical"')})`;
  const all = readings(args);
  const told = (report: string) =>
    `absent(${of(metricOf(report, args), `,report="${report.replaceAll(/["\\]/g, "\\$&")}"`)})`;
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
      ...(Object.keys(args.reports).length > 0
        ? ([
            {
              name: "ScanReportCritical",
              severity: "warning",
              expr: `max by (report, tool) (${found}) > 0`,
              lasts: "5m",
              summary:
                "{{ $labels.tool }} has found {{ $value }} that are critical, and nobody has exempted, in {{ $labels.report }}",
            },
            {
              name: "ScanReportOld",
              severity: "warning",
              expr: `${age} > ${seconds(args.maxAge)}`,
              lasts: "30m",
              summary:
                "{{ $labels.report }} was last scanned {{ $value | humanizeDuration }} ago: what is known since then is told to nobody",
            },
          ] as const)
        : []),
      ...(args.sonarQube
        ? ([
            {
              name: "SonarQubeGateFailed",
              severity: "warning",
              expr: `${gate} == 1`,
              lasts: "15m",
              summary: "the quality gate of {{ $labels.report }} is {{ $labels.status }}",
            },
          ] as const)
        : []),
      ...(args.snyk
        ? ([
            {
              name: "SnykFoundCritical",
              severity: "warning",
              expr: `${snyk} > 0`,
              lasts: "15m",
              summary: "Snyk knows {{ $value }} critical issues of {{ $labels.project }}",
            },
          ] as const)
        : []),
      {
        name: "ScanResultsMissing",
        severity: "warning",
        expr: all.map(({ name: module }) => told(module)).join(" or "),
        lasts: "30m",
        summary: "nothing is known of {{ $labels.report }}: it cannot be read, or is no report",
      },
    ],
    panels: [
      {
        title: "Findings of pipelines, not exempted",
        queries: { "{{report}} {{severity}}": `sum by (report, severity) (${of("scan_findings", ',state="open"')})` },
      },
      { title: "Age of reports", unit: "s", queries: { "{{report}}": age }, bad: { from: seconds(args.maxAge) } },
      { title: "Quality gates that fail", queries: { "{{report}} {{status}}": gate } },
      { title: "Critical issues that Snyk knows", queries: { "{{project}}": snyk } },
    ],
  };
}

/** What is there as soon as an answer could be read. */
function metricOf(report: string, { reports }: Read): string {
  if (report in reports) return "scan_time_seconds";
  return report === "snyk" ? "snyk_issues" : "sonarqube_gate";
}
