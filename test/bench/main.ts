/** `npm run bench -- [--resources 500] [--runs 3]`: measures, and prints what it measured. Progress goes to stderr. */
import { parseArgs } from "node:util";
import { makeGround } from "./ground.ts";
import { measure } from "./measure.ts";
import { report } from "./report.ts";

const { values } = parseArgs({
  options: { resources: { type: "string", default: "500" }, runs: { type: "string", default: "3" } },
});
const resources = wholeNumber("--resources", values.resources, 50, 2_000);
const runs = wholeNumber("--runs", values.runs, 1, 100);

const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupt.abort());
const began = performance.now();
const tell = (line: string) =>
  console.error(`[${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s] ${line}`);

try {
  tell("toolchain and cluster");
  const ground = await makeGround({ signal: interrupt.signal, tell });
  try {
    const results = await measure(ground, { resources, runs, signal: interrupt.signal, tell });
    console.log(report(results, ground.start));
  } finally {
    tell("taking it down");
    await ground.remove();
  }
} catch (error) {
  if (!interrupt.signal.aborted) throw error;
  console.error("interrupted");
  process.exitCode = 130;
}

function wholeNumber(option: string, given: string, least: number, most: number): number {
  const value = Number(given);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  console.error(`${option}: ${JSON.stringify(given)} was given; allowed: a whole number from ${least} to ${most}`);
  process.exit(2);
}
