import { open, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { RehearsalError } from "../toolchain/error.ts";
import { isRunning, type ProcessIdentity } from "../toolchain/process.ts";
import type { Following, Say } from "../toolchain/progress.ts";
import { type ClusterDirectory, readStatus } from "./directory.ts";
import { type ClusterStatus, clusterStatus } from "./status.ts";

/** From one step to the next. All together take 3 to 5 seconds on two idle cores, and a minute where ten builds run. */
const STEP_DEADLINE_MS = 180_000;
const POLL_MS = 50;
const TAIL_LINES = 15;

/** One line of the process's standard output. */
interface Event {
  readonly event: string;
  readonly step?: string;
  readonly note?: string;
  readonly error?: string;
}

interface Waiting {
  readonly say: Say;
  readonly signal?: Following["signal"];
  /** Returns while operators in pods are still starting. Default: false. */
  readonly early?: boolean | undefined;
}

/**
 * Waits until the cluster's process says that it is ready, saying each step. Throws `RehearsalError` if it fails, ends,
 * or takes longer than three minutes for one step; rejects with the signal's reason when aborted. Ending the process is the caller's.
 */
export async function untilReady(
  directory: ClusterDirectory,
  running: ProcessIdentity,
  { say, signal, early = false }: Waiting,
): Promise<ClusterStatus> {
  let until = performance.now() + STEP_DEADLINE_MS;
  const events = new EventFile(directory.events);
  let failure: Event | undefined;
  for (;;) {
    signal?.throwIfAborted();
    // Looked at before the files are read: what it wrote last must not be missed.
    const runs = isRunning(running);
    // Before the events, for it is written after them: a status that says "failed" comes with the event that says at which step.
    const status = await readStatus(directory);
    for (const event of await events.read()) {
      until = performance.now() + STEP_DEADLINE_MS;
      if (event.event === "step") say(`started ${event.step}`);
      if (event.event === "note" && event.note) say(event.note);
      if (event.event === "failed") failure = event;
    }
    const own = typeof status === "string" || status.pid !== running.pid ? undefined : status;
    if (runs && own?.phase === "ready" && (early || !own.pending)) {
      const standing = await clusterStatus(directory.name, { cacheDir: directory.cacheDir });
      // Else it ended between these two looks: the next round says how.
      if (standing.phase === "ready") {
        say("ready");
        return standing;
      }
    }
    const reason = failure?.error ?? (own?.phase === "failed" ? own.error : undefined);
    if (!runs || reason) throw await failed(directory, failure?.step, reason ?? "its process ended");
    if (performance.now() > until)
      throw await failed(directory, undefined, `nothing happened for ${STEP_DEADLINE_MS / 1_000} s`);
    await sleep(POLL_MS, undefined, signal ? { signal } : {}).catch(() => {});
  }
}

/** Reads what was appended since the last time, whole lines only. */
class EventFile {
  readonly #path: string;
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  async read(): Promise<Event[]> {
    const file = await open(this.#path).catch(() => undefined);
    if (!file) return [];
    try {
      const { size } = await file.stat();
      const { buffer } = await file.read(Buffer.alloc(size - this.#offset), 0, size - this.#offset, this.#offset);
      const end = buffer.lastIndexOf("\n") + 1;
      this.#offset += end;
      return buffer.subarray(0, end).toString().split("\n").flatMap(parse);
    } finally {
      await file.close();
    }
  }
}

function parse(line: string): Event[] {
  try {
    return [JSON.parse(line) as Event];
  } catch {
    return [];
  }
}

async function failed(directory: ClusterDirectory, step: string | undefined, reason: string): Promise<RehearsalError> {
  const errors = await readFile(directory.errors, "utf8").catch(() => "");
  const tail = errors.trimEnd().split("\n").slice(-TAIL_LINES);
  return new RehearsalError(
    [
      `Cluster ${directory.name} did not start${step ? ` (step ${step})` : ""}: ${reason}.`,
      ...(errors.trim() === "" ? [] : tail.map((line) => `  ${line}`)),
    ].join("\n"),
    `All logs are in ${directory.logs}. To start afresh without its data: npm run cluster -- reset ${directory.name}`,
  );
}
