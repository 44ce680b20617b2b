import { spawn } from "node:child_process";
import { mkdir, open, readFile } from "node:fs/promises";
import { RehearsalError } from "../toolchain/error.ts";
import { writeWhole } from "../toolchain/files.ts";
import { identify, type ProcessIdentity } from "../toolchain/process.ts";
import { type Following, follow, type Say } from "../toolchain/progress.ts";
import type { ClusterConfig } from "./config.ts";
import {
  type ClusterDirectory,
  clusterDirectory,
  readStartRecord,
  startDigest,
  writeStartRecord,
} from "./directory.ts";
import { untilReady } from "./ready.ts";
import { type ClusterPlace, type ClusterStatus, clusterStatus } from "./status.ts";
import { terminate, whileLocked } from "./stop.ts";

/** A cluster that answers. */
export interface RunningCluster {
  readonly name: string;
  readonly dir: string;
  readonly pid: number;
  readonly server: string;
  readonly kubeconfig: string;
  readonly context: string;
  readonly version: string;
  /** What had to be done: nothing (`running`), a first start (`created`), a start with its data (`started`), a restart for a changed configuration or binary (`restarted`). */
  readonly outcome: "running" | "created" | "started" | "restarted";
  /** Milliseconds from the call until it was ready. */
  readonly elapsedMs: number;
  /** What was found and put right, such as a crash since the last start. */
  readonly note?: string;
}

export interface StartOptions extends ClusterPlace, Following {
  /** Absolute path of the cluster binary: `toolchain.cluster.path`. */
  readonly binary: string;
  /**
   * Returns from a first start while operators in pods are still starting: 8 seconds earlier. {@link untilComplete} waits for
   * them. A cluster that has data may have objects of theirs: its start waits. Default: false.
   */
  readonly early?: boolean;
}

/**
 * Starts a cluster, with its data if it has any, and returns when it answers. It outlives this process. Already running
 * with the same configuration: returns at once. A changed configuration, or another binary: restarts it, keeping its data.
 * Two calls together: one starts it, the other waits and returns the same.
 *
 * Throws `RehearsalError` with the failed step and the log's last lines. Aborted: the started process is ended.
 */
export async function startCluster(config: ClusterConfig, options: StartOptions): Promise<RunningCluster> {
  const began = performance.now();
  const { name } = config;
  const directory = clusterDirectory(options.cacheDir, name);
  const digest = await startDigest(config, options.binary).catch((error: unknown) => {
    throw new RehearsalError(
      `The cluster binary ${options.binary} cannot be run.`,
      "Run `up` again: it builds it anew.",
      {
        cause: error,
      },
    );
  });
  if (await runsAs(directory, digest)) {
    const status = await clusterStatus(name, options);
    if (status.phase === "ready" && !status.pending)
      return follow(`cluster ${name}`, options, async (say) => {
        say("was running");
        return answer(status, "running", began);
      });
  }

  return whileLocked(name, "starting", options, async (directory, say) => {
    const before = await clusterStatus(name, options);
    if (before.phase !== "absent") await refuseOtherNodes(config, directory);
    if (before.pid !== undefined) {
      const running = identify(before.pid);
      if (running && before.phase !== "stopping" && before.phase !== "failed" && (await runsAs(directory, digest))) {
        // Ready by now, or started by a run that was killed: its process goes on.
        const ready = await untilReady(directory, running, { say, signal: options.signal });
        return answer(ready, "running", began);
      }
      if (running) await terminate(running, say);
    }
    if (before.note) say(before.note);
    const early = options.early === true && before.phase === "absent";
    const status = await launch(config, digest, directory, { ...options, say, early });
    const outcome = before.phase === "absent" ? "created" : before.pid === undefined ? "started" : "restarted";
    return { ...answer(status, outcome, began), ...(before.note && { note: before.note }) };
  });
}

/**
 * Waits for the operators that were still starting when an early {@link startCluster} returned. Throws as that does; the
 * cluster stays as it is.
 */
