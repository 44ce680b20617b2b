import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { Interrupt } from "../interrupt.ts";
import type { EngineEvent } from "./events.ts";
import { endEngine } from "./process-tree.ts";
import { advance, type EngineProgress, NOTHING_YET } from "./progress.ts";

/** A run of the engine that has ended. */
export interface EngineRun {
  readonly progress: EngineProgress;
  readonly ok: boolean;
  readonly milliseconds: number;
}

export interface Following {
  readonly interrupt: Interrupt;
  /** Stops the engine as a first Ctrl-C does; the run then counts as failed. */
  readonly halt: AbortSignal;
  /** Called for every event of the engine. */
  readonly onProgress: (progress: EngineProgress) => void;
  /** The engine's own output, for the log. */
  readonly onOutput: (text: string) => void;
}

/** A policy pack and its configuration: absolute paths. */
export interface Policies {
  readonly pack: string;
  readonly config?: string;
}

/** Options that make the engine quiet, colourless, and stoppable. */
interface Shared {
  readonly onEvent: (event: EngineEvent) => void;
  readonly onOutput: (text: string) => void;
  readonly onError: (text: string) => void;
  readonly signal: AbortSignal;
  readonly color: "never";
  readonly suppressProgress: true;
}

/** Plans: reads every resource back from where it lives if `refresh` is set, runs the program, and judges the result. */
export function preview(stack: Stack, following: Following, options: { policies?: Policies; refresh: boolean }) {
  return follow(following, (shared) =>
    stack.preview({ ...shared, ...packs(options.policies), refresh: options.refresh }),
  );
}

/** Makes the stack what the program says. */
export function update(stack: Stack, following: Following, options: { policies?: Policies; refresh: boolean }) {
  return follow(following, (shared) =>
    stack.up({ ...shared, ...packs(options.policies), refresh: options.refresh, suppressOutputs: true }),
  );
}

/** Compares what stands with the state, changing neither. */
export function lookForDrift(stack: Stack, following: Following) {
  return follow(following, (shared) => stack.previewRefresh(shared));
}

/** Deletes every resource of the stack, or all but the protected ones. */
export function destroy(stack: Stack, following: Following, options: { keepProtected: boolean }) {
  return follow(following, (shared) => stack.destroy({ ...shared, excludeProtected: options.keepProtected }));
}

async function follow(following: Following, operation: (shared: Shared) => Promise<unknown>): Promise<EngineRun> {
  const { interrupt, halt, onProgress, onOutput } = following;
  interrupt.asked.throwIfAborted();
  const began = performance.now();
  let progress = NOTHING_YET;
  const onEvent = (event: EngineEvent) => {
    progress = advance(progress, event, Date.now());
    onProgress(progress);
  };
  interrupt.insisted.addEventListener("abort", endEngine, { once: true });
  try {
    await operation({
      onEvent,
      onOutput,
      onError: onOutput,
      signal: AbortSignal.any([interrupt.asked, halt]),
      color: "never",
      suppressProgress: true,
    });
    return { progress, ok: true, milliseconds: performance.now() - began };
  } catch (error) {
    interrupt.asked.throwIfAborted();
    return { progress: withReason(progress, error), ok: false, milliseconds: performance.now() - began };
  } finally {
    interrupt.insisted.removeEventListener("abort", endEngine);
  }
}

/** An engine that ends before its first event says why on its error output alone. */
export function withReason(progress: EngineProgress, error: unknown): EngineProgress {
  if (progress.diagnostics.some(({ severity }) => severity === "error")) return progress;
  if (progress.violations.some(({ level }) => level === "mandatory")) return progress;
  const text = error instanceof Error ? error.message : String(error);
  const [, said] = /(?:^|\n)\s*(?:stderr: )?error: (.+?)(?=\n\s*(?:err\?:|stdout:|code:)|$)/s.exec(text) ?? [];
  return advance(progress, { sequence: 0, timestamp: 0, errorEvent: { error: (said ?? text).trim() } }, 0);
}

function packs(policies: Policies | undefined) {
  if (!policies) return {};
  return { policyPacks: [policies.pack], ...(policies.config && { policyPackConfigs: [policies.config] }) };
}
