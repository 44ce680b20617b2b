import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { GraphThresholdsStyleConfigBuilder, GraphThresholdsStyleMode } from "@grafana/grafana-foundation-sdk/common";
import {
  type Panel as Built,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as Figure } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as Graph } from "@grafana/grafana-foundation-sdk/timeseries";

/** What a query is shown as, over time or, with `now`, as of now alone. */
export interface Panel {
  readonly title: string;
  /** Expressions of Prometheus, each with the name of its lines, which may hold labels as `{{pod}}`. */
  readonly queries: Readonly<Record<string, string>>;
  /** Grafana's name of the unit: `short`, `bytes`, `s`, `ops`, `reqps`, `percentunit`; `short` by default. */
  readonly unit?: string;
  /** One number for each query, and no graph: what it is now. */
  readonly now?: true;
  /** Where it is bad, in the panel's unit: a line in a graph, the colour of a number. */
  readonly bad?: { readonly from: number } | { readonly below: number };
}

/** Where a dashboard's queries go: what the reader chose, which is the one there is where there is one. */
export const PROMETHEUS = { type: "prometheus", uid: `\${datasource}` };
/** Graphs side by side, and numbers, of Grafana's 24 columns; heights are rows of 30 pixels. */
const SIZE = { graph: { width: 12, height: 8 }, number: { width: 6, height: 4 } };
const COLOURS = { good: "green", bad: "red" };

/** A panel as Grafana has it. */
export function panelOf(panel: Panel): Builder<Built> {
  return panel.now ? numberOf(panel) : graphOf(panel);
}

function graphOf({ title, queries, unit = "short", bad }: Panel): Builder<Built> {
  const { width, height } = SIZE.graph;
  const graph = new Graph().title(title).unit(unit).span(width).height(height).datasource(PROMETHEUS);
  for (const [legend, expr] of Object.entries(queries))
    graph.withTarget(new DataqueryBuilder().expr(expr).legendFormat(legend));
  if (bad === undefined) return graph;
  const line = new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Line);
  return graph.thresholds(thresholds(bad)).thresholdsStyle(line);
}

function numberOf({ title, queries, unit = "short", bad }: Panel): Builder<Built> {
  const { width, height } = SIZE.number;
  const number = new Figure().title(title).unit(unit).span(width).height(height).datasource(PROMETHEUS);
  for (const [legend, expr] of Object.entries(queries))
    number.withTarget(new DataqueryBuilder().expr(expr).legendFormat(legend).instant());
  return bad === undefined ? number : number.thresholds(thresholds(bad));
}

/** Grafana's first step has no value: it is from where there is nothing on. */
function thresholds(bad: NonNullable<Panel["bad"]>): ThresholdsConfigBuilder {
  const [first, then, value] =
    "from" in bad ? [COLOURS.good, COLOURS.bad, bad.from] : [COLOURS.bad, COLOURS.good, bad.below];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
    { value: null, color: first },
    { value, color: then },
  ]);
}
