/** `npm run bench:stack -- [--runs 3]`: how soon the whole stack in containers stands, and what memory it takes. Progress goes to stderr. */
import { readdirSync, readFileSync } from "node:fs";
import { makeCheckout, type Running } from "../support/checkout.ts";
import { onRealNodes, printSamples } from "./real-nodes.ts";
import { Samples } from "./statistics.ts";

const ENVIRONMENT = "local-real";
const EVERY_MS = 2_000;
const MEBIBYTE_IN_KIB = 1_024;
const STANDS = "up, seconds";
const PEAK = "memory at most, MiB";
const AFTER = "memory when it stands, MiB";
const DOWN = "down, seconds";

await onRealNodes(3, measure);

/** A first `up` and `down` are not counted: they make images, and fill the page cache. */
async function measure(runs: number): Promise<void> {
  const checkout = await makeCheckout(ENVIRONMENT);
  const samples = new Samples();
  let isInterrupted = false;
  let running: Running | undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      if (!isInterrupted) running?.interrupt();
      isInterrupted = true;
    });
  const run = async (command: "up" | "down") => {
    running = checkout.start([command, ENVIRONMENT]);
    const { code, seconds, stdout, stderr } = await running.ended;
    running = undefined;
    if (code !== 0 && !isInterrupted) throw new Error(`${command} ended with ${code}:\n${stdout}${stderr}`);
    return seconds;
  };
  try {
    for (let turn = 0; turn <= runs && !isInterrupted; turn++) {
      console.error(turn === 0 ? "warming up" : `run ${turn} of ${runs}`);
      const before = usedMemory();
      let peak = 0;
      const watch = setInterval(() => (peak = Math.max(peak, usedMemory() - before)), EVERY_MS);
      const up = await run("up").finally(() => clearInterval(watch));
      const after = usedMemory() - before;
      const down = isInterrupted ? 0 : await run("down");
      console.error(
        `up ${up.toFixed(1)} s, ${after.toFixed(0)} MiB (${peak.toFixed(0)} at most), down ${down.toFixed(1)} s`,
      );
      if (turn === 0) continue;
      for (const [name, value] of [
        [STANDS, up],
        [PEAK, peak],
        [AFTER, after],
        [DOWN, down],
      ] as const)
        samples.add(name, value);
    }
  } finally {
    await checkout.remove();
  }
  if (isInterrupted) process.exitCode = 130;
  else
    printSamples(
      `${ENVIRONMENT}, from binaries and images in the cache, ${runs} runs`,
      samples,
      [STANDS, PEAK, AFTER, DOWN],
      0,
    );
}

/** Memory of all processes of this machine, in MiB: what several share counts once. Page cache is not counted. */
function usedMemory(): number {
  const kibibytes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
      } catch {
        return 0;
      }
    });
  return kibibytes.reduce((sum, of) => sum + of, 0) / MEBIBYTE_IN_KIB;
}
