import { API_SERVER_PORTS, type Operator } from "./operator.ts";

/** Labels of the controller's own pods, as its chart gives them; those of its webhook have others. */
export const EXTERNAL_SECRETS_PODS = { "app.kubernetes.io/name": "external-secrets" } as const;

/**
 * Makes Secrets of what a store outside of the cluster holds, for a `SecretSource`. A rehearsal has none: it reaches no AWS. What is proven
 * of it there is proven by its own program, against the rehearsal's API server.
 */
export const EXTERNAL_SECRETS = {
  name: "external-secrets",
  title: "External Secrets Operator",
  version: "0.20.1",
  namespace: "external-secrets",
  chart: {
    chart: "external-secrets",
    repository: "https://charts.external-secrets.io",
    version: "0.20.1",
    values: {
      // The second one waits for the lease of the first. While none runs, Secrets stay as they are.
      replicaCount: 2,
      leaderElect: true,
      webhook: { replicaCount: 2 },
      // Secrets come in by this way, in the namespaces that say so; none goes out, and none into all namespaces at once.
      processPushSecret: false,
      processClusterPushSecret: false,
      processClusterExternalSecret: false,
    },
  },
  crds: { module: "github.com/external-secrets/external-secrets@v0.20.1", folder: "config/crds/bases" },
  groups: ["external-secrets.io", "generators.external-secrets.io"],
  rights: "reads and writes Secrets in every namespace, and asks for tokens of service accounts in its own and others",
  // 8080: metrics; 10250: the webhook.
  openPorts: { ingress: [8080, 10250], egress: [...API_SERVER_PORTS] },
} as const satisfies Operator;
