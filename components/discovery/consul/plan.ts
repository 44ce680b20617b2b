import type { types } from "@pulumi/kubernetes";
import { priorityClass } from "../../cluster/priorities.ts";
import { checksum } from "../../core/checksum.ts";
import { labels, selector } from "../../core/labels.ts";
import { optOut, optOutAnnotations } from "../../core/opt-out.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../core/security-context.ts";
import { spread } from "../../core/spread.ts";
import { dataLabels, declaredAnnotations } from "../../data/declared.ts";
import { certificateSecret } from "../../edge/certificate-plan.ts";
import { image } from "../../images/catalogue.ts";
import type { CompleteConsul } from "./args.ts";
import { names, PATHS, PORTS, serverArguments, serverConfig } from "./config.ts";

export const SERVER = "server";
/** Until every node has heard that it gets no more questions. */
const DRAIN_SECONDS = 5;
/** Then a leader hands over, calls that are under way get five seconds, and the others at most five more to count without it. */
const GRACE_SECONDS = 30;
/** So long a server must be well before the next is started anew: autopilot lets it vote after ten seconds. */
const STABLE_SECONDS = 15;

const ON_ANOTHER = optOut("its questions are on the one dashboard of the servers");

/** Servers in zones of their own, with a disk each. They start together: none is ready before a majority has a leader. */
export function serversPlan(name: string, args: CompleteConsul): types.input.apps.v1.StatefulSet {
  const { servers: replicas, version, resources, storage, zones, replication, backup } = args;
  const namespace = args.namespace.name;
  const { server, nodes, secrets } = names(name);
  const matchLabels = selector(name, SERVER);
  const annotations = declaredAnnotations(args, { replication, backup });
  const field = (fieldPath: string) => ({ fieldRef: { fieldPath } });
  const secret = (secretName: string) => ({ secret: { secretName, defaultMode: 0o440 } });
  return {
    metadata: { name: server, namespace, labels: { ...labels(name, SERVER), ...dataLabels(args) }, annotations },
    spec: {
      serviceName: nodes,
      replicas,
      minReadySeconds: STABLE_SECONDS,
      revisionHistoryLimit: 5,
      podManagementPolicy: "Parallel",
      selector: { matchLabels },
      template: {
        metadata: {
          labels: labels(name, SERVER),
          annotations: {
            ...annotations,
            "plumbline.dev/config-checksum": checksum({ config: serverConfig(name, args), rotation: args.rotation }),
          },
        },
        spec: {
          serviceAccountName: name,
          priorityClassName: priorityClass("store"),
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: GRACE_SECONDS,
          securityContext: RESTRICTED_POD,
          ...spread({ matchLabels, zones, sharedHosts: "never" }),
          containers: [
            {
              name: "consul",
              image: image("consul", version),
              // Not the image's own beginning, which wants to be root.
              command: ["consul", ...serverArguments()],
              env: [
                { name: "POD", valueFrom: field("metadata.name") },
                { name: "POD_IP", valueFrom: field("status.podIP") },
              ],
              ports: [
                { name: "rpc", containerPort: PORTS.rpc },
                { name: "gossip", containerPort: PORTS.gossip },
                { name: "gossip-udp", containerPort: PORTS.gossip, protocol: "UDP" },
                { name: "api", containerPort: PORTS.api },
                { name: "grpc", containerPort: PORTS.grpc },
                { name: "dns", containerPort: PORTS.dns },
                { name: "dns-udp", containerPort: PORTS.dns, protocol: "UDP" },
              ],
              resources,
              securityContext: RESTRICTED_CONTAINER,
              volumeMounts: [
                { name: "config", mountPath: PATHS.config, readOnly: true },
                { name: "secrets", mountPath: PATHS.secrets, readOnly: true },
                { name: "tls", mountPath: PATHS.tls, readOnly: true },
                { name: "data", mountPath: PATHS.data },
                { name: "tmp", mountPath: "/tmp" },
              ],
              ...PROBES,
            },
          ],
          volumes: [
            { name: "config", configMap: { name: server } },
            { name: "secrets", ...secret(secrets) },
            { name: "tls", ...secret(certificateSecret(server)) },
            { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: "data", labels: dataLabels(args) },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
        },
      ],
    },
  };
}

/** Answers with success only when this server knows a leader: the API's own status is 200 without one, too. */
export const KNOWS_LEADER = `curl --silent --fail --max-time 2 http://127.0.0.1:${PORTS.local}/v1/status/leader | grep -q :`;

/**
 * Ready is who knows a leader. Alive is who takes a connection: to start a server anew would not bring a majority back, and a server that
 * reads a large snapshot is not dead.
 */
const PROBES = {
  lifecycle: { preStop: { sleep: { seconds: DRAIN_SECONDS } } },
  startupProbe: { tcpSocket: { port: "api" }, periodSeconds: 2, failureThreshold: 150, timeoutSeconds: 2 },
  readinessProbe: {
    exec: { command: ["sh", "-c", KNOWS_LEADER] },
    periodSeconds: 5,
    failureThreshold: 2,
    timeoutSeconds: 5,
  },
  livenessProbe: { tcpSocket: { port: "rpc" }, periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 },
};

/** Gives every server a name of its own, also before it is ready: that is when it looks for the others. */
export function nodesServicePlan(name: string, namespace: string): types.input.core.v1.Service {
  return {
    metadata: { name: names(name).nodes, namespace, labels: labels(name, SERVER) },
    spec: {
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: selector(name, SERVER),
      ports: [{ name: "rpc", port: PORTS.rpc, targetPort: "rpc" }],
    },
  };
}

/** The API, by TLS. */
export function apiServicePlan(name: string, namespace: string): types.input.core.v1.Service {
  return {
    metadata: { name, namespace, labels: labels(name, SERVER) },
    spec: {
      selector: selector(name, SERVER),
      ports: [
        { name: "api", port: PORTS.api, targetPort: "api" },
        { name: "grpc", port: PORTS.grpc, targetPort: "grpc" },
      ],
    },
  };
}

/** Consul's DNS at one address that stays, on the port that resolvers ask: the cluster's DNS sends there what ends in Consul's domain. */
export function dnsServicePlan(name: string, namespace: string): types.input.core.v1.Service {
  return {
    metadata: {
      name: names(name).dns,
      namespace,
      labels: labels(name, SERVER),
      annotations: optOutAnnotations({ dashboard: ON_ANOTHER }),
    },
    spec: {
      selector: selector(name, SERVER),
      ports: [
        { name: "dns", port: 53, targetPort: "dns", protocol: "TCP" },
        { name: "dns-udp", port: 53, targetPort: "dns-udp", protocol: "UDP" },
      ],
    },
  };
}

/** One server at a time may be taken away: the others keep the majority. */
export function budgetPlan(name: string, namespace: string): types.input.policy.v1.PodDisruptionBudget {
  return {
    metadata: { name: names(name).server, namespace, labels: labels(name, SERVER) },
    spec: { maxUnavailable: 1, selector: { matchLabels: selector(name, SERVER) } },
  };
}
