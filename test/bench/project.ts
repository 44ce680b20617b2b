import { spawn } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineHome } from "../../rehearsal/index.ts";
import { type MemoryPeaks, MemoryWatch } from "./memory.ts";

const REPOSITORY = join(import.meta.dirname, "..", "..");
const STACK = "bench";
const PROGRAMS = {
  components: import.meta.resolve("./programs/components.ts"),
  empty: import.meta.resolve("./programs/empty.ts"),
  raw: import.meta.resolve("./programs/raw.ts"),
};

export interface Measured {
  readonly milliseconds: number;
  readonly memory: MemoryPeaks;
  readonly output: string;
}

/** A Pulumi project in a folder of its own, whose program is one of `programs/`. */
export class BenchProject {
  readonly #dir: string;
  readonly #home: EngineHome;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #signal: AbortSignal;

  constructor(
    parent: string,
    program: keyof typeof PROGRAMS,
    home: EngineHome,
    input: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ) {
    this.#dir = join(parent, program);
    this.#home = home;
    this.#environment = { BENCH_INPUT: JSON.stringify(input) };
    this.#signal = signal;
    mkdirSync(this.#dir, { recursive: true });
    symlinkSync(join(REPOSITORY, "node_modules"), join(this.#dir, "node_modules"));
    const runtime = { name: "nodejs", options: { typescript: false } };
    writeFileSync(
      join(this.#dir, "Pulumi.yaml"),
      JSON.stringify({ name: `bench-${program}`, main: "index.ts", runtime }),
    );
    writeFileSync(join(this.#dir, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(this.#dir, "index.ts"), `import ${JSON.stringify(PROGRAMS[program])};\n`);
  }

  async init(): Promise<void> {
    await this.pulumi("stack", "init", STACK);
  }

  preview(...options: string[]): Promise<Measured> {
    return this.pulumi("preview", "--stack", STACK, "--suppress-progress", ...options);
  }

  up(...options: string[]): Promise<Measured> {
    return this.pulumi("up", "--stack", STACK, "--yes", "--skip-preview", "--suppress-progress", ...options);
  }

  destroy(): Promise<Measured> {
    return this.pulumi("destroy", "--stack", STACK, "--yes", "--skip-preview", "--suppress-progress");
  }

  /** The stack's state as the engine exports it. */
  async state(): Promise<unknown> {
    return JSON.parse((await this.pulumi("stack", "export", "--stack", STACK)).output);
  }

  /** Runs the CLI to its end. Throws with its last lines if it fails. */
  async pulumi(...args: string[]): Promise<Measured> {
    const environment: NodeJS.ProcessEnv = { ...process.env, ...this.#home.env, ...this.#environment };
    for (const name of this.#home.unset) delete environment[name];
    this.#signal.throwIfAborted();
    const began = performance.now();
    const child = spawn(this.#home.pulumi.path, [...args, "--non-interactive", "--color", "never"], {
      cwd: this.#dir,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    // The engine ends what it has begun, and writes its state.
    const interrupt = () => child.kill("SIGINT");
    this.#signal.addEventListener("abort", interrupt, { once: true });
    const memory = new MemoryWatch(child.pid ?? 0);
    const written = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => {
      written.stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      written.stderr += chunk;
    });
    const code = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    const milliseconds = performance.now() - began;
    const peaks = memory.stop();
    this.#signal.removeEventListener("abort", interrupt);
    if (code !== 0)
      throw new Error(`pulumi ${args.join(" ")} failed:\n${(written.stdout + written.stderr).slice(-4_000)}`);
    return { milliseconds, memory: peaks, output: written.stdout };
  }
}
