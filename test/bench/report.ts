import { availableParallelism } from "node:os";
import type { Results } from "./measure.ts";
import type { Samples } from "./statistics.ts";

export interface StartTimes {
  readonly cold: number;
  readonly warm: number;
}

/** What is wanted: our program may take a quarter longer than the bare engine with the same resources. */
const WANTED_RATIO = 1.25;

/** The results as text: medians, with the smallest and largest value behind them. */
export function report({ resources, runs, times, memory }: Results, start: StartTimes): string {
  const compare = (label: string, samples: Samples, from: string, to: string, show: (value: number) => string) => {
    const ratio = samples.median(to) / samples.median(from);
    return row(
      label,
      `${show(samples.median(from))}`,
      `${show(samples.median(to))}`,
      ratio.toFixed(2),
      spread(samples, to, show),
    );
  };
  const operation = (label: string, name: string) =>
    compare(label, times, `raw ${name}`, `components ${name}`, seconds);
  const alone = (label: string, value: number) => row(label, "", seconds(value));
  const empty = times.median("empty preview");
  const up = times.median("components up") / times.median("raw up");
  return [
    `${resources} Kubernetes resources, medians of ${runs} interleaved runs, ${availableParallelism()} cores, Node ${process.versions.node}`,
    "",
    row("", "bare engine", "components", "ratio", "   components, least to most"),
    operation("preview", "preview"),
    operation("up", "up"),
    operation("up again, no change", "up again"),
    operation("destroy", "destroy"),
    compare("peak memory of up", memory, "raw total", "components total", mebibytes),
    "",
    row("", "pack off", "pack on", "ratio", "   pack on, least to most"),
    compare("preview", times, "components preview", "components preview with pack", seconds),
    compare("preview, no resource", times, "empty preview", "empty preview with pack", seconds),
    "",
    row("start", "", "time"),
    alone("cluster, from nothing", start.cold),
    alone("cluster, with its data", start.warm),
    alone("engine (pulumi version)", times.median("engine version")),
    alone("engine, language host, Node", empty),
    alone("policy pack, beyond that", times.median("empty preview with pack") - empty),
    "",
    row("peak memory of up", "bare engine", "components"),
    ...["engine", "language host", "program", "providers"].map((role) =>
      row(role, mebibytes(memory.median(`raw ${role}`)), mebibytes(memory.median(`components ${role}`))),
    ),
    row("cluster", "", mebibytes(memory.median("cluster"))),
    "",
    `up, components against bare engine: ${up.toFixed(2)}; wanted: at most ${WANTED_RATIO} at 500 resources`,
  ].join("\n");
}

function row(label: string, ...cells: string[]): string {
  return [label.padEnd(30), ...cells.map((cell) => cell.padStart(13))].join("").trimEnd();
}

function spread(samples: Samples, name: string, show: (value: number) => string): string {
  const [least, most] = samples.range(name);
  return `   ${show(least)} to ${show(most)}`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(2)} s`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MiB`;
}
