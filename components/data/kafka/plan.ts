import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { priorityClass } from "../../cluster/priorities.ts";
import { checksum } from "../../core/checksum.ts";
import { labels, selector } from "../../core/labels.ts";
import { admit, admitScrapers, reach } from "../../core/network.ts";
import { optOut, optOutAnnotations } from "../../core/opt-out.ts";
import type { Resources } from "../../core/resources.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../core/security-context.ts";
import { spread } from "../../core/spread.ts";
import { certificateSecret } from "../../edge/certificate-plan.ts";
import { image } from "../../images/catalogue.ts";
import { dataLabels, declaredAnnotations, endsByItself } from "../declared.ts";
import { HOSTS_MOUNT, HOSTS_VOLUME, hostsContainer } from "../hosts.ts";
import type { CompleteArgs } from "./args.ts";
import {
  type Access,
  consumersOf,
  FIRST_ID,
  isCombined,
  names,
  nodeFiles,
  nodes,
  PATHS,
  type Part,
  PORTS,
  partsOf,
  voters,
} from "./config.ts";
import { EXPORTER_MOUNT, EXPORTER_VOLUME, exporterContainer, METRICS_PORT } from "./exporter.ts";
import { heapOf, NODE_HEAP_SHARE, nodesOf } from "./nodes.ts";

export const SETUP = "setup";
/** Two tools run at a time, and mostly start: Java compiles beside what it runs. */
const SETUP_RESOURCES: Resources = {
  requests: { cpu: "200m", memory: "768Mi" },
  limits: { cpu: "2", memory: "768Mi" },
};
/** Of the memory, for the heap of each of the two tools. Each has as much for its classes. */
const TOOL_HEAP_SHARE = 0.25;
/**
 * An hour: after a crash a broker reads the newest file of every partition again, up to 1 GB of each, before it listens. One that were
 * killed meanwhile would begin anew, for ever.
 */
const START = { periodSeconds: 2, failureThreshold: 1_800 };
const SETUP_DEADLINE_SECONDS = 600;
const ENDS_BY_ITSELF = optOut(
  "on SIGTERM a broker hands its partitions over first, and clients follow them: a wait before would help nobody",
);

