import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "./context.ts";
import type { WorkloadName } from "./engine/inventory.ts";
import { EXIT, Failure } from "./failure.ts";
import { type ClusterAccess, kubectl } from "./kubectl.ts";
import { count } from "./view/format.ts";

/** A workload and how many of its pods serve. */
export interface WorkloadReadiness extends WorkloadName {
  readonly ready: number;
  readonly wanted: number;
  /** It is in the state, and not in the cluster: someone deleted it. */
  readonly missing: boolean;
}

/** The names by which kubectl asks for each kind. */
const RESOURCES: Readonly<Record<string, string>> = {
  Deployment: "deployments.apps",
  StatefulSet: "statefulsets.apps",
  DaemonSet: "daemonsets.apps",
  Cluster: "clusters.postgresql.cnpg.io",
  Release: "releases.delivery.plumbline.dev",
};

const AUTOSCALERS = "horizontalpodautoscalers.autoscaling";

/**
 * How long the last pods may take after the engine is done. It waits for what it makes itself; where a service's minimum was
 * raised, its autoscaler raises the service at its next look (every 15 s by default), and those pods start.
 */
const PATIENCE_MS = 120_000;
const PAUSE_MS = 500;

/** Waits until every pod of the stack's workloads serves, those that an autoscaler is about to add included. */
export async function readinessStep(context: Context, access: ClusterAccess): Promise<void> {
  const { findings, interrupt, steps } = context;
  const names = findings.inventory?.workloads ?? [];
  if (names.length === 0) return;
  await steps.run("Readiness", async (tell) => {
    for (const deadline = Date.now() + PATIENCE_MS; ; await pause(interrupt.asked)) {
      const workloads = await readinessOf(names, access, context.cacheDir);
      findings.workloads = workloads;
      const waiting = workloads.filter(({ ready, wanted, missing }) => missing || ready < wanted);
      if (waiting.length === 0) return { detail: `${count(workloads.length, "workload")} ready`, value: undefined };
      tell({ detail: `waiting for ${waiting.map(progressOf).join(", ")}` });
      if (Date.now() > deadline)
        throw new Failure(
          EXIT.failed,
          `Everything was made, and ${count(waiting.length, "workload")} did not become ready in ${PATIENCE_MS / 1_000} s: ${waiting.map(progressOf).join(", ")}.`,
          `See why: kubectl get events --namespace ${waiting[0]?.namespace} --field-selector type=Warning; and kubectl get nodes`,
        );
    }
  });
}

/** A pause that ends early, with the signal's reason, when the signal aborts. */
async function pause(signal: AbortSignal): Promise<void> {
  await sleep(PAUSE_MS, undefined, { signal }).catch(() => {});
  signal.throwIfAborted();
}

function progressOf({ namespace, name, ready, wanted }: WorkloadReadiness): string {
  return `${namespace}/${name} (${ready} of ${wanted})`;
}

/** Asks how many pods of the stack's workloads serve. What else stands is shown also if the cluster does not answer. */
export async function askReadiness({ cacheDir, findings, log }: Context, access: ClusterAccess): Promise<void> {
  try {
    findings.workloads = await readinessOf(findings.inventory?.workloads ?? [], access, cacheDir);
  } catch (error) {
    log.write(`readiness is not known: ${error}`);
  }
}

/** Asks the cluster how many pods of each workload serve. */
async function readinessOf(
  workloads: readonly WorkloadName[],
  access: ClusterAccess,
  cacheDir: string,
): Promise<readonly WorkloadReadiness[]> {
  if (workloads.length === 0) return [];
  const kinds = [...new Set(workloads.map(({ kind }) => RESOURCES[kind])), AUTOSCALERS].join(",");
  const listed = await kubectl(access, cacheDir, ["get", kinds, "--all-namespaces", "-o", "json"]);
  return parseReadiness(workloads, JSON.parse(listed));
}

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: {
    readonly replicas?: number;
    readonly instances?: number;
    readonly minReplicas?: number;
    readonly scaleTargetRef?: { readonly kind: string; readonly name: string };
  };
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
  const floors = new Map(
    (listed.items ?? []).map(({ metadata, spec }) => [
      key(spec?.scaleTargetRef?.kind ?? "", metadata.namespace ?? "", spec?.scaleTargetRef?.name ?? ""),
      spec?.minReplicas ?? 1,
    ]),
  );
  return workloads.map((workload) => {
    const own = key(workload.kind, workload.namespace, workload.name);
    const object = objects.get(own);
    const { ready, wanted } = pods(workload.kind, object);
    return { ...workload, ready, wanted: Math.max(wanted, floors.get(own) ?? 0), missing: object === undefined };
  });
}

function pods(kind: string, object: KubernetesObject | undefined): { readonly ready: number; readonly wanted: number } {
  const number = (name: string) => Number(object?.status?.[name] ?? 0);
  if (kind === "DaemonSet") return { ready: number("numberReady"), wanted: number("desiredNumberScheduled") };
  if (kind === "Cluster") return { ready: number("readyInstances"), wanted: object?.spec?.instances ?? 1 };
  return { ready: number("readyReplicas"), wanted: object?.spec?.replicas ?? 1 };
}
