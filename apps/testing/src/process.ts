import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** As whom a process runs and where. A detached one is the first of a group, which gets every signal. */
type As = Pick<SpawnOptions, "uid" | "gid" | "cwd" | "detached">;

/** A child process whose output is kept. It is killed with its test process, never left behind. */
export class RealProcess {
  readonly #child: ChildProcess;
  readonly #isGroup: boolean;
  readonly #exited: Promise<Exit>;
  #output = "";

  constructor(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = process.env, as: As = {}) {
    this.#isGroup = as.detached ?? false;
    this.#child = spawn(command, args, { ...as, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    this.#child.stdout?.on("data", (chunk) => {
      this.#output += chunk;
    });
    this.#child.stderr?.on("data", (chunk) => {
      this.#output += chunk;
    });
    this.#exited = once(this.#child, "exit").then(([code, signal]) => ({ code, signal }));
    const kill = () => this.signal("SIGKILL");
    process.once("exit", kill);
    this.#child.once("exit", () => process.off("exit", kill));
  }

  /** All that it has written so far, both streams. */
  get output(): string {
    return this.#output;
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (!this.#isGroup || pid === undefined) this.#child.kill(signal);
    else signalGroup(pid, signal);
  }

  exit(): Promise<Exit> {
    return this.#exited;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Exit> {
    if (!this.hasExited) this.signal(signal);
    return this.#exited;
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** A service of the shop as it runs in a container: Node, its `main.ts`, an environment and nothing else. */
export function startService(main: URL, environment: NodeJS.ProcessEnv): RealProcess {
  return new RealProcess(process.execPath, [main.pathname], { ...environment, HOST: "127.0.0.1" });
}
