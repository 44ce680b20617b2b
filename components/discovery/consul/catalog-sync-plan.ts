import type { types } from "@pulumi/kubernetes";
import { priorityClass } from "../../cluster/priorities.ts";
import { checksum } from "../../core/checksum.ts";
import { labels } from "../../core/labels.ts";
import { optOut, optOutAnnotations } from "../../core/opt-out.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../core/security-context.ts";
import { placed } from "../../core/spread.ts";
import { certificateSecret } from "../../edge/certificate-plan.ts";
import { image } from "../../images/catalogue.ts";
import { SYNC_NODE } from "./acl.ts";
import type { CompleteConsul, CompleteSync } from "./args.ts";
import { host, names, PORTS, serverName } from "./config.ts";
import { syncSelector } from "./network-plan.ts";

const PATHS = { token: "/etc/consul-token", ca: "/etc/consul-ca" } as const;
const RESOURCES = { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "128Mi" } };
/** consul-k8s' port of whether it has found the servers. */
const HEALTH_PORT = 8080;
/** How often it writes what has changed: so long a pod that is not ready any more is still there. Its own default is 30 s. */
const WRITES_EVERY = "5s";

const ALONE = optOut(
  "two would both write the catalog; while it is away Consul keeps what it knew, and an alert tells of it",
);

const TALKS = optOut("it reads services and where they are from the API server");
const ASKED_BY_NOBODY = optOut("nobody sends it requests");

/** What the sync may see in the whole cluster: it asks for all namespaces, and takes those that are allowed. It changes nothing. */
export const SYNC_RULES: types.input.rbac.v1.PolicyRule[] = [
  { apiGroups: [""], resources: ["services", "endpoints"], verbs: ["get", "list", "watch"] },
  // consul-k8s from 1.5 on asks for these in place of endpoints.
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["get", "list", "watch"] },
  { apiGroups: [""], resources: ["nodes"], verbs: ["get"] },
];

/** Command line of consul-k8s' sync, towards Consul alone. */
function syncArguments({ namespaces, prefix }: Pick<CompleteSync, "namespaces" | "prefix">): string[] {
  return [
    "sync-catalog",
    "-to-consul=true",
    "-to-k8s=false",
    "-k8s-default-sync=true",
    ...[...namespaces].sort().map((namespace) => `-allow-k8s-namespace=${namespace}`),
    `-consul-service-prefix=${prefix}`,
    "-add-k8s-namespace-suffix",
    `-consul-node-name=${SYNC_NODE}`,
    `-consul-write-interval=${WRITES_EVERY}`,
    "-log-json=true",
  ];
}

/** consul-k8s' sync of the catalog: each service of the namespaces, with the pods that are ready. */
export function syncPlan(name: string, args: CompleteConsul, sync: CompleteSync): types.input.apps.v1.Deployment {
  const namespace = args.namespace.name;
  const { sync: deployment, server } = names(name);
  const annotations = optOutAnnotations({
    replication: ALONE,
    spread: ALONE,
    automountToken: TALKS,
    shutdown: ASKED_BY_NOBODY,
  });
  const words = syncArguments(sync);
  const secret = (secretName: string, key: string) => ({
    secret: { secretName, defaultMode: 0o440, items: [{ key, path: key }] },
  });
  return {
    metadata: { name: deployment, namespace, labels: labels(deployment), annotations },
    spec: {
      replicas: 1,
      revisionHistoryLimit: 5,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      selector: { matchLabels: syncSelector(name) },
      template: {
        metadata: {
          labels: labels(deployment),
          annotations: { ...annotations, "plumbline.dev/config-checksum": checksum({ rotation: args.rotation }) },
        },
        spec: {
          ...placed(args.zones),
          serviceAccountName: deployment,
          priorityClassName: priorityClass("worker"),
          automountServiceAccountToken: true,
          enableServiceLinks: false,
          securityContext: RESTRICTED_POD,
          containers: [
            {
              name: "sync",
              image: image("consulK8s", sync.version),
              command: ["consul-k8s-control-plane", ...words],
              env: Object.entries({
                CONSUL_ADDRESSES: host(name, namespace),
                CONSUL_HTTP_PORT: String(PORTS.api),
                CONSUL_GRPC_PORT: String(PORTS.grpc),
                CONSUL_DATACENTER: args.datacenter,
                CONSUL_API_TIMEOUT: "5s",
                CONSUL_USE_TLS: "true",
                CONSUL_CACERT_FILE: `${PATHS.ca}/ca.crt`,
                CONSUL_TLS_SERVER_NAME: serverName(args),
                CONSUL_ACL_TOKEN_FILE: `${PATHS.token}/token`,
              }).map(([variable, value]) => ({ name: variable, value })),
              ports: [{ name: "health", containerPort: HEALTH_PORT }],
              resources: RESOURCES,
              securityContext: RESTRICTED_CONTAINER,
              volumeMounts: [
                { name: "token", mountPath: PATHS.token, readOnly: true },
                { name: "ca", mountPath: PATHS.ca, readOnly: true },
              ],
              ...PROBES,
            },
          ],
          volumes: [
            { name: "token", ...secret(deployment, "token") },
            { name: "ca", ...secret(certificateSecret(server), "ca.crt") },
          ],
        },
      },
    },
  };
}

const ready = { httpGet: { path: "/health/ready", port: "health" } };
/** Ready is what has found the servers. Alive is what answers at all: to start it anew would not bring servers back. */
const PROBES = {
  startupProbe: {
    tcpSocket: { port: "health" },
    periodSeconds: 5,
    failureThreshold: 60,
    timeoutSeconds: 2,
  },
  readinessProbe: { ...ready, periodSeconds: 5, failureThreshold: 3, timeoutSeconds: 2 },
  livenessProbe: { tcpSocket: { port: "health" }, periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 },
};
