import type { KeyFile } from "../alerting/receiver.ts";
import type { CompleteScanning } from "./args.ts";

export const READER_PORT = 7979;
export const READER_PATHS = { config: "/etc/scanning", tokens: "/etc/tokens" } as const;

/** The version of Snyk's API that is asked, a day. */
const SNYK_API = "2024-10-15";
const SNYK_IN_THE_USA = "https://api.snyk.io";
const SEVERITIES = ["critical", "high", "medium", "low"] as const;

/** One answer that is read: where, with which token, and the metrics that are made of it. */
interface Reading {
  /** What its metrics are labelled with as `report`, and its module is called. */
  readonly name: string;
  readonly url: string;
  readonly token?: Token;
  readonly metrics: readonly Metric[];
}

interface Token extends KeyFile {
  /** The word before the token in the header `Authorization`. */
  readonly word: "Bearer" | "token";
}

/** A metric as json_exporter's configuration has it. */
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly valuetype: "gauge";
  readonly type?: "object";
  readonly path: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, string>>;
}

/** All that is read, in the order of the arguments. */
export function readings({ reports, sonarQube, snyk }: Pick<CompleteScanning, "reports" | "sonarQube" | "snyk">) {
  return [
    ...Object.entries(reports).map(
      ([name, { url, token }]): Reading => ({
        name,
        url,
        ...(token && { token: { ...token, word: "Bearer" } }),
        metrics: REPORT,
      }),
    ),
    ...(sonarQube?.projects ?? []).map(
      (project): Reading => ({
        name: `sonarqube:${project}`,
        url: `${folder(sonarQube?.url)}/api/qualitygates/project_status?projectKey=${encodeURIComponent(project)}`,
        ...(sonarQube && { token: { ...sonarQube.token, word: "Bearer" } }),
        metrics: GATE,
      }),
    ),
    ...(snyk
      ? [
          {
            name: "snyk",
            url: `${folder(snyk.url ?? SNYK_IN_THE_USA)}/rest/orgs/${snyk.organisation}/projects?version=${SNYK_API}&limit=100&meta.latest_issue_counts=true`,
            token: { ...snyk.token, word: "token" },
            metrics: SEVERITIES.map(issuesOf),
          } satisfies Reading,
        ]
      : []),
  ];
}

/**
 * The configuration of json_exporter, which has no program of ours between an answer and its metrics. A token is in a file; redirects are not
 * followed, since it would be sent wherever they lead.
 */
export function readerConfig(args: Parameters<typeof readings>[0], tokens: string = READER_PATHS.tokens): object {
  const modules = readings(args).map(({ name, token, metrics }) => [
    name,
    {
      metrics,
      http_client_config: {
        follow_redirects: false,
        ...(token && {
          authorization: { type: token.word, credentials_file: `${tokens}/${token.secret}/${token.key}` },
        }),
      },
    },
  ]);
  return { modules: Object.fromEntries(modules) };
}

/** What `plumbline scan --format json` writes: `counts` has a line for each tool, severity and state, zeros too. */
const REPORT: readonly Metric[] = [
  {
    name: "plumbline_scan_time_seconds",
    help: "When the oldest scan of a report was made, in seconds since 1970.",
    valuetype: "gauge",
    path: "{.at}",
  },
  {
    name: "plumbline_scan",
    help: "What a pipeline's scans have found.",
    valuetype: "gauge",
    type: "object",
    path: "{.counts[*]}",
    labels: { tool: "{.tool}", severity: "{.severity}", state: "{.state}" },
    values: { findings: "{.count}" },
  },
];

/** A status and a condition are texts: each is a label of a metric that says that it is so. */
const GATE: readonly Metric[] = [
  {
    name: "plumbline_sonarqube",
    help: "1 for the status of a project's quality gate.",
    valuetype: "gauge",
    type: "object",
    path: "{.projectStatus}",
    labels: { status: "{.status}" },
    values: { gate: "1" },
  },
  {
    name: "plumbline_sonarqube",
    help: "The value of a condition that a project does not meet.",
    valuetype: "gauge",
    type: "object",
    path: '{.projectStatus.conditions[?(@.status=="ERROR")]}',
    labels: { metric: "{.metricKey}", allowed: "{.errorThreshold}" },
    values: { unmet: "{.actualValue}" },
  },
];

function issuesOf(severity: (typeof SEVERITIES)[number]): Metric {
  return {
    name: "plumbline_snyk",
    help: "Open issues of a project that Snyk watches.",
    valuetype: "gauge",
    type: "object",
    path: "{.data[*]}",
    labels: { project: "{.attributes.name}", id: "{.id}", severity },
    values: { issues: `{.meta.latest_issue_counts.${severity}}` },
  };
}

function folder(url = ""): string {
  return url.replace(/\/+$/, "");
}
