import { execFileSync } from "node:child_process";

/** Why a real server cannot run on this machine, as the reason of a skipped test; `undefined` if it can. */
export type Missing = string | undefined;

/** Whether a program is on PATH and ends well with these arguments. */
export function runs(program: string, ...args: string[]): boolean {
  try {
    run(10, program, ...args);
    return true;
  } catch {
    return false;
  }
}

/** Runs a program to its end. Throws if it fails or takes longer, with what it wrote on its error stream. */
export function run(seconds: number, program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: "pipe", timeout: seconds * 1_000 });
}
