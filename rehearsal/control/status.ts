/** What is known of a cluster from its folder, checked against the running processes. */
export interface ClusterStatus {
  readonly name: string;
  /** Its folder, `$PLUMBLINE_CACHE/clusters/<name>`. */
  readonly dir: string;
  /**
   * `absent`: there is no such cluster. `stopped`: it has data and no process; also after a crash, which `note` tells.
   * Others as the cluster's own process says.
   */
  readonly phase: "absent" | "stopped" | "starting" | "ready" | "stopping" | "failed";
  /** Of the running process. */
  readonly pid?: number;
  readonly startedAt?: Date;
  /** URL of the API server, while ready. */
  readonly server?: string;
  readonly kubeconfig?: string;
  /** Name of the context in the kubeconfig: `plumbline-<name>`. */
  readonly context: string;
  /** Of Kubernetes, such as `v1.36.3`. */
  readonly version?: string;
  readonly ports?: Readonly<Record<string, number>>;
  /** Something a person should know: a crash, a stale pid, a half-written file, and what `start` will do about it. */
  readonly note?: string;
}

export interface ClusterPlace {
  readonly cacheDir: string;
}

/** Reads only; takes milliseconds. Throws `RehearsalError` if the name is not a DNS label. */
export async function clusterStatus(_name: string, _place: ClusterPlace): Promise<ClusterStatus> {
  throw new Error("not yet");
}

/** Names of all clusters that have a folder, sorted. */
export async function clusterNames(_place: ClusterPlace): Promise<readonly string[]> {
  throw new Error("not yet");
}
