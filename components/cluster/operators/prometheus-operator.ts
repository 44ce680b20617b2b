import { API_SERVER_PORTS, type Operator } from "./operator.ts";

/** Turns ServiceMonitors and alert rules into the configuration of Prometheus. */
export const PROMETHEUS_OPERATOR = {
  name: "prometheus-operator",
  title: "Prometheus Operator",
  version: "0.85.0",
  namespace: "prometheus-operator",
  chart: {
    // The operator alone: what it runs (Prometheus, Alertmanager) is declared by components, not by the chart.
    chart: "kube-prometheus-stack",
    repository: "https://prometheus-community.github.io/helm-charts",
    version: "77.0.0",
    values: {
      alertmanager: { enabled: false },
      defaultRules: { create: false },
      grafana: { enabled: false },
      kubeStateMetrics: { enabled: false },
      nodeExporter: { enabled: false },
      prometheus: { enabled: false },
    },
  },
  crds: {
    module: "github.com/prometheus-operator/prometheus-operator@v0.85.0",
    folder: "example/prometheus-operator-crd",
  },
  groups: ["monitoring.coreos.com"],
  rights: "makes StatefulSets and Secrets in the namespaces that hold a Prometheus or an Alertmanager",
  openPorts: { ingress: [10250], egress: [...API_SERVER_PORTS] },
} as const satisfies Operator;
