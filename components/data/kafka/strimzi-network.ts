import type { types } from "@pulumi/kubernetes";
import { STRIMZI_PODS } from "../../cluster/operators/index.ts";
import { admit, admitScrapers, reach, reachApiServer } from "../../core/network.ts";
import { type Access, consumersOf, PORTS } from "./config.ts";
import { METRICS_PORT } from "./exporter.ts";
import { entityPods, strimziPods } from "./strimzi-plan.ts";

/** Ports that Strimzi gives its nodes: controllers among themselves, brokers among themselves, and what the operator asks them. */
const OWN_PORTS = { controller: 9090, broker: 9091, agent: 8443 } as const;

/**
 * Who talks to whom: consumers to brokers, nodes to nodes, the operator to all of them, what makes topics and users to brokers, Prometheus
 * to all nodes. Nodes and what makes topics and users ask the API server: for zones, certificates, and what is declared.
 */
export function strimziNetworks(
  name: string,
  namespace: string,
  operatorNamespace: string,
  accesses: readonly Access[],
): Record<"nodes" | "entities", types.input.networking.v1.NetworkPolicySpec> {
  const nodes = { namespace, podLabels: { ...strimziPods(name), "strimzi.io/name": `${name}-kafka` } };
  const entities = { namespace, podLabels: entityPods(name) };
  const operator = { namespace: operatorNamespace, podLabels: STRIMZI_PODS };
  const among = [OWN_PORTS.controller, OWN_PORTS.broker];
  return {
    nodes: {
      podSelector: { matchLabels: nodes.podLabels },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        ...admit(consumersOf(accesses), [PORTS.clients]),
        ...admit([nodes], among),
        ...admit([operator], [...among, OWN_PORTS.agent]),
        ...admit([entities], [OWN_PORTS.broker]),
        admitScrapers(METRICS_PORT),
      ],
      egress: [...reach(among.map((port) => ({ ...nodes, port }))), reachApiServer()],
    },
    entities: {
      podSelector: { matchLabels: entities.podLabels },
      policyTypes: ["Ingress", "Egress"],
      ingress: [],
      egress: [...reach([{ ...nodes, port: OWN_PORTS.broker }]), reachApiServer()],
    },
  };
}
