import { API_SERVER_PORTS, type Operator } from "./operator.ts";

/** Labels of the operator's own pods, as its chart gives them. */
export const STRIMZI_PODS = { "strimzi.io/kind": "cluster-operator" } as const;

/**
 * Runs Kafka for a `Kafka` with `operator: "strimzi"`: nodes, their certificates and updates, topics and users. It cannot run in a
 * rehearsal: its makers publish its program in images alone. What is proven there is that the API server takes its custom resources.
 */
export const STRIMZI = {
  name: "strimzi",
  title: "Strimzi",
  version: "1.2.0",
  namespace: "strimzi-system",
  chart: {
    chart: "oci://quay.io/strimzi-helm/strimzi-kafka-operator",
    version: "1.2.0",
    values: {
      // It makes the pods itself: while it is away, one that is lost is not made again.
      replicas: 2,
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "topology.kubernetes.io/zone",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: STRIMZI_PODS },
        },
      ],
      watchAnyNamespace: true,
      // Its own lets every pod of the cluster reach the consumers' port and the metrics; ours hold, in both directions.
      generateNetworkPolicy: false,
    },
  },
  crds: { artifact: "io.strimzi:api:1.2.0" },
  groups: ["kafka.strimzi.io", "core.strimzi.io"],
  rights:
    "makes pods, volumes, services, network policies, roles and Secrets in every namespace, and lets brokers read the labels of nodes",
  openPorts: { ingress: [8080], egress: [8443, 9090, 9091, ...API_SERVER_PORTS] },
} as const satisfies Operator;

/** Versions of Kafka that this version of the operator has images of. */
export const STRIMZI_KAFKA_VERSIONS = ["4.2.0", "4.2.1", "4.3.0", "4.3.1"] as const;