/** The controllers or the brokers: each its own disk, zone and host. */
export function nodesPlan(
  name: string,
  part: Part,
  args: CompleteArgs,
  clusterId: string,
): types.input.apps.v1.StatefulSet {
  const { zones, replication, backup, version } = args;
  const { count, resources, storage, graceSeconds } = nodesOf(part, args);
  const namespace = args.namespace.name;
  const matchLabels = selector(name, part);
  const service = names(name)[part];
  const annotations = {
    ...declaredAnnotations(args, { replication, backup }),
    ...optOutAnnotations({ shutdown: ENDS_BY_ITSELF }),
    ...endsByItself(args, "records of every topic end after its retention, or by what their owner writes"),
  };
  const broker = part === "broker";
  const open = { tcpSocket: { port: broker ? "clients" : "controller" } };
  return {
    metadata: { name: service, namespace, labels: { ...labels(name, part), ...dataLabels(args) }, annotations },
    spec: {
      serviceName: service,
      replicas: count,
      podManagementPolicy: "Parallel",
      selector: { matchLabels },
      template: {
        metadata: {
          labels: labels(name, part),
          annotations: { ...annotations, "plumbline.dev/config-checksum": checksum(nodeFiles(name, args)) },
        },
        spec: {
          ...podDefaults(name),
          terminationGracePeriodSeconds: graceSeconds,
          ...spread({ matchLabels, zones, sharedHosts: "never" }),
          initContainers: [
            exporterContainer(),
            hostsContainer({
              image: image("kafka", version),
              env: [{ name: "SERVERS", value: voters(name, args).join(" ") }],
              script: `${PATHS.config}/hosts.sh`,
              volumeMounts: [{ name: "config", mountPath: PATHS.config, readOnly: true }],
            }),
          ],
          containers: [
            {
              ...containerDefaults(version, resources),
              name: part,
              command: ["bash", `${PATHS.config}/node.sh`],
              env: [
                ...javaEnvironment(resources, NODE_HEAP_SHARE),
                { name: "KAFKA_OPTS", value: `-Djava.security.properties=${PATHS.config}/java.security` },
                { name: "PART", value: part },
                { name: "DOMAIN", value: `${service}.${namespace}.svc` },
                { name: "FIRST_ID", value: String(FIRST_ID[part]) },
                { name: "CLUSTER_ID", value: clusterId },
                // The API server copies it from the node when the pod is bound (Kubernetes 1.35 and later).
                {
                  name: "ZONE",
                  valueFrom: { fieldRef: { fieldPath: "metadata.labels['topology.kubernetes.io/zone']" } },
                },
              ],
              ports: Object.entries({ ...portsOf(part, args), metrics: METRICS_PORT }).map(([port, containerPort]) => ({
                name: port,
                containerPort,
              })),
              startupProbe: { ...open, ...START },
              readinessProbe: { ...open, periodSeconds: 5, failureThreshold: 2 },
              livenessProbe: {
                tcpSocket: { port: broker ? "internal" : "controller" },
                periodSeconds: 10,
                failureThreshold: 6,
              },
              volumeMounts: [...mounts(), HOSTS_MOUNT, EXPORTER_MOUNT, { name: "data", mountPath: PATHS.data }],
            },
          ],
          volumes: [
            ...volumes(names(name).config, {
              name: "tls",
              secret: { secretName: certificateSecret(names(name).server), defaultMode: 0o440 },
            }),
            HOSTS_VOLUME,
            EXPORTER_VOLUME,
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

/** Gives every node a name of its own; nodes look for each other before they are ready. */
export function nodesServicePlan(name: string, part: Part, args: CompleteArgs): types.input.core.v1.Service {
  return {
    metadata: { name: names(name)[part], namespace: args.namespace.name, labels: labels(name, part) },
    spec: {
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: selector(name, part),
      ports: Object.entries(portsOf(part, args)).map(([port, number]) => ({
        name: port,
        port: number,
        targetPort: port,
      })),
    },
  };
}

/** The ports that nodes of a part listen on. */
function portsOf(part: Part, args: CompleteArgs): Readonly<Record<string, number>> {
  const { controller, internal, clients } = PORTS;
  if (part === "controller") return { controller };
  return isCombined(args) ? { internal, clients, controller } : { internal, clients };
}

/** The address that consumers begin with; Kafka then tells them the brokers' own. */
export function bootstrapServicePlan(name: string, namespace: string): types.input.core.v1.Service {
  return {
    metadata: { name, namespace, labels: labels(name, "broker") },
    spec: {
      selector: selector(name, "broker"),
      ports: [{ name: "clients", port: PORTS.clients, targetPort: "clients" }],
    },
  };
}

/** One node at a time may be taken away: the others keep the quorum and the second copy. */
export function budgetPlan(name: string, part: Part, namespace: string): types.input.policy.v1.PodDisruptionBudget {
  return {
    metadata: { name: names(name)[part], namespace, labels: labels(name, part) },
    spec: { maxUnavailable: 1, selector: { matchLabels: selector(name, part) } },
  };
}

/** What the setup speaks to, and how. */
interface SetupTarget {
  readonly version: string;
  readonly namespace: string;
  readonly brokers: pulumi.Input<string>;
  /** The files by which it trusts the brokers, and shows who it is. */
  readonly tls: types.input.core.v1.Volume;
  readonly env?: types.input.core.v1.EnvVar[];
}

/** Makes the declared topics, users and rights. A job cannot change: another name for it runs it again. */
export function setupPlan(name: string, args: CompleteArgs, jobName: pulumi.Input<string>): types.input.batch.v1.Job {
  const { version, namespace, brokers } = args;
  const hosts = nodes(name, namespace.name, "broker", brokers).map((host) => `${host}:${PORTS.internal}`);
  const tls = { name: "tls", secret: { secretName: certificateSecret(names(name).admin), defaultMode: 0o440 } };
  return setupJobPlan(name, jobName, { version, namespace: namespace.name, brokers: hosts.join(","), tls });
}

/** The setup's Job, for brokers anywhere. */
export function setupJobPlan(
  name: string,
  jobName: pulumi.Input<string>,
  { version, namespace, brokers, tls, env = [] }: SetupTarget,
): types.input.batch.v1.Job {
  const { setup, users } = names(name);
  return {
    metadata: { name: jobName, namespace, labels: labels(name, SETUP) },
    spec: {
      backoffLimit: 6,
      activeDeadlineSeconds: SETUP_DEADLINE_SECONDS,
      template: {
        metadata: { labels: labels(name, SETUP) },
        spec: {
          ...podDefaults(name),
          restartPolicy: "OnFailure",
          containers: [
            {
              ...containerDefaults(version, SETUP_RESOURCES),
              name: SETUP,
              command: ["bash", `${PATHS.config}/setup.sh`],
              env: [...javaEnvironment(SETUP_RESOURCES, TOOL_HEAP_SHARE), { name: "BROKERS", value: brokers }, ...env],
              volumeMounts: [...mounts(), { name: "users", mountPath: PATHS.users, readOnly: true }],
            },
          ],
          volumes: [...volumes(setup, tls), { name: "users", secret: { secretName: users, defaultMode: 0o440 } }],
        },
      },
    },
  };
}

/** Who talks to whom: consumers to brokers, brokers and the setup to brokers, brokers and controllers to controllers, Prometheus to all nodes. */
export function networkPlans(name: string, args: CompleteArgs, accesses: readonly Access[]) {
  const namespace = args.namespace.name;
  const pods = (part: string) => ({ namespace, podLabels: selector(name, part) });
  const policy = (part: string, ingress: ReturnType<typeof admit>, to: readonly [string, number][]) => ({
    podSelector: { matchLabels: selector(name, part) },
    policyTypes: ["Ingress", "Egress"],
    ingress,
    egress: reach(to.map(([other, port]) => ({ ...pods(other), port }))),
  });
  const parts = partsOf(args);
  const voters = isCombined(args) ? "broker" : "controller";
  const toController: [string, number] = [voters, PORTS.controller];
  const toBroker: [string, number] = ["broker", PORTS.internal];
  const toVote = admit(parts.map(pods), [PORTS.controller]);
  return {
    controller: policy("controller", [...toVote, admitScrapers(METRICS_PORT)], [toController]),
    broker: policy(
      "broker",
      [
        ...admit(consumersOf(accesses), [PORTS.clients]),
        ...admit([pods("broker"), pods(SETUP)], [PORTS.internal]),
        ...(isCombined(args) ? toVote : []),
        admitScrapers(METRICS_PORT),
      ],
      [toController, toBroker],
    ),
    setup: policy(SETUP, [], [toBroker]),
  };
}

function podDefaults(name: string) {
  return {
    serviceAccountName: name,
    priorityClassName: priorityClass("store"),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: RESTRICTED_POD,
  };
}

function containerDefaults(version: string, resources: Resources) {
  return { image: image("kafka", version), resources, securityContext: RESTRICTED_CONTAINER };
}

function javaEnvironment(resources: Resources, share: number) {
  const heap = heapOf(resources, share);
  return [
    { name: "KAFKA_HEAP_OPTS", value: `-Xms${heap} -Xmx${heap}` },
    { name: "KAFKA_LOG4J_OPTS", value: `-Dlog4j2.configurationFile=${PATHS.config}/log4j2.properties` },
    { name: "LOG_DIR", value: "/tmp" },
  ];
}

function mounts() {
  return [
    { name: "config", mountPath: PATHS.config, readOnly: true },
    { name: "tls", mountPath: PATHS.tls, readOnly: true },
    { name: "run", mountPath: PATHS.run },
    { name: "tmp", mountPath: "/tmp" },
  ];
}

function volumes(config: string, tls: types.input.core.v1.Volume) {
  return [
    { name: "config", configMap: { name: config } },
    tls,
    { name: "run", emptyDir: { medium: "Memory", sizeLimit: "4Mi" } },
    { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
  ];
}
