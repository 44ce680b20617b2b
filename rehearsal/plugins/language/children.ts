import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

/** How long a process may take to end after SIGINT before it is killed, in milliseconds: less than the engine's own 5 s. */
const PATIENCE = 3_000;

/** A process to start. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Default: that of the launcher. */
  readonly cwd?: string;
}

/** How a process ended: one of the two is set. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The processes that the launcher has started and that still run. */
export class Children {
  readonly #running = new Set<ChildProcess>();

  /** Starts a command. Its standard input is empty. */
  start({ file, args, env, cwd }: Command, output: "inherit" | "pipe"): ChildProcess {
    const options: SpawnOptions = { env, stdio: ["ignore", output, output], ...(cwd !== undefined && { cwd }) };
    const child = spawn(file, args, options);
    this.#running.add(child);
    child.once("close", () => this.#running.delete(child));
    return child;
  }

  /** Ends every process, and resolves when all are gone. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#running].map(stop));
  }
}

/** Resolves when the process has ended and its output is read; rejects when it could not be started. */
export function ended(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}

/** Asks a process to end, as Ctrl-C does, and kills it when it does not. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGINT");
  const kill = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
  await gone;
  clearTimeout(kill);
}
