/**
 * `npm run bench:policies -- [--objects 500] [--runs 5]`: what a check of manifests costs, as a whole process and without
 * its start, side by side with checkov on the same files. Then 10,000 objects, with the memory at most.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cacheDirectory } from "../../rehearsal/toolchain/cache.ts";
import { residentMemory } from "./memory.ts";
import { shopManifests } from "./shop-manifests.ts";
import { Samples } from "./statistics.ts";

/** The rival, pinned. */
const CHECKOV = "3.3.30";
/** Its Kubernetes rules alone, and no question to its maker's servers. */
const CHECKOV_FLAGS = ["--framework", "kubernetes", "--compact", "--quiet", "--skip-download"];
const MANY = 10_000;
/** How often memory and processor time are looked at. */
const EVERY_MS = 10;
const BIN = join(import.meta.dirname, "../../bin/plumbline.mjs");

const { values } = parseArgs({
  options: { objects: { type: "string", default: "500" }, runs: { type: "string", default: "5" } },
});
const objects = wholeNumber("--objects", values.objects, 100_000);
const runs = wholeNumber("--runs", values.runs, 100);
const dir = mkdtempSync(join(tmpdir(), "plumbline-bench-"));
const samples = new Samples();

try {
  const few = folder("few", objects);
  const checkov = await checkovBinary();
  const ways: Record<string, () => Promise<Run>> = {
    plumbline: () => run(process.execPath, [BIN, "check", few]),
    ...("path" in checkov && { checkov: () => run(checkov.path, [...CHECKOV_FLAGS, "-d", few]) }),
  };
  // Warms the disk's cache, and the compiled code that the check keeps.
  for (const way of Object.values(ways)) await way();
  for (let number = 0; number < runs; number++)
    for (const [name, way] of number % 2 ? Object.entries(ways) : Object.entries(ways).toReversed()) {
      const { milliseconds, processor, peak } = await way();
      samples.add(`${name} time`, milliseconds);
      samples.add(`${name} processor`, processor);
      samples.add(`${name} memory`, peak);
      if (name === "plumbline") samples.add("in-process", await inProcess(few));
      console.error(`run ${number + 1} of ${runs}: ${name} ${(milliseconds / 1_000).toFixed(2)} s`);
    }
  console.log(
    `${objects} objects, medians of ${runs} interleaved runs, ${availableParallelism()} cores, Node ${process.versions.node}`,
  );
  console.log(row("", "time", "least to most", "processor", "memory"));
  for (const name of Object.keys(ways)) console.log(processRow(name));
  console.log(row("plumbline, in-process", seconds(samples.median("in-process")), spread("in-process")));
  if ("missing" in checkov) console.log(`checkov ${CHECKOV} is not here: ${checkov.missing}`);
  else
    console.log(
      `plumbline against checkov ${CHECKOV}: ${ratio("time")} of its time, ${ratio("processor")} of its processor time`,
    );

  const many = folder("many", MANY);
  const { milliseconds, processor, peak } = await run(process.execPath, [BIN, "check", many, "--format", "json"]);
  console.log(
    `${MANY} objects, JSON: ${seconds(milliseconds)}, processor ${seconds(processor)}, ${mebibytes(peak)} at most`,
  );
} finally {
  rmSync(dir, { recursive: true, force: true });
}

interface Run {
  readonly milliseconds: number;
  /** Milliseconds of processor time, of the process and its children: what a busy machine does not blur. */
  readonly processor: number;
  /** Bytes at most. */
  readonly peak: number;
}

/** Runs a program to its end, its output thrown away. Both checkers end with 1 when they have found something. */
async function run(command: string, args: readonly string[]): Promise<Run> {
  const began = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  const pid = child.pid ?? 0;
  let [peak, processor] = [0, 0];
  const watch = setInterval(() => {
    peak = Math.max(peak, residentMemory(pid));
    processor = Math.max(processor, processorTime(pid));
  }, EVERY_MS);
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  clearInterval(watch);
  const milliseconds = performance.now() - began;
  if (code !== 0 && code !== 1) throw new Error(`${command} ended with ${code}:\n${errors.slice(-2_000)}`);
  return { milliseconds, processor, peak };
}

/** Milliseconds of processor time of a process and of those children that it has waited for; 0 if it is gone. */
function processorTime(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    // utime, stime, cutime and cstime, in hundredths of a second: proc(5).
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) * 10;
  } catch {
    return 0;
  }
}

/** Reading, judging and writing the report in this very process, which has done so before. */
async function inProcess(path: string): Promise<number> {
  const { check } = await import("../../policies/check/check.ts");
  const { rendered } = await import("../../policies/check/formats.ts");
  const began = performance.now();
  const request = { paths: [path], only: [], compareWith: [], fix: false };
  const { report } = await check(request, { stdin: async () => new Uint8Array(), tell: () => {} });
  await rendered(report, "text", {});
  return performance.now() - began;
}

function folder(name: string, number: number): string {
  const path = join(dir, name);
  mkdirSync(path);
  for (const [file, text] of shopManifests(number)) writeFileSync(join(path, file), text);
  return path;
}

/** checkov in an environment of its own in the cache, installed if pip can get it. */
async function checkovBinary(): Promise<{ path: string } | { missing: string }> {
  const home = join(cacheDirectory(), `checkov-${CHECKOV}`);
  const path = join(home, "bin", "checkov");
  if (existsSync(path)) return { path };
  console.error(`installing checkov ${CHECKOV}`);
  try {
    await run("python3", ["-m", "venv", home]);
    await run(join(home, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", `checkov==${CHECKOV}`]);
    return existsSync(path) ? { path } : { missing: "pip installed no such command" };
  } catch (error) {
    return { missing: (error as Error).message };
  }
}

function processRow(name: string): string {
  const memory = mebibytes(samples.median(`${name} memory`));
  const processor = seconds(samples.median(`${name} processor`));
  return row(name, seconds(samples.median(`${name} time`)), spread(`${name} time`), processor, memory);
}

function spread(name: string): string {
  return samples.range(name).map(seconds).join(" to ");
}

function ratio(what: "time" | "processor"): string {
  return `${((samples.median(`plumbline ${what}`) / samples.median(`checkov ${what}`)) * 100).toFixed(0)} %`;
}

function row(label: string, ...cells: string[]): string {
  return [label.padEnd(24), ...cells.map((cell) => cell.padStart(20))].join("").trimEnd();
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(2)} s`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

function wholeNumber(option: string, given: string, most: number): number {
  const value = Number(given);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  console.error(`${option}: ${JSON.stringify(given)} was given; allowed: a whole number from 1 to ${most}`);
  process.exit(2);
}
