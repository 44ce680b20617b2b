import type { types } from "@pulumi/kubernetes";
import { selector } from "../../core/labels.ts";
import { admit, admitPrometheus, reach, reachApiServer } from "../../core/network.ts";
import type { Pods } from "../../core/usage.ts";
import type { CompleteConsul } from "./args.ts";
import { names, PORTS } from "./config.ts";
import { SERVER } from "./plan.ts";

/** The cluster's own DNS. */
const CLUSTER_DNS: Pods = { namespace: "kube-system", podLabels: { "k8s-app": "kube-dns" } };

/** Labels of the set-up's pod, and of the sync's. Not with the Consul's own name, by which its services find servers. */
function setupSelector(name: string) {
  return selector(names(name).setup);
}
export function syncSelector(name: string) {
  return selector(names(name).sync);
}

/** Servers among themselves, with agents outside, the set-up, the sync, what reads metrics, and the cluster's DNS; nobody else. */
export function networkPlans(name: string, args: Pick<CompleteConsul, "namespace" | "agents" | "catalogSync">) {
  const namespace = args.namespace.name;
  const own: Pods = { namespace, podLabels: selector(name, SERVER) };
  const setup: Pods = { namespace, podLabels: setupSelector(name) };
  const sync: Pods = { namespace, podLabels: syncSelector(name) };
  const blocks = args.agents.map((cidr) => ({ ipBlock: { cidr } }));
  const pods = ({ podLabels, ...of }: Pods) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": of.namespace } },
    podSelector: { matchLabels: { ...podLabels } },
  });
  const udp = (port: number) => ({ protocol: "UDP", port });
  const tcp = (port: number) => ({ protocol: "TCP", port });
  const gossip = [tcp(PORTS.gossip), udp(PORTS.gossip)];
  return {
    [names(name).server]: {
      podSelector: { matchLabels: own.podLabels },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        { from: [pods(own)], ports: [tcp(PORTS.rpc), ...gossip] },
        ...(blocks.length > 0
          ? [{ from: blocks, ports: [tcp(PORTS.rpc), ...gossip, tcp(PORTS.api), tcp(PORTS.grpc)] }]
          : []),
        ...admit([setup], [PORTS.api]),
        ...(args.catalogSync ? admit([sync], [PORTS.api, PORTS.grpc]) : []),
        { from: [pods(CLUSTER_DNS)], ports: [tcp(PORTS.dns), udp(PORTS.dns)] },
        admitPrometheus(PORTS.api),
      ],
      egress: [
        { to: [pods(own)], ports: [tcp(PORTS.rpc), ...gossip] },
        ...(blocks.length > 0 ? [{ to: blocks, ports: gossip }] : []),
      ],
    },
    [names(name).setup]: {
      podSelector: { matchLabels: { ...setup.podLabels } },
      policyTypes: ["Ingress", "Egress"],
      ingress: [],
      egress: reach([{ ...own, port: PORTS.api }]),
    },
    ...(args.catalogSync && {
      [names(name).sync]: {
        podSelector: { matchLabels: { ...sync.podLabels } },
        policyTypes: ["Ingress", "Egress"],
        ingress: [],
        egress: [...reach([PORTS.api, PORTS.grpc].map((port) => ({ ...own, port }))), reachApiServer()],
      },
    }),
  } satisfies Record<string, types.input.networking.v1.NetworkPolicySpec>;
}
