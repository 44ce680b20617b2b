import { API_SERVER_PORTS, type Operator } from "./operator.ts";

/**
 * Milliseconds after which a standby gives up a connection that is not answered. By itself it waits for Linux, 127 s: when the
 * primary's node is lost, it knocks there while another instance is promoted, and a quorum of two takes no write until it has come back.
 */
const STANDBY_GIVES_UP = "2000";

/**
 * Two pods in zones of their own, of which one leads; the other takes over within 6 s of its loss (Kubernetes' habit is 15 s).
 * Who fails a primary over must not be lost with it.
 */
const OUTLIVES_A_NODE = {
  replicaCount: 2,
  config: { data: { STANDBY_TCP_USER_TIMEOUT: STANDBY_GIVES_UP } },
  additionalArgs: ["--leader-lease-duration=6", "--leader-renew-deadline=4"],
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map(
        (topologyKey) => ({
          weight: 100,
          podAffinityTerm: {
            topologyKey,
            labelSelector: { matchLabels: { "app.kubernetes.io/name": "cloudnative-pg" } },
          },
        }),
      ),
    },
  },
};

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
    values: { crds: { create: true }, ...OUTLIVES_A_NODE },
  },
  crds: { module: "github.com/cloudnative-pg/cloudnative-pg@v1.27.0", folder: "config/crd/bases" },
  groups: ["postgresql.cnpg.io"],
  rights: "makes pods, volumes, services and Secrets in every namespace that holds a Cluster",
  openPorts: { ingress: [8080, 9443], egress: [8000, ...API_SERVER_PORTS] },
} as const satisfies Operator;
