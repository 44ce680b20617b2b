import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardLinkBuilder,
  DashboardLinkPlacement,
  DashboardLinkType,
  DatasourceVariableBuilder,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import type { types } from "@pulumi/kubernetes";
import { checksum } from "../../core/checksum.ts";
import { labels } from "../../core/labels.ts";
import { type Panel, PROMETHEUS, panelOf } from "./panel.ts";

/** Panels that answer one question, under a heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface DashboardOf {
  /** Of what it shows: the name of its file, and of the ConfigMap but for its ending. */
  readonly name: string;
  readonly namespace: string;
  readonly title: string;
  /** What kind of thing it shows, by which Grafana lists it. */
  readonly kind: "service" | "worker" | "store" | "platform";
  /** Where else to look, by the words that are shown. */
  readonly links?: Readonly<Record<string, string>>;
  /** Other data sources that its links name, as `${logs}`, by the types that Grafana gives them. */
  readonly sources?: Readonly<Record<string, string>>;
  /** What is marked in all its graphs: it has an answer while, and only while, something happens. Labels name it, as `{{image}}`. */
  readonly marks?: Readonly<Record<string, { readonly expr: string; readonly text: string }>>;
}

/** By this label Grafana's sidecar, where one runs, finds ConfigMaps that hold dashboards. */
const LOADED = { grafana_dashboard: "1" };
/** Grafana's limit. */
const LONGEST_UID = 40;
/** The pause between two looks for marks: as far apart as monitors read, twice. */
const MARK_STEP = "60s";

/** A dashboard in a ConfigMap. Panels that stand without a row come first. */
export function dashboardPlan(of: DashboardOf, panels: readonly (Panel | Row)[]): DashboardConfigMap {
  const { name, namespace, title, kind, links = {}, sources = {}, marks = {} } = of;
  const dashboard = new DashboardBuilder(title)
    .uid(uid(`${namespace}-${name}`))
    .tags(["plumbline", kind])
    .time({ from: "now-6h", to: "now" })
    .refresh("30s")
    .withVariable(new DatasourceVariableBuilder("datasource").type("prometheus"));
  for (const [source, type] of Object.entries(sources))
    dashboard.withVariable(new DatasourceVariableBuilder(source).type(type));
  for (const [text, url] of Object.entries(links))
    dashboard.link(new DashboardLinkBuilder(text).type(DashboardLinkType.Link).url(url).targetBlank(true));
  for (const [mark, { expr, text }] of Object.entries(marks)) dashboard.annotation(markOf(mark, expr, text));
  let id = 0;
  const add = (panel: Panel) => dashboard.withPanel(panelOf(panel, ++id));
  for (const panel of panels)
    if ("panels" in panel) {
      dashboard.withRow(new RowBuilder(panel.title).id(++id));
      panel.panels.forEach(add);
    } else add(panel);
  return {
    metadata: { name: `${name}-dashboard`, namespace, labels: { ...labels(name), ...LOADED } },
    data: { [`${name}.json`]: JSON.stringify(dashboard.build(), inSight) },
  };
}

/** The builders put links away into a menu, which is left out: then they stand above the graphs. */
function inSight(_: string, value: unknown): unknown {
  return value === DashboardLinkPlacement.InControlsMenu ? undefined : value;
}

/** Of which the files are known: they are shown by Grafana of another namespace as well. */
export interface DashboardConfigMap extends types.input.core.v1.ConfigMap {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Record<string, string> };
  readonly data: Record<string, string>;
}

function markOf(name: string, expr: string, text: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(PROMETHEUS)
    .enable(true)
    .iconColor("blue")
    .expr(expr)
    .titleFormat(text)
    .step(MARK_STEP)
    .target(new DataqueryBuilder().expr(expr).legendFormat(text).refId("Anno"));
}

/** The same for the same dashboard, whatever its title becomes: links to it last. */
function uid(text: string): string {
  if (text.length <= LONGEST_UID) return text;
  const end = `-${checksum(text).slice(0, 8)}`;
  return text.slice(0, LONGEST_UID - end.length) + end;
}
