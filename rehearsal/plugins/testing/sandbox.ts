import { type ChildProcess, spawn } from "node:child_process";
import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { OUR_PLUGINS } from "../index.ts";

const REPOSITORY = join(import.meta.dirname, "../../..");

/** A Pulumi project of its own in a temporary folder, with our plugins and the real engine. */
export interface Sandbox {
  readonly dir: string;
  /** Writes files of the project, by path; `undefined` takes one away. */
  write(files: Readonly<Record<string, string | undefined>>): void;
  /** Runs the Pulumi CLI and gives what it printed, whatever its exit code. */
  pulumi(args: readonly string[]): Promise<Run>;
  /** Starts the Pulumi CLI, for tests that interrupt it. */
  start(args: readonly string[]): Running;
  /** Process ids of what still runs in the sandbox: the engine, plugins, programs. */
  processes(): number[];
  remove(): void;
}

interface Run {
  readonly code: number | null;
  /** Standard output and standard error, as they came, without colours. */
  readonly output: string;
}

interface Running {
  readonly process: ChildProcess;
  /** Resolves when the output contains `text`; rejects when the process ends without. */
  seen(text: string): Promise<void>;
  readonly ended: Promise<Run>;
}

const PROJECT = {
  "Pulumi.yaml": "name: sandbox\nmain: program/index.ts\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
  "package.json": '{ "name": "sandbox", "private": true, "type": "module" }\n',
};

/** Path of the Pulumi CLI: `$PLUMBLINE_PULUMI`, else the one on PATH. */
function pulumiCli(): string {
  if (process.env.PLUMBLINE_PULUMI) return process.env.PLUMBLINE_PULUMI;
  const path = (process.env.PATH ?? "").split(delimiter).map((dir) => join(dir, "pulumi"));
  const found = path.find(isExecutable);
  if (found === undefined) throw new Error("no Pulumi CLI: put it on PATH, or give its path in PLUMBLINE_PULUMI");
  return found;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Makes a sandbox with a stack named `test`; `files` are added to the project's own. */
export async function makeSandbox(files: Readonly<Record<string, string>>): Promise<Sandbox> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "plumbline-sandbox-")));
  const home = join(dir, ".home");
  const state = join(dir, ".state");
  for (const folder of [home, state]) mkdirSync(folder);
  for (const plugin of OUR_PLUGINS) layLauncher(join(home, "plugins"), plugin);
  symlinkSync(join(REPOSITORY, "node_modules"), join(dir, "node_modules"));
  const env = {
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "sandbox",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    NO_COLOR: "1",
  };
  const start = (args: readonly string[]) => run(args, dir, { ...process.env, ...env });
  const sandbox: Sandbox = {
    dir,
    write: (more) => write(dir, more),
    start,
    pulumi: (args) => start(args).ended,
    processes: () => processesIn(dir),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
  sandbox.write({ ...PROJECT, ...files });
  const { code, output } = await sandbox.pulumi(["stack", "init", "test", "--non-interactive"]);
  if (code !== 0) throw new Error(`pulumi stack init failed:\n${output}`);
  return sandbox;
}

function write(dir: string, files: Readonly<Record<string, string | undefined>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    if (text === undefined) rmSync(file);
    else writeFileSync(file, text);
  }
}

/** Those whose working directory is in `dir`, from Linux's /proc. */
function processesIn(dir: string): number[] {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return ids.map(Number).filter((id) => {
    try {
      return readlinkSync(`/proc/${id}/cwd`).startsWith(dir);
    } catch {
      return false;
    }
  });
}

function layLauncher(plugins: string, { kind, name, version, main }: (typeof OUR_PLUGINS)[number]): void {
  const folder = join(plugins, `${kind}-${name}-v${version}`);
  mkdirSync(folder, { recursive: true });
  const script = `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`;
  writeFileSync(join(folder, `pulumi-${kind}-${name}`), script, { mode: 0o755 });
}

function run(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Running {
  const child = spawn(pulumiCli(), args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const watchers = new Set<() => void>();
  const take = (chunk: Buffer) => {
    output += stripVTControlCharacters(String(chunk));
    for (const watcher of watchers) watcher();
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const ended = new Promise<Run>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
  const seen = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const watcher = () => output.includes(text) && resolve();
      watchers.add(watcher);
      watcher();
      ended.then(
        () => reject(new Error(`the engine ended and never printed ${JSON.stringify(text)}:\n${output}`)),
        reject,
      );
    });
  return { process: child, seen, ended };
}
