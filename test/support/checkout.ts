import { execFile, execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { privateCache } from "./ground.ts";

/** What the Go command itself keeps in a home folder. */
const GO_OWN = /^home\/\.config($|\/go($|\/))/;

const REPOSITORY = join(import.meta.dirname, "../..");

/** A copy of the project as a user has it, with a home folder and a cache of its own. */
export interface Checkout {
  readonly dir: string;
  readonly home: string;
  readonly cache: string;
  /** Where the rehearsal's kubeconfig is while it runs. */
  readonly kubeconfig: string;
  /** Starts `plumbline` in a process group of its own, as a terminal does. */
  start(args: readonly string[]): Running;
  /** Runs `plumbline` to its end. */
  plumbline(...args: string[]): Promise<Run>;
  /** Asks the rehearsal's API server. Throws when kubectl fails. */
  kubectl(...args: string[]): string;
  /** The same, while other things go on; `input` is what kubectl reads. */
  ask(args: readonly string[], input?: string): Promise<string>;
  /** Changes a file of the copy; fails if the text to replace is not there exactly once. */
  edit(path: string, from: string, to: string): void;
  read(path: string): string;
  /** What the engine's state holds of Kubernetes, read back from where it lives, as `Kind namespace/name`. */
  state(): readonly string[];
  /** Every text that the tools keep (logs, records of runs, the engine's state), by path: to look for secrets. */
  kept(): ReadonlyMap<string, string>;
  /** Every file of the copy and of its home, relative, sorted: to see what a run leaves behind. */
  files(): readonly string[];
  /** Processes that work for this copy, as `pid command line`. */
  processes(): readonly string[];
  remove(): Promise<void>;
}

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Run>;
  /** Resolves when standard output or error matches; rejects when the run ends without. */
  seen(text: string | RegExp): Promise<void>;
  /** Ctrl-C: to the whole process group. */
  interrupt(): void;
}

/**
 * Copies what git knows of, and what it would add, so that uncommitted work is tested too. `environment` is the rehearsal
 * that is looked at, and stopped in the end.
 */
export async function makeCheckout(environment = "local"): Promise<Checkout> {
  const cache = await privateCache();
  const root = mkdtempSync(join(tmpdir(), "plumbline-checkout-"));
  const dir = join(root, "plumbline");
  const home = join(root, "home");
  mkdirSync(home);
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: REPOSITORY,
    encoding: "utf8",
  });
  for (const file of listed.split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    cpSync(join(REPOSITORY, file), join(dir, file));
  }
  symlinkSync(join(REPOSITORY, "node_modules"), join(dir, "node_modules"));

  const goEnv = (key: string) => execFileSync("go", ["env", key], { encoding: "utf8" }).trim();
  const env = {
    ...process.env,
    HOME: home,
    PLUMBLINE_CACHE: cache,
    GOMODCACHE: goEnv("GOMODCACHE"),
    GOCACHE: goEnv("GOCACHE"),
    NO_COLOR: "1",
    CI: "true",
  };
  const kubeconfig = join(cache, "clusters", environment, "kubeconfig");
  const where = ["--kubeconfig", kubeconfig, "--cache-dir", join(cache, "kubectl")];
  const start = (args: readonly string[]) => run([join(dir, "bin/plumbline.mjs"), ...args], dir, env);
  const state = join(cache, "engine", environment, "state");
  const processes = () => processesAbout(cache, dir);
  return {
    dir,
    home,
    cache,
    kubeconfig,
    start,
    plumbline: (...args) => start(args).ended,
    kubectl: (...args) =>
      execFileSync("kubectl", [...where, ...args], { encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] }),
    ask: async (args, input = "") => {
      const asking = promisify(execFile)("kubectl", [...where, ...args], { env });
      asking.child.stdin?.end(input);
      return (await asking).stdout;
    },
    edit: (path, from, to) => {
      const text = readFileSync(join(dir, path), "utf8");
      if (text.split(from).length !== 2)
        throw new Error(`${path} has ${text.split(from).length - 1} times ${JSON.stringify(from)}, not once`);
      writeFileSync(join(dir, path), text.replace(from, to));
    },
    read: (path) => readFileSync(join(dir, path), "utf8"),
    state: () => stateObjects(join(state, ".pulumi", "stacks", "plumbline", `${environment}.json`)),
    kept: () => texts(cache, ["logs", "runs", `engine/${environment}/state`, `clusters/${environment}/log`]),
    files: () =>
      (readdirSync(root, { recursive: true }) as string[])
        .filter((path) => !path.includes("node_modules/") && !GO_OWN.test(path))
        .sort(),
    processes,
    remove: async () => {
      // Not `down`: what it would delete one by one goes with the folders.
      await start(["cluster", "stop", environment]).ended;
      for (const line of processes()) process.kill(Number(line.split(" ", 1)[0]), "SIGKILL");
      for (const folder of [root, cache]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function run(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Running {
  const began = performance.now();
  const child = spawn(process.execPath, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const text = { stdout: "", stderr: "" };
  const watchers = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (chunk: Buffer) => {
      text[name] += chunk;
      for (const watcher of watchers) watcher();
    });
  const ended = new Promise<Run>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...text, seconds: (performance.now() - began) / 1_000 }));
  });
  const pid = child.pid ?? 0;
  return {
    pid,
    ended,
    seen: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const all = text.stdout + text.stderr;
          if (typeof wanted === "string" ? all.includes(wanted) : wanted.test(all)) resolve();
        };
        watchers.add(look);
        look();
        ended.then(
          ({ stdout, stderr }) => reject(new Error(`it ended and never printed ${wanted}:\n${stdout}${stderr}`)),
          reject,
        );
      }),
    interrupt: () => process.kill(-pid, "SIGINT"),
  };
}

/** Processes whose command line or environment names one of the folders. */
function processesAbout(...folders: string[]): readonly string[] {
  const found: string[] = [];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
      if (command && folders.some((folder) => command.includes(folder) || environment.includes(folder)))
        found.push(`${pid} ${command}`);
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

function stateObjects(file: string): string[] {
  interface Resource {
    readonly type: string;
    readonly id?: string;
    readonly outputs?: unknown;
  }
  interface State {
    readonly checkpoint: { readonly latest: { readonly resources?: readonly Resource[] } };
  }
  const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as State;
  return (checkpoint.latest.resources ?? [])
    .filter(({ type, outputs }) => type.startsWith("kubernetes:") && outputs !== undefined)
    .map(({ type, id }) => `${type.split(":").at(-1)} ${id}`);
}

function texts(root: string, folders: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const folder of folders.filter((folder) => existsSync(join(root, folder))))
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
      if (entry.isFile()) found.set(join(folder, entry.name), readFileSync(join(entry.parentPath, entry.name), "utf8"));
  return found;
}
