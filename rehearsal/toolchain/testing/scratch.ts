import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished, vi } from "vitest";

/** An empty folder for one test, gone after it. */
export async function scratch(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "plumbline-test-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 3 }));
  return dir;
}

/** Looks again until what is expected holds: at once on an idle machine, with patience on a busy one. */
export async function eventually<T>(look: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(look, { timeout: 30_000, interval: 20 });
}

/** Writes files, by path under a folder, making folders as needed. */
export async function writeFiles(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  }
}

/** Writes a program that a shell runs. */
export async function writeProgram(path: string, script: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

/** A run of this Node on a piece of module code, in a process of its own. */
export interface NodeRun {
  readonly child: ChildProcess;
  /** What it wrote so far, both streams. */
  output(): string;
  /** Exit code; null if a signal ended it. */
  readonly ended: Promise<number | null>;
}

export function runNode(code: string, env: Readonly<Record<string, string>> = {}): NodeRun {
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { env: { ...process.env, ...env } });
  let output = "";
  child.stdout.on("data", (data: Buffer) => {
    output += data;
  });
  child.stderr.on("data", (data: Buffer) => {
    output += data;
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, output: () => output, ended };
}
