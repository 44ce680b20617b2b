import { spawn } from "node:child_process";
import { createWriteStream, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { identify, isRunning, type ProcessIdentity } from "./process.ts";

export interface CommandOptions {
  readonly cwd?: string;
  /** This process's by default. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Each line as it comes. */
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
  /** Both streams are appended here. */
  readonly logFile?: string;
  /** Holds the process's identity while it runs: should this process be killed, a later one can end what it left. */
  readonly identityFile?: string;
}

export interface CommandResult {
  /** Exit code; undefined if a signal ended it or it could not be started. */
  readonly code: number | undefined;
  readonly stdout: string;
  /** The last 20 lines of both streams: what an error message shows. */
  readonly tail: readonly string[];
}

const TAIL_LINES = 20;
/** A process group that was told to end has this long before it is killed. */
const GRACE_MS = 5_000;

/**
 * Runs a program in a process group of its own and waits for it. When aborted, the whole group is interrupted, and
 * killed if it does not end; then this rejects with the signal's reason. If this process ends, the group is killed.
 */
export async function command(
  program: string,
  args: readonly string[],
  { cwd, env, signal, onLine, logFile, identityFile }: CommandOptions = {},
): Promise<CommandResult> {
  signal?.throwIfAborted();
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identityFile !== undefined && identity) writeFileSync(identityFile, JSON.stringify(identity));
  const log = logFile === undefined ? undefined : createWriteStream(logFile, { flags: "a" });
  const tail: string[] = [];
  const stdout: string[] = [];
  for (const stream of ["stdout", "stderr"] as const)
    createInterface({ input: child[stream] }).on("line", (line) => {
      log?.write(`${line}\n`);
      if (stream === "stdout") stdout.push(line);
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      onLine?.(line, stream);
    });

  let killing: NodeJS.Timeout | undefined;
  const interrupt = () => {
    signalGroup(child.pid, "SIGINT");
    killing = setTimeout(() => signalGroup(child.pid, "SIGKILL"), GRACE_MS);
  };
  const kill = () => signalGroup(child.pid, "SIGKILL");
  signal?.addEventListener("abort", interrupt, { once: true });
  process.once("exit", kill);
  try {
    const code = await new Promise<number | undefined>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (exit) => resolve(exit ?? undefined));
    });
    signal?.throwIfAborted();
    return { code, stdout: stdout.join("\n"), tail };
  } finally {
    clearTimeout(killing);
    signal?.removeEventListener("abort", interrupt);
    process.removeListener("exit", kill);
    if (identityFile !== undefined) rmSync(identityFile, { force: true });
    await new Promise<void>((resolve) => (log ? log.end(resolve) : resolve()));
  }
}

/** Kills the process group that an identity file names, if it still runs; gives its pid if it did. */
export function killRecorded(identityFile: string): number | undefined {
  try {
    const identity = JSON.parse(readFileSync(identityFile, "utf8")) as ProcessIdentity;
    if (!isRunning(identity)) return undefined;
    signalGroup(identity.pid, "SIGKILL");
    return identity.pid;
  } catch {
    return undefined;
  }
}

function signalGroup(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // The group has ended by itself.
  }
}
