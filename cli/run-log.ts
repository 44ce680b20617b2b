import { appendFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** Logs of that many runs are kept; older ones are removed when a new one begins. */
const KEPT = 20;

/**
 * The log of one run: what the screen showed, and what it left out. It holds no secret: engine output comes masked.
 * Nothing here throws: a cache that cannot be used, or a full disk, is for the command to tell, or for `doctor`.
 */
export class RunLog {
  /** Absolute path; undefined if it could not be made, and what is written is lost. */
  readonly file: string | undefined;
  readonly #started = performance.now();

  constructor(dir: string, command: string, environment: string, now = new Date()) {
    try {
      this.file = begin(dir, command, environment, now);
    } catch {
      this.file = undefined;
    }
  }

  /** Adds text, each line with the seconds since the run began. */
  write(text: string): void {
    if (this.file === undefined) return;
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1).padStart(7);
    const lines = stripVTControlCharacters(text)
      .split("\n")
      .filter((line) => line.trim() !== "");
    try {
      appendFileSync(this.file, lines.map((line) => `${seconds} ${line}\n`).join(""));
    } catch {
      // The screen still tells what happens.
    }
  }
}

function begin(dir: string, command: string, environment: string, now: Date): string {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const old = readdirSync(dir)
    .filter((name) => name.endsWith(".log"))
    .toSorted();
  for (const name of old.slice(0, Math.max(0, old.length - KEPT + 1))) rmSync(join(dir, name), { force: true });
  const stamp = now.toISOString().replaceAll(":", "").replace(/\..*/, "Z");
  const file = join(dir, `${[stamp, command, environment, process.pid].filter(Boolean).join("-")}.log`);
  writeFileSync(file, `plumbline ${command} ${environment}, ${now.toISOString()}\n`, { mode: 0o600 });
  return file;
}
