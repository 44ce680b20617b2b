/** A namespace whose objects are not judged, nor what its service accounts make in other namespaces. */
export interface Trusted {
  readonly namespace: string;
  readonly reason: string;
}

/**
 * Who is not held to the rules by the cluster. What charts bring is still judged at `up`, where a chart's values can mend it; the API
 * server would only stop an operator in its work.
 */
export const TRUSTED: readonly Trusted[] = [
  {
    namespace: "kube-system",
    reason: "the cluster's own controllers make pods of templates that were judged when they came",
  },
  { namespace: "kube-node-lease", reason: "holds the leases of nodes, and nothing that runs" },
  { namespace: "cert-manager", reason: "makes pods that answer for a host while a certificate is issued" },
  { namespace: "cnpg-system", reason: "makes the pods of PostgreSQL from Clusters" },
  { namespace: "envoy-gateway-system", reason: "makes the gateway's proxies from Gateways" },
  { namespace: "external-secrets", reason: "makes Secrets from ExternalSecrets, and its own webhook" },
  { namespace: "prometheus-operator", reason: "makes what monitors from Prometheuses and Alertmanagers" },
  { namespace: "rabbitmq-system", reason: "makes RabbitMQ's StatefulSets and roles from RabbitmqClusters" },
  { namespace: "strimzi-system", reason: "makes Kafka's pods and roles from Kafkas" },
  { namespace: "trivy-system", reason: "makes the jobs that scan images, beside itself" },
  { namespace: "plumbline-delivery", reason: "makes the Deployments of Releases, which were judged when they came" },
];

/** Groups of users of a cluster itself, that are no service accounts. */
export const TRUSTED_GROUPS: readonly { readonly group: string; readonly reason: string }[] = [
  { group: "system:nodes", reason: "kubelets show the pods that they start by themselves" },
  {
    group: "plumbline:components",
    reason: "operators that a rehearsal runs beside its API server, and not in a namespace",
  },
];

/** Users of the cluster itself that are no service account. They work whatever a policy says. */
export const CLUSTER_USERS = ["system:apiserver", "system:kube-controller-manager", "system:kube-scheduler"] as const;
