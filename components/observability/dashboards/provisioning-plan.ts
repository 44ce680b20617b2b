import { stringify } from "yaml";
import { CONFIG_ROOT } from "../../core/usage.ts";
import type { DashboardsArgs } from "./args.ts";

/** How often monitors read: a graph is drawn from no finer steps. */
const READ_EVERY = "30s";
/** How often it is looked whether a file of a dashboard changed. */
const LOOK_SECONDS = 30;
/** How far apart a trace and its log lines may be. */
const APART = "5m";
/** By these names the data sources know each other. */
const LOKI = "loki";
const TRACES = "traces";
const PROFILES = "profiles";

/** Grafana takes a variable's sign for one of its own settings unless it stands twice. */
const VARIABLE = "$$";
const TRACE_OF_LINE = `${VARIABLE}{__value.raw}`;
const LINES_OF_TRACE = `{${VARIABLE}{__tags}} | trace_id="${VARIABLE}{__trace.traceId}"`;

/** Where each source answers, and what else Grafana must know of it. */
export interface Answering {
  readonly prometheus: { readonly url: string };
  readonly loki?: { readonly url: string } & Pick<NonNullable<DashboardsArgs["loki"]>, "tenants">;
  readonly traces?: { readonly url: string } & Pick<NonNullable<DashboardsArgs["traces"]>, "kind">;
  readonly profiles?: { readonly url: string } & Pick<NonNullable<DashboardsArgs["profiles"]>, "tenants">;
}

/** Where it asks for metrics, and, where there are such, for logs and traces, which lead to each other, and for profiles. */
export function datasourcesFile({ prometheus, loki, traces, profiles }: Answering): string {
  const metrics = { httpMethod: "POST", timeInterval: READ_EVERY };
  const datasources = [
    { ...source("prometheus", "prometheus", prometheus.url, metrics), name: "Prometheus", isDefault: true },
    ...(loki ? [lokiSource(loki, traces !== undefined)] : []),
    ...(traces ? [source(TRACES, traces.kind, traces.url, loki ? { tracesToLogsV2: toLines() } : {})] : []),
    ...(profiles ? [ofTenants(source(PROFILES, "grafana-pyroscope-datasource", profiles.url, {}), profiles)] : []),
  ];
  return stringify({ apiVersion: 1, prune: true, datasources });
}

function source(uid: string, type: string, url: string, jsonData: object) {
  return { uid, name: uid, type, access: "proxy", url, editable: false, jsonData };
}

function lokiSource({ url, ...told }: NonNullable<Answering["loki"]>, leadsOn: boolean) {
  const toTrace = { name: "Trace", matcherType: "label", matcherRegex: "trace_id", url: TRACE_OF_LINE };
  const links = leadsOn ? { derivedFields: [{ ...toTrace, datasourceUid: TRACES }] } : {};
  return ofTenants(source(LOKI, "loki", url, links), told);
}

/** The same, asked for these tenants alone. Grafana takes the value of any header for a secret. */
function ofTenants(of: ReturnType<typeof source>, { tenants }: { readonly tenants?: readonly string[] }): object {
  if (tenants === undefined) return of;
  const jsonData = { ...of.jsonData, httpHeaderName1: "X-Scope-OrgID" };
  return { ...of, jsonData, secureJsonData: { httpHeaderValue1: tenants.join("|") } };
}

function toLines(): object {
  return {
    datasourceUid: LOKI,
    customQuery: true,
    query: LINES_OF_TRACE,
    tags: [{ key: "service.name", value: "service_name" }],
    spanStartTimeShift: `-${APART}`,
    spanEndTimeShift: APART,
  };
}

/** The name of the relation by which the dashboards of a namespace are mounted. */
export function shelfName(namespace: string): string {
  return `shows-${namespace}`;
}

/** A folder of dashboards for each namespace. They cannot be changed there: what a person changes belongs in the program. */
export function providersFile(namespaces: readonly string[]): string {
  const providers = namespaces.map((namespace) => ({
    name: namespace,
    folder: namespace,
    type: "file",
    allowUiUpdates: false,
    updateIntervalSeconds: LOOK_SECONDS,
    options: { path: `${CONFIG_ROOT}/${shelfName(namespace)}` },
  }));
  return stringify({ apiVersion: 1, providers });
}
