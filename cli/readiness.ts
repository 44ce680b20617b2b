import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Context } from "./context.ts";
import type { WorkloadName } from "./engine/inventory.ts";

/** A workload and how many of its pods serve. */
export interface WorkloadReadiness extends WorkloadName {
  readonly ready: number;
  readonly wanted: number;
  /** It is in the state, and not in the cluster: someone deleted it. */
  readonly missing: boolean;
}

/** How the cluster is reached. */
export interface ClusterAccess {
  /** Absolute path of kubectl. */
  readonly kubectl: string;
  /** Left out: the person's own. */
  readonly kubeconfig?: string;
  readonly context: string;
}

/** The names by which kubectl asks for each kind. */
const RESOURCES: Readonly<Record<string, string>> = {
  Deployment: "deployments.apps",
  StatefulSet: "statefulsets.apps",
  DaemonSet: "daemonsets.apps",
  Cluster: "clusters.postgresql.cnpg.io",
};

/** How long the API server may take to answer. */
const TIMEOUT_S = 10;

/** Asks how many pods of the stack's workloads serve. What else stands is shown also if the cluster does not answer. */
export async function askReadiness({ findings, log }: Context, access: ClusterAccess): Promise<void> {
  try {
    findings.workloads = await readinessOf(findings.inventory?.workloads ?? [], access);
  } catch (error) {
    log.write(`readiness is not known: ${error}`);
  }
}

/** Asks the cluster how many pods of each workload serve. */
async function readinessOf(
  workloads: readonly WorkloadName[],
  { kubectl, kubeconfig, context }: ClusterAccess,
): Promise<readonly WorkloadReadiness[]> {
  if (workloads.length === 0) return [];
  const kinds = [...new Set(workloads.map(({ kind }) => RESOURCES[kind]))].join(",");
  const where = [...(kubeconfig ? ["--kubeconfig", kubeconfig] : []), "--context", context];
  const { stdout } = await promisify(execFile)(
    kubectl,
    [...where, "get", kinds, "--all-namespaces", "-o", "json", `--request-timeout=${TIMEOUT_S}s`],
    { maxBuffer: 256 * 1024 * 1024 },
  );
  return parseReadiness(workloads, JSON.parse(stdout));
}

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: { readonly replicas?: number; readonly instances?: number };
  readonly status?: Readonly<Record<string, unknown>>;
}

/** Joins the names with what `kubectl get -o json` answered. */
export function parseReadiness(
  workloads: readonly WorkloadName[],
  listed: { readonly items?: readonly KubernetesObject[] },
): readonly WorkloadReadiness[] {
  const key = (kind: string, namespace: string, name: string) => `${kind} ${namespace}/${name}`;
  const objects = new Map(
    (listed.items ?? []).map((item) => [key(item.kind, item.metadata.namespace ?? "", item.metadata.name), item]),
  );
  return workloads.map((workload) => {
    const object = objects.get(key(workload.kind, workload.namespace, workload.name));
    return { ...workload, ...pods(workload.kind, object), missing: object === undefined };
  });
}

function pods(kind: string, object: KubernetesObject | undefined): { readonly ready: number; readonly wanted: number } {
  const number = (name: string) => Number(object?.status?.[name] ?? 0);
  if (kind === "DaemonSet") return { ready: number("numberReady"), wanted: number("desiredNumberScheduled") };
  if (kind === "Cluster") return { ready: number("readyInstances"), wanted: object?.spec?.instances ?? 1 };
  return { ready: number("readyReplicas"), wanted: object?.spec?.replicas ?? 1 };
}
