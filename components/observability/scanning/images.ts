import type { Watched } from "../store-monitoring.ts";

/** Labels of the pods of Trivy's operator, as its chart gives them, and the port of its metrics. */
const SCANNER = { "app.kubernetes.io/name": "trivy-operator" };
const PORT = "metrics";
/** A found image is one line, whoever runs it and however many do. */
const IMAGE = "image_registry, image_repository, image_tag";
const NAMED = "{{ $labels.image_registry }}/{{ $labels.image_repository }}:{{ $labels.image_tag }}";

/** What is watched of the scanner in a namespace: what it finds, and that it finds anything at all. */
export function scanningWatched(namespace: string): Watched {
  const found = (metric: string, severity: string) =>
    `max by (${IMAGE}) (trivy_image_${metric}{namespace="${namespace}",severity=~"${severity}"})`;
  const shown = (metric: string, severity: string) => `sum(${found(metric, severity)})`;
  return {
    kind: "platform",
    title: "Scans of images",
    runbook: "scanning",
    pods: SCANNER,
    scrapes: [{ port: PORT }],
    alerts: [
      {
        name: "ScanFoundCritical",
        severity: "warning",
        expr: `${found("vulnerabilities", "Critical")} > 0`,
        lasts: "30m",
        summary: `{{ $value }} critical vulnerabilities are known in ${NAMED}`,
      },
      {
        name: "ScanFoundSecret",
        severity: "warning",
        expr: `${found("exposedsecrets", "Critical|High")} > 0`,
        lasts: "30m",
        summary: `${NAMED} has what looks like {{ $value }} secrets in it, which whoever may pull it can read`,
      },
      {
        name: "ScanMissing",
        severity: "warning",
        expr: `absent(trivy_image_vulnerabilities{namespace="${namespace}"})`,
        lasts: "30m",
        summary: "no image has been scanned: nobody would hear of a vulnerability",
      },
    ],
    panels: [
      {
        title: "Critical vulnerabilities",
        queries: { Critical: shown("vulnerabilities", "Critical") },
        now: true,
        bad: { from: 1 },
      },
      {
        title: "Secrets in images",
        queries: { Secrets: shown("exposedsecrets", "Critical|High") },
        now: true,
        bad: { from: 1 },
      },
      {
        title: "Vulnerabilities by severity",
        queries: {
          "{{severity}}": `sum by (severity) (max by (severity, ${IMAGE}) (trivy_image_vulnerabilities{namespace="${namespace}"}))`,
        },
      },
      {
        title: "Images with critical vulnerabilities",
        queries: { "{{image_repository}}:{{image_tag}}": `${found("vulnerabilities", "Critical")} > 0` },
      },
    ],
  };
}
