import type { Checkout } from "./checkout.ts";

/** A pod of the stack, as the tests look at it. */
export interface Pod {
  readonly app: string;
  readonly node: string;
  readonly zone: string;
  readonly ready: boolean;
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

const NAMESPACES = ["shop", "shop-data", "shop-edge"];

/** Every pod in the namespaces of the shop that is not done, as a job's is. */
export function pods(checkout: Checkout): Pod[] {
  const zones = new Map<string, string>(
    list(checkout, "nodes").map(({ metadata }) => [
      metadata.name,
      metadata.labels["topology.kubernetes.io/zone"] ?? "",
    ]),
  );
  const all = NAMESPACES.flatMap((namespace) => list(checkout, "pods", namespace));
  const lasting = all.filter(({ status }) => status.phase !== "Succeeded");
  return lasting.map(({ metadata, spec, status }) => ({
    app: metadata.labels["app.kubernetes.io/name"] ?? metadata.name,
    node: spec.nodeName ?? "",
    zone: zones.get(spec.nodeName) ?? "",
    ready: (status.conditions ?? []).some(({ type, status }: Condition) => type === "Ready" && status === "True"),
  }));
}

export interface Replicas {
  readonly name: string;
  readonly ready: number;
  readonly wanted: number;
}

/** Every Deployment of the shop's services. */
export function deployments(checkout: Checkout): Replicas[] {
  return list(checkout, "deployments", "shop").map(({ metadata, spec, status }) => ({
    name: metadata.name,
    ready: status.readyReplicas ?? 0,
    wanted: spec.replicas,
  }));
}

/**
 * Objects in the namespaces of the shop that someone's `pulumi up` made, as `Kind namespace/name`: to compare with what
 * the engine's state knows of.
 */
export function made(checkout: Checkout): string[] {
  const kinds =
    "deployments,statefulsets,services,secrets,configmaps,serviceaccounts,networkpolicies,poddisruptionbudgets,horizontalpodautoscalers,certificates,issuers,gateways,httproutes,clusters,releases";
  return NAMESPACES.flatMap((namespace) => list(checkout, kinds, namespace, "--show-managed-fields"))
    .filter(({ metadata }) =>
      metadata.managedFields?.some(({ manager }: { manager: string }) => manager.startsWith("pulumi-kubernetes")),
    )
    .map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)
    .sort();
}

// biome-ignore lint/suspicious/noExplicitAny: what the API server answers is read, not typed.
function list(checkout: Checkout, kinds: string, namespace?: string, ...more: string[]): any[] {
  const where = namespace ? ["--namespace", namespace] : [];
  return JSON.parse(checkout.kubectl("get", kinds, ...where, "-o", "json", ...more)).items;
}