export async function untilComplete(name: string, options: ClusterPlace & Following): Promise<void> {
  const directory = clusterDirectory(options.cacheDir, name);
  const { pid } = await clusterStatus(name, options);
  const running = pid === undefined ? undefined : identify(pid);
  // Whoever works with it says that it ended.
  if (running === undefined) return;
  await follow(`cluster ${name}`, options, async (say) => {
    say("operators are starting in their pods");
    // Its other steps were told when they were taken.
    await untilReady(directory, running, { say: () => {}, signal: options.signal });
  });
}

/** Whether the process that runs this cluster was started with this configuration and binary. */
async function runsAs(directory: ClusterDirectory, digest: string): Promise<boolean> {
  const record = await readStartRecord(directory);
  return typeof record !== "string" && record.digest === digest && identify(record.pid)?.start === record.start;
}

/**
 * What real nodes have left in a cluster's data (their objects, DNS, operators with webhooks) nobody would take away: it can
 * get real nodes, and not lose or mix them.
 */
async function refuseOtherNodes(config: ClusterConfig, directory: ClusterDirectory): Promise<void> {
  const text = await readFile(directory.config, "utf8").catch(() => undefined);
  const was = text === undefined ? config : (JSON.parse(text) as ClusterConfig);
  if (was.real === undefined || nodesOf(was) === nodesOf(config)) return;
  throw new RehearsalError(
    `The cluster ${config.name} has the data of a cluster with ${nodesOf(was)}, and was to be started with ${nodesOf(config)}.`,
    `Begin anew: npm run cluster -- reset ${config.name}`,
  );
}

function nodesOf({ nodes, real }: ClusterConfig): string {
  if (real === undefined) return "simulated nodes alone";
  return nodes.length === 0 ? "real nodes alone" : "simulated and real nodes";
}

async function launch(
  config: ClusterConfig,
  digest: string,
  directory: ClusterDirectory,
  { binary, say, signal, early }: StartOptions & { readonly say: Say },
): Promise<ClusterStatus> {
  signal?.throwIfAborted();
  await mkdir(directory.logs, { recursive: true, mode: 0o700 });
  await writeWhole(directory.config, `${JSON.stringify(config, null, 2)}\n`, 0o600);
  const running = await spawnDetached(binary, directory);
  try {
    await writeStartRecord(directory, { ...running, digest });
    return await untilReady(directory, running, { say, signal, early });
  } catch (error) {
    await terminate(running, say);
    throw error;
  }
}

/** A process in a session of its own, writing to files: neither this process's end nor its terminal's reaches it. */
async function spawnDetached(binary: string, { path, events, errors }: ClusterDirectory): Promise<ProcessIdentity> {
  const [out, err] = await Promise.all([open(events, "w", 0o600), open(errors, "w", 0o600)]);
  try {
    const child = spawn(binary, ["run", "--dir", path], {
      cwd: path,
      detached: true,
      stdio: ["ignore", out.fd, err.fd],
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.unref();
    const running = child.pid === undefined ? undefined : identify(child.pid);
    // It ended at once: what it wrote says why, and `untilReady` tells it.
    return running ?? { pid: child.pid ?? 0, start: "ended" };
  } finally {
    await Promise.all([out.close(), err.close()]);
  }
}

function answer(status: ClusterStatus, outcome: RunningCluster["outcome"], began: number): RunningCluster {
  const { name, dir, pid, server, kubeconfig, context, version } = status;
  if (pid === undefined || server === undefined || kubeconfig === undefined || version === undefined)
    throw new RehearsalError(
      `${dir}/status.json says that cluster ${name} is ready, but not where it answers.`,
      "The binary and this program are of different versions: run `up` again.",
    );
  return {
    ...{ name, dir, pid, server, kubeconfig, context, version, outcome },
    elapsedMs: Math.round(performance.now() - began),
  };
}
