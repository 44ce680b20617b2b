import { API_SERVER_PORTS, type Operator } from "./operator.ts";

/** Issues and renews certificates. The root of the cluster's private authority lies in its namespace. */
export const CERT_MANAGER = {
  name: "cert-manager",
  title: "cert-manager",
  version: "v1.19.0",
  namespace: "cert-manager",
  chart: {
    chart: "cert-manager",
    repository: "https://charts.jetstack.io",
    version: "v1.19.0",
    values: { crds: { enabled: true, keep: true }, replicaCount: 2 },
  },
  crds: { module: "github.com/cert-manager/cert-manager@v1.19.0", folder: "deploy/crds" },
  groups: ["cert-manager.io", "acme.cert-manager.io"],
  rights: "reads and writes Secrets in every namespace, since certificates are kept in them",
  openPorts: { ingress: [9402, 10250], egress: [53, ...API_SERVER_PORTS] },
} as const satisfies Operator;
