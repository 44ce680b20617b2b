import { API_SERVER_PORTS, type Operator } from "./operator.ts";

/** What the chart would have read of the control plane, by monitors of its own: `Monitoring` reads what there is to read of kubelets. */
const LEFT_OUT = Object.fromEntries(
  [
    "alertmanager",
    "coreDns",
    "grafana",
    "kubeApiServer",
    "kubeControllerManager",
    "kubeEtcd",
    "kubeProxy",
    "kubeScheduler",
    "kubeStateMetrics",
    "kubelet",
    "nodeExporter",
    "prometheus",
  ].map((part) => [part, { enabled: false }]),
);

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
      ...LEFT_OUT,
      defaultRules: { create: false },
      prometheusOperator: {
        kubeletService: { enabled: false },
        // Rules that Prometheus could not read are refused when they are written, by a webhook whose certificate cert-manager issues.
        admissionWebhooks: { certManager: { enabled: true } },
      },
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
