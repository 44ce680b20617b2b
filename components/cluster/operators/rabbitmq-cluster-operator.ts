import { API_SERVER_PORTS, type Operator } from "./operator.ts";

/** Runs RabbitMQ: nodes, their configuration, and updates of them one at a time. */
export const RABBITMQ_CLUSTER_OPERATOR = {
  name: "rabbitmq-cluster-operator",
  title: "RabbitMQ Cluster Operator",
  version: "2.16.0",
  namespace: "rabbitmq-system",
  chart: {
    // Its makers publish no chart. Of this one, 0.1.7 is the first whose pods keep to pod security `restricted`; it is made for 2.19.
    chart: "oci://registry-1.docker.io/cloudpirates/rabbitmq-cluster-operator",
    version: "0.1.7",
    values: {
      clusterOperator: {
        image: { tag: "2.16.0" },
        replicaCount: 2,
        // The chart's lets everything out; ours holds.
        networkPolicy: { enabled: false },
        // What its makers' own manifests give it: with the namespace's default it would run out of memory.
        resources: { requests: { cpu: "200m", memory: "500Mi" }, limits: { cpu: "200m", memory: "500Mi" } },
      },
      msgTopologyOperator: { enabled: false },
    },
  },
  crds: { module: "github.com/rabbitmq/cluster-operator/v2@v2.16.0", folder: "config/crd/bases" },
  groups: ["rabbitmq.com"],
  rights:
    "makes StatefulSets, services, Secrets and roles in every namespace that holds a RabbitmqCluster, and runs commands in pods of every namespace",
  openPorts: { ingress: [9782], egress: [...API_SERVER_PORTS] },
} as const satisfies Operator;
