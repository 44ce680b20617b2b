import type { Following } from "../toolchain/progress.ts";
import type { ClusterConfig } from "./config.ts";
import type { ClusterPlace } from "./status.ts";

/** A cluster that answers. */
export interface RunningCluster {
  readonly name: string;
  readonly dir: string;
  readonly pid: number;
  readonly server: string;
  readonly kubeconfig: string;
  readonly context: string;
  readonly version: string;
  /** What had to be done: nothing (`running`), a first start (`created`), a start with its data (`started`), a restart for a changed configuration (`restarted`). */
  readonly outcome: "running" | "created" | "started" | "restarted";
  /** Milliseconds from the call until it was ready. */
  readonly elapsedMs: number;
  /** What was found and put right, such as a crash since the last start. */
  readonly note?: string;
}

export interface StartOptions extends ClusterPlace, Following {
  /** Absolute path of the cluster binary: `toolchain.cluster.path`. */
  readonly binary: string;
}

/**
 * Starts a cluster, with its data if it has any, and returns when it answers. It outlives this process. Already running
 * with the same configuration: returns at once. A changed configuration, or another binary: restarts it, keeping its data.
 * Two calls together: one starts it, the other waits and returns the same.
 *
 * Throws `RehearsalError` with the failed step and the log's last lines. Aborted: the started process is ended.
 */
export async function startCluster(_config: ClusterConfig, _options: StartOptions): Promise<RunningCluster> {
  throw new Error("not yet");
}
