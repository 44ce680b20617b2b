import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { describeHolder, withLock } from "../toolchain/lock.ts";
import { isRunning, type ProcessIdentity } from "../toolchain/process.ts";
import { type Following, follow, type Say } from "../toolchain/progress.ts";
import { removeControlGroups } from "./control-groups.ts";
import { type ClusterDirectory, clusterDirectory, findProcess } from "./directory.ts";
import type { ClusterPlace } from "./status.ts";

export interface StopOptions extends ClusterPlace, Following {
  /** Milliseconds that the cluster has to stop by itself before it is killed. Default 20000. */
  readonly deadlineMs?: number;
}

/** How a stop went. `idle`: nothing ran. `killed`: it did not stop in time; its data is as after a power failure. */
export interface Stopped {
  readonly outcome: "stopped" | "killed" | "idle";
}

/** A stop takes 1 to 3 seconds: etcd closes its files, webhooks and watches end. */
const STOP_DEADLINE_MS = 20_000;

/** Stops a cluster and waits until its process is gone. Data stays. */
export async function stopCluster(name: string, options: StopOptions): Promise<Stopped> {
  return whileLocked(name, "stopping", options, async (directory, say) => {
    const running = await findProcess(directory);
    const outcome = running ? await terminate(running, say, options.deadlineMs) : "idle";
    if (outcome === "idle") say("was not running");
    if (outcome !== "stopped") await removeControlGroups(directory.path);
    return { outcome };
  });
}

/** Stops a cluster and removes its folder with all its data. Does nothing if there is none. */
export async function resetCluster(name: string, options: StopOptions): Promise<void> {
  await whileLocked(name, "resetting", options, async (directory, say) => {
    const running = await findProcess(directory);
    if (running) await terminate(running, say, options.deadlineMs);
    await removeControlGroups(directory.path);
    say("removing its data");
    await rm(directory.path, { recursive: true, force: true });
  });
}

/**
 * Ends a process that `findProcess` found, and waits until it is gone. It is looked at again before each signal: its
 * pid may by then be someone else's. Not interrupted by a signal: half a stop would help no one.
 */
export async function terminate(
  running: ProcessIdentity,
  say: Say,
  deadlineMs = STOP_DEADLINE_MS,
): Promise<"stopped" | "killed"> {
  say(`stopping process ${running.pid}`);
  send(running, "SIGTERM");
  if (await isGone(running, deadlineMs)) {
    say("stopped");
    return "stopped";
  }
  say(`process ${running.pid} did not stop in ${deadlineMs / 1_000} s: killing it`);
  send(running, "SIGKILL");
  while (!(await isGone(running, 1_000)))
    say(`process ${running.pid} was killed; waiting for the kernel to let go of it`);
  return "killed";
}

async function isGone(running: ProcessIdentity, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (isRunning(running)) {
    if (performance.now() > until) return false;
    await sleep(50);
  }
  return true;
}

function send(running: ProcessIdentity, signal: NodeJS.Signals): void {
  if (isRunning(running)) process.kill(running.pid, signal);
}

/** One start, stop or reset of a cluster at a time. */
export async function whileLocked<T>(
  name: string,
  purpose: string,
  { cacheDir, report, signal }: ClusterPlace & Following,
  work: (directory: ClusterDirectory, say: Say) => Promise<T>,
): Promise<T> {
  const directory = clusterDirectory(cacheDir, name);
  return follow(`cluster ${name}`, { report, logFile: directory.events }, async (say) =>
    withLock(
      directory.lock,
      {
        purpose: `${purpose} cluster ${name}`,
        signal,
        onWait: (holder) => say(`waiting for ${describeHolder(holder)}`, { waiting: true }),
      },
      () => work(directory, say),
    ),
  );
}
