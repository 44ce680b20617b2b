import { parseArgs } from "node:util";
import { whyNoRealNodes } from "../../rehearsal/index.ts";
import type { Samples } from "./statistics.ts";

const MOST_RUNS = 100;

/** Runs a bench that takes `--runs` and wants real nodes; says what is wrong, or why it cannot run here. */
export async function onRealNodes(usualRuns: number, measure: (runs: number) => Promise<void>): Promise<void> {
  const { values } = parseArgs({ options: { runs: { type: "string", default: String(usualRuns) } } });
  const runs = Number(values.runs);
  const why = whyNoRealNodes();
  if (!Number.isInteger(runs) || runs < 1 || runs > MOST_RUNS) {
    console.error(`--runs: ${JSON.stringify(values.runs)} was given; allowed: a whole number from 1 to ${MOST_RUNS}`);
    process.exitCode = 2;
  } else if (why !== undefined) {
    console.error(`Nothing was measured: ${why}`);
    process.exitCode = 1;
  } else await measure(runs);
}

/** Prints median, least and most of what was measured under each name. */
export function printSamples(title: string, samples: Samples, names: readonly string[], digits: number): void {
  const width = Math.max(...names.map(({ length }) => length)) + 2;
  console.log(`${title}\n\n${"".padEnd(width)}median    least to most`);
  for (const name of names) {
    const range = samples.range(name).map((value) => value.toFixed(digits));
    console.log(`${name.padEnd(width)}${samples.median(name).toFixed(digits).padStart(6)}    ${range.join(" to ")}`);
  }
}
