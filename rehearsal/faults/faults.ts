import { setTimeout as sleep } from "node:timers/promises";
import { KubeApi } from "../plugins/kubernetes/client/api.ts";
import { ApiError, ConnectionError, isNotFound, NoKindError } from "../plugins/kubernetes/client/error.ts";
import { Transport } from "../plugins/kubernetes/client/transport.ts";
import { connect } from "../plugins/kubernetes/kubeconfig/connect.ts";
import { selectContext } from "../plugins/kubernetes/kubeconfig/kubeconfig.ts";
import { loadKubeconfig } from "../plugins/kubernetes/kubeconfig/load.ts";
import { RehearsalError } from "../toolchain/error.ts";
import { type Fault, type KnownFault, RefusedFault } from "./fault.ts";
import { API_VERSION, faultManifest, KIND, knownFault } from "./manifest.ts";

/** How a rehearsal cluster is reached; a `RunningCluster` is one. */
export interface FaultyCluster {
  /** Absolute path. */
  readonly kubeconfig: string;
}

export interface FaultOptions {
  /** Gives up waiting, and undoes what was asked for. */
  readonly signal?: AbortSignal | undefined;
}

/** A fault that is being suffered, or, of a `pod-kill`, has been. */
export interface InjectedFault extends KnownFault {
  /** Undoes it now; one that is over already is left alone. */
  undo(): Promise<void>;
}

const MANAGER = "plumbline-fault";
const TIMEOUT_MS = 10_000;
const PAUSE_MS = 50;

/**
 * Makes a fault, and returns when the cluster has begun with it. It undoes itself at its `until`, also when this process is
 * gone by then.
 *
 * Throws `RefusedFault` if a value is wrong or the cluster cannot have it, saying why and what is allowed, and
 * `RehearsalError` if there is no answer. Nothing lasts then.
 */
export async function injectFault(
  cluster: FaultyCluster,
  fault: Fault,
  { signal }: FaultOptions = {},
): Promise<InjectedFault> {
  const manifest = faultManifest(fault);
  return speaking(cluster, async (api) => {
    signal?.throwIfAborted();
    const { metadata } = await api.create(manifest, MANAGER, false);
    const undo = () => endFaults(cluster, [metadata.name]);
    try {
      const begun = await answered(api, metadata.name, signal);
      if (begun.phase === "Failed")
        throw new RefusedFault(`The fault was refused: ${begun.message}.`, "Nothing was changed.");
      return { ...begun, undo };
    } catch (error) {
      await remove(api, metadata.name);
      throw error;
    }
  });
}

/** All faults that the cluster knows, the oldest first. */
export async function listFaults(cluster: FaultyCluster): Promise<readonly KnownFault[]> {
  return speaking(cluster, async (api) => {
    const { items } = await api.list(API_VERSION, KIND);
    return items.map(knownFault).sort((a, b) => a.since.getTime() - b.since.getTime() || a.name.localeCompare(b.name));
  });
}

/** Undoes the faults of these names, which may be gone already; without names, all. */
export async function endFaults(cluster: FaultyCluster, names?: readonly string[]): Promise<void> {
  const all = names ?? (await listFaults(cluster)).map(({ name }) => name);
  await speaking(cluster, (api) => Promise.all(all.map((name) => remove(api, name))));
}

/** Waits until a fault is gone: undone, or at its end. */
export async function untilOver(
  cluster: FaultyCluster,
  { name }: KnownFault,
  { signal }: FaultOptions = {},
): Promise<void> {
  const isThere = async () =>
    (await listFaults(cluster)).some((fault) => fault.name === name && fault.phase === "Active");
  while (await isThere()) {
    await sleep(500, undefined, signal ? { signal } : {}).catch(() => {});
    signal?.throwIfAborted();
  }
}

async function answered(api: KubeApi, name: string, signal: AbortSignal | undefined): Promise<KnownFault> {
  for (const deadline = performance.now() + TIMEOUT_MS; performance.now() < deadline; await sleep(PAUSE_MS)) {
    signal?.throwIfAborted();
    const fault = knownFault(await api.get({ apiVersion: API_VERSION, kind: KIND, name }));
    // Of a pod-kill there is something to tell when it is over.
    if (fault.phase !== "Pending" && !(fault.type === "pod-kill" && fault.phase === "Active")) return fault;
  }
  throw new RehearsalError(
    `The cluster did not begin with fault ${name} in ${TIMEOUT_MS / 1_000} s.`,
    "It was taken back. The cluster's logs may say why.",
  );
}

async function remove(api: KubeApi, name: string): Promise<void> {
  await api.delete({ apiVersion: API_VERSION, kind: KIND, name }, "Background").catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}

async function speaking<T>({ kubeconfig }: FaultyCluster, work: (api: KubeApi) => Promise<T>): Promise<T> {
  const { config, source } = loadKubeconfig(kubeconfig);
  const api = new KubeApi(new Transport(connect(selectContext(config, {}, source)), TIMEOUT_MS));
  try {
    return await work(api);
  } catch (error) {
    throw told(error);
  } finally {
    api.close();
  }
}

/** What the API server's own words leave open. */
function told(error: unknown): unknown {
  if (error instanceof NoKindError)
    return new RehearsalError(
      "This cluster knows no faults.",
      "It must be a rehearsal cluster of this version: start it again.",
      {
        cause: error,
      },
    );
  if (error instanceof ConnectionError)
    return new RehearsalError(`${error.message}.`, "Is the cluster running? npm run cluster -- status", {
      cause: error,
    });
  if (error instanceof ApiError && error.reason === "Invalid")
    return new RefusedFault(`The fault was refused: ${error.message}.`, "Nothing was changed.", { cause: error });
  return error;
}
