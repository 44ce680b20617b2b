// One installation at a time in one checkout. Plain JavaScript without packages.
import { randomUUID } from "node:crypto";
import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** How often a waiting run looks, and how often a holder shows that it lives. */
const POLL_MS = 250;
const TOUCH_MS = 5_000;
/** A process of another machine cannot be looked at: it counts as dead after this long without a sign of life … */
const SILENCE_MS = 30_000;
/** … and one of this machine after this long: its number may have been given to another process since. */
const FORGOTTEN_MS = 600_000;

/**
 * Takes the lock of a checkout, waiting as long as another run holds it; `onWait` hears once that it does. The lock is a
 * file beside the packages that names its holder. It appears whole or not at all, and that of a dead run is taken over
 * at once, by one run alone.
 */
export async function takeLock(root, onWait) {
  const path = join(root, ".packages.lock");
  const mine = { pid: process.pid, host: hostname(), token: randomUUID() };
  for (let told = false; !place(path, mine) && !takeOver(path, mine); told = true) {
    if (!told) onWait();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const touching = setInterval(() => touch(path), TOUCH_MS);
  return {
    /** Notes the process that works for this one: it may outlive it, and then holds the lock. */
    worker: (pid) => replace(path, { ...mine, worker: pid }),
    release: () => {
      clearInterval(touching);
      if (read(path)?.holder.token === mine.token) rmSync(path, { force: true });
    },
  };
}

function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Somebody has removed it by hand.
  }
}

function place(path, mine) {
  const draft = `${path}.${mine.token}`;
  writeFileSync(draft, JSON.stringify(mine));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function replace(path, holder) {
  const draft = `${path}.${holder.token}`;
  writeFileSync(draft, JSON.stringify(holder));
  renameSync(draft, path);
}

/** Several runs may see the same dead lock; only the one that has the claim on that very lock may replace it. */
function takeOver(path, mine) {
  const found = read(path);
  if (!found || isHeld(found)) return false;
  const claim = `${path}.claim-${found.holder.token}`;
  try {
    closeSync(openSync(claim, "wx"));
  } catch {
    // Its owner died within the next lines, or is at them.
    if (ageOf(claim) > SILENCE_MS) rmSync(claim, { force: true });
    return false;
  }
  try {
    if (read(path)?.holder.token !== found.holder.token) return false;
    replace(path, mine);
    return true;
  } finally {
    rmSync(claim, { force: true });
  }
}

function isHeld({ holder: { host, pid, worker }, age }) {
  if (host !== hostname()) return age < SILENCE_MS;
  return age < FORGOTTEN_MS && [pid, worker].some((number) => number > 0 && isRunning(number));
}

/** Undefined: there is no lock now. What cannot be read was cut short by a power failure; its writer is gone. */
function read(path) {
  const age = ageOf(path);
  try {
    return { age, holder: { token: "unreadable", host: hostname(), ...JSON.parse(readFileSync(path, "utf8")) } };
  } catch (error) {
    return error.code === "ENOENT" ? undefined : { age, holder: { token: "unreadable", host: hostname() } };
  }
}

function ageOf(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
