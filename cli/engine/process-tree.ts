import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { commandLine, identify, isRunning, type ProcessIdentity } from "../../rehearsal/toolchain/process.ts";

/** How long an interrupted process has to end before it is killed. */
const GRACE_MS = 5_000;

/** Whether a process runs the Pulumi engine; its plugins have longer names. */
export function isEngine(pid: number): boolean {
  return basename(commandLine(pid)[0] ?? "") === "pulumi";
}

/**
 * Ends the engine that this process runs, whatever it is doing. A second SIGINT makes it drop what is in flight; its
 * state names the operations that it left under way.
 */
export function endEngine(): void {
  const engine = descendants(process.pid).find(isEngine);
  if (engine !== undefined) endTree(engine);
}

/** Interrupts a process, and kills it with everything below it if it is still there after the grace. */
export function endTree(pid: number, graceMs = GRACE_MS): void {
  const tree = [pid, ...descendants(pid)].flatMap((one) => identify(one) ?? []);
  send(pid, "SIGINT");
  setTimeout(() => killAll(tree), graceMs);
}

/** Every process below one, nearest first. Read it before ending the parent: afterwards they are nobody's children. */
export function descendants(pid: number): readonly number[] {
  const children = Map.groupBy(parents(), ([, parent]) => parent);
  const found: number[] = [];
  const queue = [pid];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const below = (children.get(next) ?? []).map(([child]) => child);
    found.push(...below);
    queue.push(...below);
  }
  return found;
}

function killAll(tree: readonly ProcessIdentity[]): void {
  for (const identity of tree) if (isRunning(identity)) send(identity.pid, "SIGKILL");
}

/** A process that ended in the meantime is no error. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone, which is what was wanted.
  }
}

type Parentage = readonly [pid: number, parent: number];

/** Every process and its parent. */
function parents(): readonly Parentage[] {
  if (process.platform !== "linux")
    return execFileSync("ps", ["-Ao", "pid=,ppid="], { encoding: "utf8" })
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .map(([pid, parent]) => [Number(pid), Number(parent)]);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => parentOf(Number(name)));
}

/** A process may end while the list is read. */
function parentOf(pid: number): readonly Parentage[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // "pid (name) state parent …": the name may hold spaces and brackets.
    return [[pid, Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])]];
  } catch {
    return [];
  }
}
