import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { Interrupt } from "../interrupt.ts";
import { bareCall } from "./bare-call.ts";
import type { Deployment } from "./pending.ts";

const execute = promisify(execFile);

/** A stack's state as the engine writes it down. What is secret in it stays encrypted. */
export interface ExportedState {
  readonly version: number;
  readonly deployment: Deployment;
}

/**
 * Reads a stack's state. The Automation API's own way decrypts it, and writes what is imported into the machine's common
 * folder for all to read: nobody here needs a secret, so none is shown.
 */
export async function exportState(stack: Stack, { asked }: Interrupt): Promise<ExportedState> {
  return JSON.parse(await bareCall(asked, () => run(stack, "export"))) as ExportedState;
}

/** Puts a state in the place of a stack's own, by a file that only its owner can read. A second Ctrl-C gives it up. */
export async function importState(
  stack: Stack,
  state: ExportedState,
  dir: string,
  { insisted }: Interrupt,
): Promise<void> {
  const file = join(dir, `import-${process.pid}.json`);
  try {
    await writeFile(file, JSON.stringify(state), { mode: 0o600, flag: "wx" });
    await bareCall(insisted, () => run(stack, "import", "--file", file));
  } finally {
    await rm(file, { force: true });
  }
}

/** States of thousands of resources are some megabytes. */
const MOST_BYTES = 2 ** 30;

async function run({ name, workspace }: Stack, command: "export" | "import", ...args: string[]): Promise<string> {
  const { envVars, pulumiCommand, workDir } = workspace;
  const { stdout } = await execute(
    pulumiCommand.command,
    ["stack", command, "--stack", name, "--non-interactive", ...args],
    { cwd: workDir, env: { ...process.env, ...envVars }, maxBuffer: MOST_BYTES },
  );
  return stdout;
}
