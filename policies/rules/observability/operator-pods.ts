import type { Stack } from "../../core/stack.ts";
import { StackObject } from "../../core/stack-object.ts";

/** The label in which an operator's pods carry the name of the object that they are of, and the names of their ports. */
const OPERATORS: Readonly<Record<string, { readonly label: string; readonly ports: readonly string[] }>> = {
  "postgresql.cnpg.io/Cluster": { label: "cnpg.io/cluster", ports: ["postgresql", "metrics", "status"] },
  "rabbitmq.com/RabbitmqCluster": {
    label: "app.kubernetes.io/name",
    ports: ["epmd", "amqp", "amqps", "management", "management-tls", "prometheus", "prometheus-tls"],
  },
  // Envoy Gateway's proxies.
  "gateway.networking.k8s.io/Gateway": {
    label: "gateway.envoyproxy.io/owning-gateway-name",
    ports: ["metrics", "readiness"],
  },
  "kafka.strimzi.io/Kafka": {
    label: "strimzi.io/cluster",
    ports: ["tcp-ctrlplane", "tcp-replication", "tcp-kafkaagent", "tcp-prometheus"],
  },
  "monitoring.coreos.com/Prometheus": { label: "operator.prometheus.io/name", ports: ["web", "reloader-web"] },
  "monitoring.coreos.com/Alertmanager": {
    label: "alertmanager",
    ports: ["web", "mesh-tcp", "mesh-udp", "reloader-web"],
  },
};

/** The pods that operators make of a stack's objects, as workloads: no object of the stack shows them. */
export function operatorPods(stack: Stack): StackObject[] {
  return stack.objects.flatMap((object) => {
    const { label, ports } = OPERATORS[`${object.group}/${object.kind}`] ?? {};
    if (label === undefined) return [];
    const { name, namespace } = object;
    const containers = [{ name, ports: ports?.map((port) => ({ name: port })) }];
    const template = { metadata: { labels: { [label]: name } }, spec: { containers } };
    const props = { apiVersion: "apps/v1", kind: "StatefulSet", metadata: { name, namespace }, spec: { template } };
    return [new StackObject({ type: "kubernetes:apps/v1:StatefulSet", name, props })];
  });
}
