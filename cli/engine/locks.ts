import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { isEngine } from "./process-tree.ts";

/** A lock that the engine left in a stack's folder of a `file://` backend. */
export interface StateLock {
  readonly file: string;
  readonly pid: number;
  readonly host: string;
}

/** Locks of a stack in the folder of a file backend. A file that is not a lock is left out. */
export async function stateLocks(stateDir: string, project: string, stack: string): Promise<readonly StateLock[]> {
  const dir = join(stateDir, ".pulumi", "locks", "organization", project, stack);
  const names = await readdir(dir).catch(() => []);
  const locks = await Promise.all(
    names.filter((name) => name.endsWith(".json")).map((name) => readLock(join(dir, name))),
  );
  return locks.filter((lock) => lock !== undefined);
}

/**
 * Removes the locks whose owner is dead, and says which are still held. Only a process of this machine can be known to
 * be dead: a lock from elsewhere stays. A number that now belongs to another program is a dead owner too.
 */
export async function clearDeadLocks(locks: readonly StateLock[]): Promise<readonly StateLock[]> {
  const held = locks.filter(({ host, pid }) => host !== hostname() || isEngine(pid));
  const dead = locks.filter((lock) => !held.includes(lock)).map(({ file }) => file);
  // The file backend keeps what a bucket would say of a file beside it.
  await Promise.all(dead.flatMap((file) => [file, `${file}.attrs`]).map((file) => rm(file, { force: true })));
  return held;
}

async function readLock(file: string): Promise<StateLock | undefined> {
  try {
    const { pid, hostname: host } = JSON.parse(await readFile(file, "utf8"));
    return { file, pid: Number(pid), host: String(host) };
  } catch {
    return undefined;
  }
}
