import { existsSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** How the last `up` of an environment ended. */
export interface LastRun {
  /** RFC 3339. */
  readonly at: string;
  readonly result: "succeeded" | "failed" | "interrupted";
  /** `128 created`, `nothing changed`, or what went wrong. */
  readonly outcome: string;
  readonly milliseconds: number;
  /** Resources that had drifted, and were put back. */
  readonly drift: number;
}

/** Folder of a stack's engine in the cache. */
function engineDir(cacheDir: string, name: string): string {
  return join(cacheDir, "engine", name);
}

/** Whether a stack's engine was laid out on this machine: a rehearsal's state is there, and nowhere else. */
export function hasEngine(cacheDir: string, name: string): boolean {
  return existsSync(join(engineDir(cacheDir, name), "state"));
}

/** Whether it was, with tools that are still there. */
export function isLaidOut(cacheDir: string, name: string): boolean {
  return existsSync(join(engineDir(cacheDir, name), "bin", "pulumi"));
}

/** Keeps how a run ended. Never throws: what it could not write down must not hide how the run ended. */
export async function rememberRun(cacheDir: string, name: string, run: LastRun): Promise<void> {
  const dir = engineDir(cacheDir, name);
  if (!existsSync(dir)) return;
  const draft = join(dir, `last-run.${process.pid}`);
  try {
    await writeFile(draft, JSON.stringify(run), { mode: 0o600 });
    await rename(draft, join(dir, "last-run.json"));
  } catch {
    await rm(draft, { force: true }).catch(() => {});
  }
}

/** Undefined if there was none, or its record cannot be read. */
export async function lastRun(cacheDir: string, name: string): Promise<LastRun | undefined> {
  try {
    return JSON.parse(await readFile(join(engineDir(cacheDir, name), "last-run.json"), "utf8")) as LastRun;
  } catch {
    return undefined;
  }
}
