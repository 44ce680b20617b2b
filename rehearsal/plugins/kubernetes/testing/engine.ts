import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type EngineEvent,
  LocalWorkspace,
  PulumiCommand,
  type PulumiFn,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";

/** A stack of the real engine, with this provider as its Kubernetes plugin and a state of its own. */
export interface EngineStack {
  readonly stack: Stack;
  /** Runs `up`, refreshing first if asked; gives everything that was printed. */
  up(program: PulumiFn, options?: { readonly refresh?: boolean; readonly signal?: AbortSignal }): Promise<EngineRun>;
  preview(program: PulumiFn): Promise<EngineRun>;
  /** The state file as it is stored: secrets are to be ciphertext in it. */
  state(): Promise<StackState>;
  /** Forgets the stack; what it made goes with its namespace. */
  remove(): void;
}

interface EngineRun {
  /** Failures are results, not exceptions: many tests want them. */
  readonly ok: boolean;
  readonly output: string;
  /** How many resources were created, updated, replaced, left the same, … */
  readonly changes: Readonly<Record<string, number>>;
  /** Outputs of the stack. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Events `resource-pre`: what the engine meant to do with each resource, by its name. */
  readonly steps: ReadonlyMap<string, Step>;
}

interface Step {
  /** Such as `create`, `update`, `same`. */
  readonly op: string;
  /** The detailed diff, by property path. */
  readonly diff: Readonly<Record<string, unknown>>;
}

interface StackState {
  readonly text: string;
  readonly resources: readonly StateResource[];
}

interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  readonly initErrors?: readonly string[];
}

const require = createRequire(import.meta.url);
let counter = 0;

/** Makes a stack. The engine comes from `PLUMBLINE_PULUMI`, else from PATH. */
export async function engineStack(kubeconfig: string): Promise<EngineStack> {
  const dir = mkdtempSync(join(tmpdir(), "provider-stack-"));
  const home = join(dir, "home");
  installPlugin(home);
  const pulumi = process.env.PLUMBLINE_PULUMI;
  if (pulumi) {
    mkdirSync(join(dir, "bin"));
    symlinkSync(pulumi, join(dir, "bin", "pulumi"));
  }
  const pulumiCommand = await PulumiCommand.get(pulumi ? { root: dir } : {});
  for (const folder of ["backend", "project"]) mkdirSync(join(dir, folder));
  const stackName = "test";
  const projectName = `provider${process.pid}x${counter++}`;
  const stack = await LocalWorkspace.createStack(
    { stackName, projectName, program: async () => {} },
    {
      workDir: join(dir, "project"),
      pulumiCommand,
      pulumiHome: home,
      envVars: {
        PULUMI_BACKEND_URL: `file://${join(dir, "backend")}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        KUBECONFIG: kubeconfig,
      },
    },
  );
  const run = async (kind: "up" | "preview", program: PulumiFn, options: object): Promise<EngineRun> => {
    const lines: string[] = [];
    const steps = new Map<string, Step>();
    let changes: Record<string, number> = {};
    const observed = {
      ...options,
      program,
      onOutput: (text: string) => lines.push(text),
      onError: (text: string) => lines.push(text),
      onEvent: (event: EngineEvent) => {
        const step = event.resourcePreEvent?.metadata;
        if (step) steps.set(step.urn.split("::").at(-1) ?? "", { op: step.op, diff: step.detailedDiff ?? {} });
        if (event.summaryEvent) changes = event.summaryEvent.resourceChanges as Record<string, number>;
        // What the SDK tells itself is for nobody's eyes, and not ours to keep clean.
        const { severity, message } = event.diagnosticEvent ?? {};
        if (message && (severity as string) !== "debug") lines.push(message);
      },
    };
    try {
      const result = await stack[kind](observed);
      const outputs = "outputs" in result ? result.outputs : {};
      const plain = Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]));
      return { ok: true, output: lines.join("\n"), changes, outputs: plain, steps };
    } catch (error) {
      return { ok: false, output: `${lines.join("\n")}\n${(error as Error).message}`, changes, outputs: {}, steps };
    }
  };
  return {
    stack,
    up: (program, options = {}) => run("up", program, options),
    preview: (program) => run("preview", program, {}),
    async state() {
      const text = readFileSync(join(dir, "backend", ".pulumi", "stacks", projectName, `${stackName}.json`), "utf8");
      const { checkpoint } = JSON.parse(text) as { checkpoint: { latest?: { resources?: StateResource[] } } };
      return { text, resources: checkpoint.latest?.resources ?? [] };
    },
    remove() {
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Puts a launcher where the engine looks for the plugin of the SDK's version. */
function installPlugin(home: string): void {
  const { version } = require("@pulumi/kubernetes/package.json") as { version: string };
  const folder = join(home, "plugins", `resource-kubernetes-v${version}`);
  mkdirSync(folder, { recursive: true });
  const main = join(import.meta.dirname, "..", "main.ts");
  const launcher = join(folder, "pulumi-resource-kubernetes");
  writeFileSync(launcher, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(launcher, 0o755);
}
