import type { Problem } from "../core/invalid.ts";
import { nameProblems } from "../core/names.ts";
import { reachDns } from "../core/network.ts";
import { isOptOut, type OptOut } from "../core/opt-out.ts";
import { amount, cores, isQuantity, type Quantity } from "../core/quantity.ts";

/** The most that all pods of a namespace may ask for together. */
export interface Quota {
  /** Cores that may be requested. Limits may add up to four times that: processors are shared, memory is not. */
  readonly cpu: Quantity;
  /** Memory that may be requested, and the sum of the limits. */
  readonly memory: Quantity;
  readonly pods: number;
  /** Disk of all volume claims. None by default: a namespace without stores needs no volumes. */
  readonly storage?: Quantity;
}

/** Ports that every pod of a namespace may use, whoever is on the other side: for operators, which no relation names. */
export interface OpenPorts {
  readonly ingress: readonly number[];
  readonly egress: readonly number[];
}

/** How many times over the requested processors may be promised as limits. */
export const CPU_OVERCOMMIT = 4;

/** Hard limits of the namespace's ResourceQuota. */
export function quotaPlan({ cpu, memory, pods, storage }: Quota): Record<string, string> {
  return {
    "requests.cpu": cpu,
    "requests.memory": memory,
    "limits.cpu": cores(amount(cpu) * CPU_OVERCOMMIT),
    "limits.memory": memory,
    pods: String(pods),
    "requests.storage": storage ?? "0",
    "services.nodeports": "0",
  };
}

/** What a container gets that says nothing: small, so that forgetting it shows early. */
export const CONTAINER_DEFAULTS = {
  type: "Container",
  defaultRequest: { cpu: "50m", memory: "64Mi" },
  default: { cpu: "200m", memory: "64Mi" },
};

/** Nothing comes in and nothing goes out, but for the names of the cluster's DNS. */
export const DENY_ALL = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
export const ALLOW_DNS = { podSelector: {}, policyTypes: ["Egress"], egress: [reachDns()] };

/** Lets every pod of the namespace use the ports. */
export function openPlan({ ingress, egress }: OpenPorts) {
  const rule = (ports: readonly number[]) => [{ ports: ports.map((port) => ({ protocol: "TCP", port })) }];
  return {
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
    ingress: ingress.length > 0 ? rule(ingress) : [],
    egress: egress.length > 0 ? rule(egress) : [],
  };
}

/** The labels by which the API server holds every pod of the namespace to a level of the pod security standards. */
export function podSecurityLabels(level: "restricted" | OptOut): Record<string, string> {
  const enforced = isOptOut(level) ? "baseline" : level;
  return {
    "pod-security.kubernetes.io/enforce": enforced,
    "pod-security.kubernetes.io/enforce-version": "latest",
    "pod-security.kubernetes.io/audit": "restricted",
    "pod-security.kubernetes.io/warn": "restricted",
  };
}

/** What is wrong with a namespace's name and quota. */
export function namespaceProblems(name: string, quota: Quota): Problem[] {
  const problems = nameProblems("name", name);
  for (const field of ["cpu", "memory", "storage"] as const) {
    const given = quota[field];
    if (given !== undefined && !isQuantity(given))
      problems.push({ field: `quota.${field}`, given, allowed: 'a quantity such as "8" or "16Gi"' });
  }
  if (!Number.isInteger(quota.pods) || quota.pods < 1)
    problems.push({ field: "quota.pods", given: quota.pods, allowed: "a whole number of at least 1" });
  return problems;
}
