import { DashboardBuilder, DatasourceVariableBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { types } from "@pulumi/kubernetes";
import { labels } from "../../core/labels.ts";

/** One graph over time. */
export interface Panel {
  readonly title: string;
  /** Expressions of Prometheus, each with the name of its lines, which may hold labels as `{{pod}}`. */
  readonly queries: Readonly<Record<string, string>>;
  /** Grafana's name of the unit: `short`, `bytes`, `s`, `ops`, `percentunit`; `short` by default. */
  readonly unit?: string;
}

/** By this label Grafana's sidecar finds ConfigMaps that hold dashboards. */
const LOADED = { grafana_dashboard: "1" };
/** Two panels side by side, of Grafana's 24 columns. */
const SIZE = { width: 12, height: 8 };
const SOURCE = { type: "prometheus", uid: `\${datasource}` };

/** A dashboard of one store, in the ConfigMap from which Grafana loads it. */
export function dashboardPlan(
  { name, namespace, title }: { readonly name: string; readonly namespace: string; readonly title: string },
  panels: readonly Panel[],
): types.input.core.v1.ConfigMap {
  const dashboard = new DashboardBuilder(title)
    .uid(`${namespace}-${name}`.slice(0, LONGEST_UID))
    .tags(["plumbline", "store"])
    .time({ from: "now-6h", to: "now" })
    .refresh("30s")
    .withVariable(new DatasourceVariableBuilder("datasource").type("prometheus"));
  for (const panel of panels) dashboard.withPanel(panelOf(panel));
  return {
    metadata: { name: `${name}-dashboard`, namespace, labels: { ...labels(name), ...LOADED } },
    data: { [`${name}.json`]: JSON.stringify(dashboard.build()) },
  };
}

/** Grafana's limit. */
const LONGEST_UID = 40;

function panelOf({ title, queries, unit = "short" }: Panel): PanelBuilder {
  const panel = new PanelBuilder().title(title).unit(unit).span(SIZE.width).height(SIZE.height).datasource(SOURCE);
  for (const [legend, expr] of Object.entries(queries))
    panel.withTarget(new DataqueryBuilder().expr(expr).legendFormat(legend));
  return panel;
}
