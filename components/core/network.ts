import type { types } from "@pulumi/kubernetes";
import { SCRAPES_METRICS } from "./labels.ts";
import type { Destination, Pods } from "./usage.ts";

/** Kubernetes' default. What asks the cluster's DNS for whole names, and does not read the search list, needs it. */
export const CLUSTER_DOMAIN = "cluster.local";

type IngressRule = types.input.networking.v1.NetworkPolicyIngressRule;
type EgressRule = types.input.networking.v1.NetworkPolicyEgressRule;
/** Lets pods in on ports. No pods: nobody comes in, since a rule without `from` would let everyone in. */
export function admit(pods: readonly Pods[], ports: readonly number[]): IngressRule[] {
  if (pods.length === 0) return [];
  return [{ from: pods.map(peer), ports: ports.map(tcp) }];
}

/** Lets pods send to others, and to addresses outside of the cluster, one rule for each. */
export function reach(destinations: readonly Destination[]): EgressRule[] {
  return destinations.map((to) => ({
    to: ["cidr" in to ? { ipBlock: { cidr: to.cidr } } : peer(to)],
    ports: [tcp(to.port)],
  }));
}

/** Lets in what reads metrics, from every namespace that says it does. */
export function admitScrapers(port: number): IngressRule {
  return { from: [{ namespaceSelector: { matchLabels: SCRAPES_METRICS } }], ports: [tcp(port)] };
}

/**
 * Lets in Prometheus' pods alone, of those namespaces: by the label that its operator gives every one of them, whatever its name. For a port
 * that answers more than metrics.
 */
export function admitPrometheus(port: number): IngressRule {
  const podSelector = { matchExpressions: [{ key: "operator.prometheus.io/name", operator: "Exists" }] };
  return { from: [{ namespaceSelector: { matchLabels: SCRAPES_METRICS }, podSelector }], ports: [tcp(port)] };
}

/** To the API server. It is no pod and its address differs from cluster to cluster, so only the port can be named. */
export function reachApiServer(): EgressRule {
  return { ports: [tcp(443), tcp(6443)] };
}

/** To the cluster's own DNS, and to no other. */
export function reachDns(): EgressRule {
  return {
    to: [peer({ namespace: "kube-system", podLabels: { "k8s-app": "kube-dns" } })],
    ports: [{ protocol: "UDP", port: 53 }, tcp(53)],
  };
}

function peer({ namespace, podLabels }: Pods) {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    podSelector: { matchLabels: { ...podLabels } },
  };
}

function tcp(port: number) {
  return { protocol: "TCP", port };
}
