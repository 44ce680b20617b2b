import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "../toolchain/files.ts";
import { isLabel } from "../toolchain/name.ts";
import { clusterDirectory, findProcess, readStatus } from "./directory.ts";

/** What is known of a cluster from its folder, checked against the running processes. */
export interface ClusterStatus {
  readonly name: string;
  /** Its folder, `$PLUMBLINE_CACHE/clusters/<name>`. */
  readonly dir: string;
  /**
   * `absent`: there is no such cluster. `stopped`: it has data and no process; also after a crash, which `note` tells.
   * `failed`: the last start failed, `note` says why. Others as the cluster's own process says.
   */
  readonly phase: "absent" | "stopped" | "starting" | "ready" | "stopping" | "failed";
  /** Ready, while operators in pods are still starting: what they have a say in cannot be made yet. */
  readonly pending?: true;
  /** Of the running process. */
  readonly pid?: number;
  readonly startedAt?: Date;
  /** URL of the API server, while ready. */
  readonly server?: string;
  /** Absolute path, while ready. */
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
  /** Root of the cache; see `cacheDirectory`. */
  readonly cacheDir: string;
}

/** Reads only; takes milliseconds. Throws `RehearsalError` if the name is not a DNS label. */
export async function clusterStatus(name: string, { cacheDir }: ClusterPlace): Promise<ClusterStatus> {
  const directory = clusterDirectory(cacheDir, name);
  const known = { name, dir: directory.path, context: `plumbline-${name}` };
  const isThere = await exists(directory.config);
  const [own, process] = await Promise.all([readStatus(directory), findProcess(directory)]);
  if (!process) {
    if (!isThere) return { ...known, phase: "absent" };
    if (own === "absent") return { ...known, phase: "stopped" };
    if (own === "unreadable")
      return {
        ...known,
        phase: "stopped",
        note: `${directory.status} was cut short: a start writes it anew and keeps the data.`,
      };
    if (own.phase === "failed") return { ...known, phase: "failed", note: `The last start failed: ${own.error}` };
    const note = `Process ${own.pid} ended while the cluster was ${own.phase}, without a clean stop. A start goes on with the data as it stands.`;
    return { ...known, phase: "stopped", note };
  }
  if (typeof own === "string" || own.pid !== process.pid) return { ...known, phase: "starting", pid: process.pid };
  const { phase, pending, ports, server, kubeconfig, version, error } = own;
  return {
    ...known,
    phase,
    ...(pending && { pending }),
    pid: process.pid,
    startedAt: new Date(own.startedAt),
    version,
    ...(phase === "ready" && { ports, server, kubeconfig }),
    ...(error !== undefined && { note: error }),
  };
}

/** Names of all clusters that have a folder, sorted. */
export async function clusterNames({ cacheDir }: ClusterPlace): Promise<readonly string[]> {
  const entries = await readdir(join(cacheDir, "clusters"), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && isLabel(entry.name))
    .map(({ name }) => name)
    .sort();
}
