import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identify, isRunning, type ProcessIdentity } from "./process.ts";

/** Who holds a lock. */
export interface LockHolder extends ProcessIdentity {
  readonly host: string;
  /** What it is doing, as the end of the sentence "process 123 is …". */
  readonly purpose: string;
  /** RFC 3339. */
  readonly since: string;
  /** Of this one taking of the lock. */
  readonly token: string;
}

export interface LockOptions {
  readonly purpose: string;
  readonly signal?: AbortSignal | undefined;
  /** Called at once and then every quarter second while another holds the lock. */
  readonly onWait?: (holder: LockHolder) => void;
}

const POLL_MS = 250;
/** A process on another machine cannot be looked at. It touches its lock this often … */
const TOUCH_MS = 5_000;
/** … and counts as dead after this long without. */
const SILENCE_MS = 60_000;

/**
 * Does `work` while no one else does, across processes. The lock is a file that names its holder; it appears whole or
 * not at all (a hard link), and the lock of a dead process is taken over at once. Rejects with the signal's reason when
 * aborted while waiting; `work` has to see to the signal itself.
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const mine = await take(path, options);
  const touching = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), TOUCH_MS);
  try {
    return await work();
  } finally {
    clearInterval(touching);
    await release(path, mine);
  }
}

async function take(path: string, { purpose, signal, onWait }: LockOptions): Promise<LockHolder> {
  const self = identify(process.pid);
  if (!self) throw new Error("this process cannot see itself: neither /proc nor ps tells when it started");
  const mine: LockHolder = {
    ...self,
    host: hostname(),
    purpose,
    since: new Date().toISOString(),
    token: randomUUID(),
  };
  for (;;) {
    signal?.throwIfAborted();
    if (await place(path, mine)) return mine;
    const found = await inspect(path);
    if (found === undefined) continue;
    if (found.dead && (await takeOver(path, found.token, mine))) return mine;
    if (!found.dead && found.holder) onWait?.(found.holder);
    await sleep(POLL_MS, undefined, signal ? { signal } : {}).catch(() => {});
  }
}

/** Puts the lock in place, whole; false if there is one already. */
async function place(path: string, mine: LockHolder): Promise<boolean> {
  const draft = `${path}.${mine.token}`;
  try {
    await writeFile(draft, JSON.stringify(mine));
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Replaces the lock of a dead process. Two runs may see the same dead lock; only the one that holds the claim on that
 * very lock may replace it, and a claim whose owner died is taken over in the same way.
 */
async function takeOver(path: string, deadToken: string, mine: LockHolder): Promise<boolean> {
  const claim = `${path}.claim-${deadToken}`;
  if (!(await place(claim, mine))) {
    const other = await inspect(claim);
    if (!other?.dead || !(await takeOver(claim, other.token, mine))) return false;
  }
  try {
    if ((await inspect(path))?.token !== deadToken) return false;
    const draft = `${path}.${mine.token}`;
    await writeFile(draft, JSON.stringify(mine));
    await rename(draft, path);
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

async function release(path: string, mine: LockHolder): Promise<void> {
  if ((await inspect(path))?.token === mine.token) await rm(path, { force: true });
}

async function inspect(path: string): Promise<{ token: string; dead: boolean; holder?: LockHolder } | undefined> {
  try {
    const [text, { mtimeMs }] = [await readFile(path, "utf8"), await stat(path)];
    const holder = parse(text);
    // Cut short by a power failure: whoever wrote it is gone.
    if (!holder) return { token: "unreadable", dead: true };
    const dead = holder.host === hostname() ? !isRunning(holder) : Date.now() - mtimeMs > SILENCE_MS;
    return { token: holder.token, dead, holder };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function parse(text: string): LockHolder | undefined {
  try {
    const { pid, start, host, purpose, since, token } = JSON.parse(text) as Partial<LockHolder>;
    return pid && start && host && purpose && since && token ? { pid, start, host, purpose, since, token } : undefined;
  } catch {
    return undefined;
  }
}

/** The holder as the end of a waiting message: `process 123 (building pulumi since 14:03:07)`. */
export function describeHolder({ pid, host, purpose, since }: LockHolder): string {
  const where = host === hostname() ? "" : ` on ${host}`;
  return `process ${pid}${where} (${purpose} since ${new Date(since).toLocaleTimeString("en-GB")})`;
}
