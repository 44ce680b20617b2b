import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** One process and no other: a pid is used again after its process ended, a pid with its start is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Linux: the boot's id and the start in clock ticks since boot. Elsewhere: the start as `ps` shows it. */
  readonly start: string;
}

/** The process that has this pid now; undefined if there is none, or only its remains (a zombie). */
export function identify(pid: number): ProcessIdentity | undefined {
  if (process.platform === "linux") return identifyInProc(pid);
  const { status, stdout } = spawnSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" });
  const [, state, start] = /^(\S+)\s+(.+?)\s*$/.exec(stdout) ?? [];
  return status === 0 && state && start && !state.startsWith("Z") ? { pid, start } : undefined;
}

/** Whether this very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.start === identity.start;
}

/** The arguments that a process was started with, its program first; empty if it is gone or not ours to see. */
export function commandLine(pid: number): readonly string[] {
  if (process.platform !== "linux")
    return spawnSync("ps", ["-ww", "-o", "command=", "-p", String(pid)], { encoding: "utf8" })
      .stdout.trim()
      .split(" ");
  return (
    read(`/proc/${pid}/cmdline`)
      ?.split("\0")
      .filter((word) => word !== "") ?? []
  );
}

function identifyInProc(pid: number): ProcessIdentity | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // "pid (name) state …": the name may hold spaces and parentheses, so count from the last one. proc(5): state is field 3,
  // num_threads 20, starttime 22.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, threads, ticks] = [fields[0], Number(fields[17]), fields[19]];
  // The first thread of a killed process may be gone while others still end; until then its files are open and locked.
  const isOver = state === "X" || (state === "Z" && threads <= 1);
  if (ticks === undefined || isOver) return undefined;
  return { pid, start: `${read("/proc/sys/kernel/random/boot_id")?.trim()}:${ticks}` };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
