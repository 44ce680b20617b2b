import { API_SERVER_PORTS, type Operator } from "./operator.ts";

/** Runs PostgreSQL: instances, replication, failover, roles and databases. */
export const CLOUDNATIVE_PG = {
  name: "cloudnative-pg",
  title: "CloudNativePG",
  version: "1.27.0",
  namespace: "cnpg-system",
  chart: {
    chart: "cloudnative-pg",
    repository: "https://cloudnative-pg.github.io/charts",
    version: "0.26.0",
    values: { crds: { create: true }, replicaCount: 2 },
  },
  crds: { module: "github.com/cloudnative-pg/cloudnative-pg@v1.27.0", folder: "config/crd/bases" },
  groups: ["postgresql.cnpg.io"],
  rights: "makes pods, volumes, services and Secrets in every namespace that holds a Cluster",
  openPorts: { ingress: [8080, 9443], egress: [8000, ...API_SERVER_PORTS] },
} as const satisfies Operator;
