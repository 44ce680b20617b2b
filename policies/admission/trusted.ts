import type { ENVIRONMENTS } from "../config/environments.ts";

/** A namespace whose objects are not judged, nor what its service accounts make in other namespaces. */
interface Trusted {
  readonly namespace: string;
  readonly reason: string;
}

/** Whom a cluster lets through: who makes what it holds, of objects that were judged when they came. */
export interface Trust {
  readonly namespaces: readonly Trusted[];
  /** Groups of users of a cluster itself, that are no service accounts. */
  readonly groups: readonly { readonly group: string; readonly reason: string }[];
}

/** What every cluster has by itself. */
export const CLUSTERS_OWN: Trust = {
  namespaces: [
    {
      namespace: "kube-system",
      reason: "the cluster's own controllers make pods of templates that were judged when they came",
    },
    { namespace: "kube-node-lease", reason: "holds the leases of nodes, and nothing that runs" },
  ],
  groups: [{ group: "system:nodes", reason: "kubelets show the pods that they start by themselves" }],
};

/** Operators by the namespaces that they live in: what each makes that nobody could judge but where its orders stand. */
const OPERATORS = {
  "cert-manager": "makes pods that answer for a host while a certificate is issued",
  "cnpg-system": "makes the pods of PostgreSQL from Clusters",
  "envoy-gateway-system": "makes the gateway's proxies from Gateways",
  "external-secrets": "makes Secrets from ExternalSecrets, and its own webhook",
  "prometheus-operator": "makes what monitors from Prometheuses and Alertmanagers",
  "rabbitmq-system": "makes RabbitMQ's StatefulSets and roles from RabbitmqClusters",
  "strimzi-system": "makes Kafka's pods and roles from Kafkas",
  "trivy-system": "makes the jobs that scan images, beside itself",
  "plumbline-delivery": "makes the Deployments of Releases, which were judged when they came",
} as const;

type OperatorNamespace = keyof typeof OPERATORS;

/** Every operator that can be named. */
export const OPERATOR_NAMESPACES = Object.keys(OPERATORS) as OperatorNamespace[];

const IN_THE_CLOUD = trust([
  "cert-manager",
  "cnpg-system",
  "envoy-gateway-system",
  "prometheus-operator",
  "rabbitmq-system",
  "plumbline-delivery",
]);
const REHEARSAL_GROUPS = [
  {
    group: "plumbline:components",
    reason: "operators that a rehearsal runs beside its API server, and not in a namespace",
  },
];

/**
 * Whom each environment's cluster lets through: what it really has, and nobody else. Whoever made a namespace of a name that is trusted, in
 * a cluster without its operator, would be trusted in its place. The charts themselves are still judged at `up`, where their values can mend them.
 */
export const TRUST: Readonly<Record<keyof typeof ENVIRONMENTS, Trust>> = {
  local: trust([], REHEARSAL_GROUPS),
  "local-real": trust(["cnpg-system"], REHEARSAL_GROUPS),
  dev: IN_THE_CLOUD,
  staging: IN_THE_CLOUD,
  production: IN_THE_CLOUD,
};

/** Users of the cluster itself that are no service account. They work whatever a policy says. */
export const CLUSTER_USERS = ["system:apiserver", "system:kube-controller-manager", "system:kube-scheduler"] as const;

/** The cluster's own, with operators by their namespaces, and further groups. */
export function trust(operators: readonly OperatorNamespace[], groups: Trust["groups"] = []): Trust {
  return {
    namespaces: [
      ...CLUSTERS_OWN.namespaces,
      ...operators.map((namespace) => ({ namespace, reason: OPERATORS[namespace] })),
    ],
    groups: [...CLUSTERS_OWN.groups, ...groups],
  };
}
