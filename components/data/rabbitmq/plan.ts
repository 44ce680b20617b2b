import type { types } from "@pulumi/kubernetes";
import { priorityClass } from "../../cluster/priorities.ts";
import { checksum } from "../../core/checksum.ts";
import { waitFor } from "../../core/custom-resource.ts";
import { labels, MANAGED, selector } from "../../core/labels.ts";
import { admit, admitScrapers, reach, reachApiServer } from "../../core/network.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../core/security-context.ts";
import { spread } from "../../core/spread.ts";
import type { Pods } from "../../core/usage.ts";
import { certificateSecret } from "../../edge/certificate-plan.ts";
import { image } from "../../images/catalogue.ts";
import { dataLabels, declaredAnnotations } from "../declared.ts";
import type { CompleteArgs } from "./args.ts";
import { environmentConfig, host, internodeFiles, names, PATHS, PORTS, serverConfig, TOOL_PORTS } from "./config.ts";
import type { Access } from "./definitions.ts";
import type { RabbitmqClusterManifest } from "./rabbitmq-cluster.ts";
import { type SetupTarget, secretVolume, setupNetworkPlan, setupSelector } from "./setup-plan.ts";

/** User and group of RabbitMQ in its image. */
const RABBITMQ = 999;
/**
 * Time for a node to wait until the others have every queue without it, and to hand over what it leads. The operator's default is a
 * week; where the data is not kept, nobody waits for it.
 */
const GRACE_SECONDS = { kept: 600, discarded: 30 };
/**
 * A node that starts asks for the others by name, and a name that was not there is remembered as such by the cluster's DNS. The
 * operator waits for half a minute; Kubernetes' own DNS forgets within five seconds by default.
 */
const START_DELAY_SECONDS = 5;
/** The port is open when the node has started. The operator's own probe begins after ten seconds, and asks every ten. */
const READINESS_PROBE = { tcpSocket: { port: "amqps" }, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 };
/** Labels of the nodes' pods, as the operator gives them. */
export function podLabels(name: string): Record<string, string> {
  return { ...selector(name, "rabbitmq") };
}

/** The nodes: a zone, a host and a disk for each; nobody comes in without TLS, nor do they talk to each other without. */
export function clusterPlan(name: string, args: CompleteArgs): RabbitmqClusterManifest {
  const { nodes, version, resources, storage, zones, replication, backup, namespace, retain } = args;
  const { certificate, internode } = names(name);
  const secret = certificateSecret(certificate);
  const { topologySpreadConstraints, affinity, tolerations } = spread({
    matchLabels: podLabels(name),
    zones,
    sharedHosts: "never",
  });
  const declared = declaredAnnotations(args, { replication, backup });
  return {
    apiVersion: "rabbitmq.com/v1beta1",
    kind: "RabbitmqCluster",
    metadata: {
      name,
      namespace: namespace.name,
      labels: { ...labels(name, "rabbitmq"), ...dataLabels(args) },
      annotations: {
        ...waitFor("AllReplicasReady"),
        ...declared,
        // Ours are stricter; the operator would add its own to them.
        "rabbitmq.com/disable-default-topology-spread-constraints": "true",
      },
    },
    spec: {
      replicas: nodes,
      image: image("rabbitmq", version),
      service: { type: "ClusterIP" },
      persistence: { storage },
      resources,
      affinity,
      tolerations,
      tls: { secretName: secret, caSecretName: secret, disableNonTLSListeners: true },
      rabbitmq: { additionalConfig: serverConfig(args), envConfig: environmentConfig() },
      autoEnableAllFeatureFlags: true,
      terminationGracePeriodSeconds: GRACE_SECONDS[retain ? "kept" : "discarded"],
      delayStartSeconds: START_DELAY_SECONDS,
      override: {
        statefulSet: {
          spec: {
            template: {
              metadata: {
                labels: { ...MANAGED, ...dataLabels(args) },
                annotations: { ...declared, "plumbline.dev/config-checksum": checksum(internodeFiles()) },
              },
              spec: {
                priorityClassName: priorityClass("store"),
                enableServiceLinks: false,
                securityContext: { ...RESTRICTED_POD, runAsUser: RABBITMQ, runAsGroup: RABBITMQ, fsGroup: RABBITMQ },
                topologySpreadConstraints,
                initContainers: [{ name: "setup-container", securityContext: RESTRICTED_CONTAINER }],
                containers: [
                  {
                    name: "rabbitmq",
                    securityContext: RESTRICTED_CONTAINER,
                    readinessProbe: READINESS_PROBE,
                    volumeMounts: [
                      { name: "internode", mountPath: PATHS.internode, readOnly: true },
                      { name: "tmp", mountPath: "/tmp" },
                      { name: "log", mountPath: "/var/log/rabbitmq" },
                    ],
                  },
                ],
                volumes: [
                  { name: "internode", configMap: { name: internode } },
                  { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
                  { name: "log", emptyDir: { sizeLimit: "64Mi" } },
                ],
              },
            },
            volumeClaimTemplates: [
              {
                metadata: { name: "persistence", labels: { ...podLabels(name), ...dataLabels(args) } },
                spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
              },
            ],
          },
        },
      },
    },
  };
}

/** One node at a time may be taken away: the others keep every queue's majority. */
export function budgetPlan(name: string, namespace: string): types.input.policy.v1.PodDisruptionBudget {
  return {
    metadata: { name, namespace, labels: labels(name, "rabbitmq") },
    spec: { maxUnavailable: 1, selector: { matchLabels: podLabels(name) } },
  };
}

/** How the set-up reaches the nodes: as the operator's administrator. */
export function setupTarget(name: string, args: Pick<CompleteArgs, "version" | "namespace">): SetupTarget {
  const namespace = args.namespace.name;
  const { admin, certificate } = names(name);
  return {
    namespace,
    version: args.version,
    url: `https://${host(name, namespace)}:${PORTS.management}`,
    admin,
    tls: secretVolume("tls", certificateSecret(certificate), "ca.crt"),
  };
}

/**
 * Consumers come in, and what reads metrics; nodes reach each other, and the API server, where a new node looks for the others. The
 * operator is not among them: it runs its commands by way of the kubelet.
 */
export function networkPlans(name: string, namespace: string, accesses: readonly Access[]) {
  const nodes: Pods = { namespace, podLabels: podLabels(name) };
  const setup = { namespace, podLabels: setupSelector(name) };
  const among = [PORTS.finder, PORTS.internode, ...TOOL_PORTS];
  const byName = new Map(accesses.map((access) => [`${access.namespace}/${access.consumer}`, access]));
  const consumers = [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, access]) => access);
  return {
    nodes: {
      podSelector: { matchLabels: podLabels(name) },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        ...admit(consumers, [PORTS.clients]),
        ...admit([nodes], among),
        ...admit([setup], [PORTS.management]),
        admitScrapers(PORTS.metrics),
      ],
      egress: [...reach(among.map((port) => ({ ...nodes, port }))), reachApiServer()],
    },
    setup: setupNetworkPlan(name, [{ ...nodes, port: PORTS.management }]),
  } satisfies Record<string, types.input.networking.v1.NetworkPolicySpec>;
}
