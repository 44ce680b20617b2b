import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  ReduceDataOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
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

/** A panel as Grafana has it. Its number is its own within the dashboard. */
export function panelOf(panel: Panel, id: number): Builder<Built> {
  const { title, unit = "short", bad } = panel;
  const { width, height } = panel.now ? SIZE.number : SIZE.graph;
  const built = panel.now ? new Figure().reduceOptions(LAST) : new Graph();
  built.id(id).title(title).unit(unit).span(width).height(height).datasource(PROMETHEUS);
  for (const query of queriesOf(panel)) built.withTarget(query);
  if (bad === undefined) return built;
  built.thresholds(thresholds(bad));
  return built instanceof Graph ? built.thresholdsStyle(LINE) : built;
}

const LAST = new ReduceDataOptionsBuilder().calcs(["lastNotNull"]);
const LINE = new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Line);

/** Called A, B and so on, as Grafana does. */
function queriesOf({ queries, now }: Panel): DataqueryBuilder[] {
  return Object.entries(queries).map(([legend, expr], index) => {
    const query = new DataqueryBuilder()
      .expr(expr)
      .legendFormat(legend)
      .refId(String.fromCharCode(LETTER_A + index));
    return now ? query.instant() : query.range();
  });
}

const LETTER_A = 65;

/** Grafana's first step has no value: it is from where there is nothing on. */
function thresholds(bad: NonNullable<Panel["bad"]>): ThresholdsConfigBuilder {
  const [first, then, value] =
    "from" in bad ? [COLOURS.good, COLOURS.bad, bad.from] : [COLOURS.bad, COLOURS.good, bad.below];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
    { value: null, color: first },
    { value, color: then },
  ]);
}
