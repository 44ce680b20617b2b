import { join } from "node:path";
import type { Findings } from "./findings.ts";
import type { Interrupt } from "./interrupt.ts";
import type { RunLog } from "./run-log.ts";
import type { Steps } from "./steps.ts";

/** Folder of the Pulumi project: this repository. */
export const PROJECT_DIR = join(import.meta.dirname, "..");

/** Name of the Pulumi project, as Pulumi.yaml says. */
export const PROJECT = "plumbline";

/** What every command works with. */
export interface Context {
  readonly cacheDir: string;
  readonly interrupt: Interrupt;
  /** Stops the engine for another reason than the person's wish: what it works on is gone. */
  readonly halt: AbortController;
  readonly log: RunLog;
  readonly steps: Steps;
  readonly findings: Findings;
  /** The person's own environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Name every resource as it is done. */
  readonly verbose: boolean;
  /** Milliseconds since the run began. */
  elapsed(): number;
}
