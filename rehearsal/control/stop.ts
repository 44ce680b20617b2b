import type { Following } from "../toolchain/progress.ts";
import type { ClusterPlace } from "./status.ts";

export interface StopOptions extends ClusterPlace, Following {
  /** Milliseconds that the cluster has to stop by itself before it is killed. Default 20000. */
  readonly deadlineMs?: number;
}

/** Stops a cluster and waits until its process is gone. Data stays. */
export async function stopCluster(
  _name: string,
  _options: StopOptions,
): Promise<{
  /** `idle`: nothing ran. `killed`: it did not stop in time. */ readonly outcome: "stopped" | "killed" | "idle";
}> {
  throw new Error("not yet");
}

/** Stops a cluster and removes its folder with all its data. Does nothing if there is none. */
export async function resetCluster(_name: string, _options: StopOptions): Promise<void> {
  throw new Error("not yet");
}
