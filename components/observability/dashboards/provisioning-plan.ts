import { stringify } from "yaml";
import { CONFIG_ROOT } from "../../core/usage.ts";
import type { CompleteDashboards } from "./args.ts";

/** How often monitors read: a graph is drawn from no finer steps. */
const READ_EVERY = "30s";
/** How often it is looked whether a file of a dashboard changed. */
const LOOK_SECONDS = 30;
/** How far apart a trace and its log lines may be. */
const APART = "5m";
/** By these names the data sources know each other. */
const LOKI = "loki";
const TRACES = "traces";

/** Where it asks for metrics, and, where there are such, for logs and traces, which lead to each other. */
export function datasourcesFile({ prometheus, loki, traces }: CompleteDashboards): string {
  const source = (uid: string, type: string, url: string, jsonData: object, isDefault = false) => ({
    uid,
    name: type === "prometheus" ? "Prometheus" : uid,
    type,
    access: "proxy",
    url,
    isDefault,
    editable: false,
    jsonData,
  });
  // Grafana takes a variable's sign for one of its own unless it stands twice.
  const trace = { name: "Trace", matcherType: "label", matcherRegex: "trace_id", url: "$$" + "{__value.raw}" };
  const datasources = [
    source("prometheus", "prometheus", prometheus, { httpMethod: "POST", timeInterval: READ_EVERY }, true),
    ...(loki
      ? [source(LOKI, "loki", loki, traces ? { derivedFields: [{ ...trace, datasourceUid: TRACES }] } : {})]
      : []),
    ...(traces
      ? [
          source(
            TRACES,
            traces.kind,
            traces.url,
            loki
              ? {
                  tracesToLogsV2: {
                    datasourceUid: LOKI,
                    filterByTraceID: true,
                    tags: [{ key: "service.name", value: "service_name" }],
                    spanStartTimeShift: `-${APART}`,
                    spanEndTimeShift: APART,
                  },
                }
              : {},
          ),
        ]
      : []),
  ];
  return stringify({ apiVersion: 1, prune: true, datasources });
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
