import type { Call } from "../rpc/index.ts";
import { KubeApi } from "./client/api.ts";
import { isTransient } from "./client/error.ts";
import { retrying } from "./client/retry.ts";
import { Transport } from "./client/transport.ts";
import type { ProviderConfig } from "./config.ts";
import type { ClusterAccess } from "./kubeconfig/access.ts";
import { connect, inClusterAccess } from "./kubeconfig/connect.ts";
import { selectContext } from "./kubeconfig/kubeconfig.ts";
import { loadKubeconfig } from "./kubeconfig/load.ts";

/** One configured provider: its cluster, or why there is none. */
export interface Session {
  readonly config: ProviderConfig;
  readonly api: KubeApi | undefined;
  /** Why the cluster cannot be reached, for the reader; `undefined`: it can. */
  readonly unreachable: string | undefined;
  /** Namespace of objects that name none. */
  readonly defaultNamespace: string;
}

/** How long to try for the first answer, in milliseconds: a cluster that is just starting needs a moment. */
const FIRST_ANSWER = 5_000;

/**
 * Connects. A kubeconfig that cannot be used, or a cluster that does not answer, is no error yet: a preview goes on
 * without it, and what needs the cluster fails with the reason.
 */
export async function openSession(config: ProviderConfig, call: Call): Promise<Session> {
  const lost = (unreachable: string, namespace?: string): Session => {
    return { config, api: undefined, unreachable, defaultNamespace: config.namespace ?? namespace ?? "default" };
  };
  let access: ClusterAccess;
  try {
    access = findCluster(config);
  } catch (error) {
    return lost((error as Error).message);
  }
  const api = new KubeApi(new Transport(access, config.requestTimeout));
  try {
    await retrying(() => api.raw("/version"), { when: isTransient, forMs: FIRST_ANSWER, signal: call.signal });
  } catch (error) {
    api.close();
    return lost((error as Error).message, access.namespace);
  }
  const defaultNamespace = config.namespace ?? access.namespace ?? "default";
  return { config, api, unreachable: undefined, defaultNamespace };
}

function findCluster(config: ProviderConfig): ClusterAccess {
  try {
    const { config: kubeconfig, source } = loadKubeconfig(config.kubeconfig);
    return connect(selectContext(kubeconfig, config, source));
  } catch (error) {
    const inside = config.kubeconfig || process.env.KUBECONFIG ? undefined : inClusterAccess();
    if (inside === undefined) throw error;
    return inside;
  }
}

/** The API of a cluster that must be there. Throws with the reason and what to do where it is not. */
export function apiOf(session: Session): KubeApi {
  if (session.api) return session.api;
  throw new Error(`configured Kubernetes cluster is unreachable: ${session.unreachable}`);
}

/** Writes a warning of the API server into the log, unless it tells of a deprecation and those are not wanted. */
export function warner(session: Session, call: Call): (warning: string) => void {
  const heard = new Set<string>();
  return (warning) => {
    const suppressed = session.config.suppressDeprecationWarnings && /is deprecated in|deprecated since/.test(warning);
    if (!suppressed && !heard.has(warning)) call.log("warning", `the API server says: ${warning}`);
    heard.add(warning);
  };
}
