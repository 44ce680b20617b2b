import { appendFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** Logs of that many runs are kept; older ones are removed when a new one begins. */
const KEPT = 20;

/** The log of one run: what the screen showed, and what it left out. It holds no secret: engine output comes masked. */
export class RunLog {
  readonly file: string;
  readonly #started = performance.now();

  constructor(dir: string, command: string, environment: string, now = new Date()) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const old = readdirSync(dir)
      .filter((name) => name.endsWith(".log"))
      .toSorted();
    for (const name of old.slice(0, Math.max(0, old.length - KEPT + 1))) rmSync(join(dir, name), { force: true });
    const stamp = now.toISOString().replaceAll(":", "").replace(/\..*/, "Z");
    this.file = join(dir, `${stamp}-${command}-${environment}-${process.pid}.log`);
    writeFileSync(this.file, `plumbline ${command} ${environment}, ${now.toISOString()}\n`, { mode: 0o600 });
  }

  /** Adds text, each line with the seconds since the run began. Never throws: a full disk must not stop a run. */
  write(text: string): void {
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
