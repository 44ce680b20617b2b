import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { identify, isRunning } from "../../rehearsal/toolchain/process.ts";
import { EXIT, Failure } from "../failure.ts";
import type { Interrupt } from "../interrupt.ts";
import { clearTornAttributes } from "./attributes.ts";
import { clearDeadLocks, type StateLock, stateLocks } from "./locks.ts";
import { isOrphan } from "./owner.ts";
import { type SettleOptions, settle, settledNames, unread } from "./pending.ts";
import { endTree, isEngine } from "./process-tree.ts";
import { exportState, importState } from "./state.ts";

/** How long a lock's holder is waited for: one that was killed takes a moment to be gone. */
const PATIENCE_MS = 10_000;

/** How long an engine whose command line is gone may take to finish what it has in flight. */
const FINISH_MS = 120_000;

export interface RecoverOptions extends SettleOptions {
  readonly project: string;
  /** URL of the state backend. Locks are looked after where it is a folder. */
  readonly backend: string;
  readonly interrupt: Interrupt;
  /** Folder of the engine's own, readable by its owner alone. */
  readonly home: string;
  /** Told of everything that takes a while. */
  readonly tell: (text: string) => void;
  /** How long the holder of a lock is waited for before this run is refused, in milliseconds; 10 000 by default. */
  readonly patienceMs?: number;
}

/**
 * Ends what an earlier run left unfinished on a stack, before anything else is done with its state: an engine that
 * outlived its command line, locks of dead engines, notes that were cut short. An engine at work for somebody, such as a person's own `pulumi up`, is
 * left alone, and this run is refused.
 */
export async function clearTheWay(stack: string, options: RecoverOptions): Promise<readonly string[]> {
  if (!options.backend.startsWith("file://")) return [];
  const stateDir = fileURLToPath(options.backend);
  const locks = () => stateLocks(stateDir, options.project, stack);
  const found = await locks();
  const deadline = Date.now() + (options.patienceMs ?? PATIENCE_MS);
  for (;;) {
    for (const lock of await locks()) await finishOrphan(lock, options);
    const [held] = await clearDeadLocks(await locks());
    if (!held) break;
    const holder = `process ${held.pid} on ${held.host}`;
    if (Date.now() > deadline)
      throw new Failure(
        EXIT.failed,
        `The state of ${stack} is locked by ${holder}.`,
        `Wait until it has ended. If it is gone for good: rm ${held.file}`,
      );
    options.tell(`waiting for ${holder}, which holds the lock on the state`);
    await delay(200);
    options.interrupt.asked.throwIfAborted();
  }
  const torn = await clearTornAttributes(stateDir, options.project, stack);
  return [
    ...(found.length === 0 ? [] : ["an earlier run was cut off; its lock on the state is cleared"]),
    ...(torn === 0 ? [] : ["a note beside the state was cut short; it is removed, and the state is whole"]),
  ];
}

/** How the state was found, and what was done to it. */
export interface Settled {
  /** What was done, in sentences. */
  readonly said: readonly string[];
  /** Whether the state has to be read back from where the resources live, even if nothing is to change. */
  readonly isUnread: boolean;
}

/** Settles the operations that an earlier run left under way; see {@link settle}. */
export async function settleState(stack: Stack, { stateOnly, interrupt, home }: RecoverOptions): Promise<Settled> {
  const exported = await exportState(stack, interrupt);
  const { deployment } = exported;
  if (!deployment.pending_operations?.length) return { said: [], isUnread: unread(deployment).length > 0 };
  const { deployment: settled, adopted, cleared, unsettled } = settle(deployment, { stateOnly });
  await importState(stack, { ...exported, deployment: settled }, home, interrupt);
  const said = [
    ...(adopted.length > 0 ? [`half-made when it was cut off, now looked for: ${settledNames(adopted)}`] : []),
    ...(cleared.length > 0 ? [`unfinished when it was cut off, now done anew: ${settledNames(cleared)}`] : []),
    ...(unsettled.length > 0
      ? [`may exist without being known: ${settledNames(unsettled)}; see docs/cli.md, "After a crash"`]
      : []),
  ];
  return { said, isUnread: unread(settled).length > 0 };
}

/** An engine whose command line was killed works on alone: let it finish what is in flight, begin nothing new, and end. */
async function finishOrphan({ pid }: StateLock, { tell, interrupt }: RecoverOptions): Promise<void> {
  const engine = isEngine(pid) && isOrphan(pid) ? identify(pid) : undefined;
  if (!engine) return;
  tell(`an earlier run's engine is still at work (process ${pid}); waiting until it has finished what is in flight`);
  endTree(pid, FINISH_MS);
  while (isRunning(engine)) {
    interrupt.asked.throwIfAborted();
    await delay(200);
  }
}
