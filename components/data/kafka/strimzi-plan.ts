import type { types } from "@pulumi/kubernetes";
import { priorityClass } from "../../cluster/priorities.ts";
import { waitFor } from "../../core/custom-resource.ts";
import { labels } from "../../core/labels.ts";
import { optOutAnnotations } from "../../core/opt-out.ts";
import type { Resources } from "../../core/resources.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../core/security-context.ts";
import { placed, spread } from "../../core/spread.ts";
import { certificateSecret } from "../../edge/certificate-plan.ts";
import { dataLabels, declaredAnnotations } from "../declared.ts";
import type { CompleteArgs } from "./args.ts";
import { type Access, FIRST_ID, isCombined, names, type Part, PORTS } from "./config.ts";
import type { Places } from "./monitoring.ts";
import { heapOf, NODE_HEAP_SHARE, nodesOf } from "./nodes.ts";
import type {
  AclRule,
  KafkaManifest,
  KafkaNodePoolManifest,
  KafkaTopicManifest,
  KafkaUserManifest,
} from "./strimzi-resources.ts";
import { brokerSettings, type DeclaredTopic } from "./topics.ts";

/** File of the exporter's configuration in its ConfigMap. */
export const EXPORTER_FILE = "exporter.yaml";
/** What stands before the names of the Secrets that the operator makes for users: ours have the users' names alone. */
const SECRET_PREFIX = "strimzi-";
/** Of each of the two programs that make topics and users. */
const ENTITY_RESOURCES: Resources = {
  requests: { cpu: "100m", memory: "512Mi" },
  limits: { cpu: "1", memory: "512Mi" },
};
/** The last number that the operator may give to a node of a part: the other part's begin after it, or never. */
const LAST_ID: Readonly<Record<Part, number>> = { controller: FIRST_ID.broker - 1, broker: 9_999 };

/** What level `restricted` asks of a pod. The user is the image's own: its files are readable to that, and to group 0. */
const { runAsUser: _user, runAsGroup: _group, ...POD_SECURITY } = RESTRICTED_POD;
const container = { securityContext: RESTRICTED_CONTAINER };

/** The operator's labels on all pods of a Kafka, and on the nodes of a part. */
export function strimziPods(name: string, part?: Part): Record<string, string> {
  return { "strimzi.io/cluster": name, ...(part && { "strimzi.io/pool-name": names(name)[part] }) };
}

/** The operator's labels on the pod that makes topics and users. */
export function entityPods(name: string): Record<string, string> {
  return { "strimzi.io/cluster": name, "strimzi.io/name": `${name}-entity-operator` };
}

/** Names that consumers know the brokers by: that of all of them, to begin with, and each broker's own. */
export function strimziHosts(name: string, namespace: string): [first: string, each: string] {
  return [`${name}-kafka-bootstrap.${namespace}.svc`, `*.${name}-kafka-brokers.${namespace}.svc`];
}

/** How consumers and the operator call a consumer's user: a KafkaUser has its name in its namespace for itself. */
export function userName(name: string, consumer: string): string {
  return `${name}-${consumer}`;
}

/** The Secret with a user's password, of which the operator makes one of its own. */
export function passwordSecret(user: string): string {
  return `${user}-password`;
}

/** Its key. The number is in it so that the user itself changes with the password: the operator looks at Secrets every two minutes only. */
export function passwordKey(rotation: number): string {
  return `password-${rotation}`;
}

/** Where the nodes' metrics are read, and how their pods and volumes are called. */
export function strimziPlaces(name: string): Places {
  const pods = (parts: readonly Part[]) => `${name}-(${parts.map((part) => names(name)[part]).join("|")})-[0-9]+`;
  return { pods, volumes: (parts) => `data-0-${pods(parts)}`, selector: strimziPods(name), port: "tcp-prometheus" };
}

/** Brokers that take consumers with passwords over TLS, and have no right that was not given. */
export function kafkaPlan(name: string, args: CompleteArgs): KafkaManifest {
  const { version, brokers, zones, replication, backup } = args;
  return {
    apiVersion: "kafka.strimzi.io/v1",
    kind: "Kafka",
    metadata: {
      ...metadata(name, name, args),
      annotations: { ...waitFor("Ready"), ...declaredAnnotations(args, { replication, backup }) },
    },
    spec: {
      kafka: {
        version,
        listeners: [
          {
            name: "clients",
            port: PORTS.clients,
            type: "internal",
            tls: true,
            authentication: { type: "scram-sha-512" },
            configuration: {
              brokerCertChainAndKey: {
                secretName: certificateSecret(names(name).server),
                certificate: "tls.crt",
                key: "tls.key",
              },
            },
          },
        ],
        authorization: { type: "simple" },
        config: { ...brokerSettings(brokers), "ssl.enabled.protocols": "TLSv1.3" },
        rack: { type: "topology-label", topologyKey: "topology.kubernetes.io/zone" },
        metricsConfig: {
          type: "jmxPrometheusExporter",
          valueFrom: { configMapKeyRef: { name: names(name).config, key: EXPORTER_FILE } },
        },
        // Of controllers and brokers together: the operator has one budget for both, so its nodes go one at a time.
        template: { podDisruptionBudget: { maxUnavailable: 1 } },
      },
      entityOperator: {
        topicOperator: { resources: ENTITY_RESOURCES },
        userOperator: { resources: ENTITY_RESOURCES, secretPrefix: SECRET_PREFIX },
        template: {
          pod: { ...podDefaults(), ...placed(zones) },
          topicOperatorContainer: container,
          userOperatorContainer: container,
        },
      },
    },
  };
}

/** The controllers or the brokers: each its own disk, zone and host. */
export function poolPlan(name: string, part: Part, args: CompleteArgs): KafkaNodePoolManifest {
  const { count, resources, storage, graceSeconds } = nodesOf(part, args);
  const heap = heapOf(resources, NODE_HEAP_SHARE);
  return {
    apiVersion: "kafka.strimzi.io/v1",
    kind: "KafkaNodePool",
    metadata: {
      ...metadata(name, names(name)[part], args, part),
      annotations: { "strimzi.io/next-node-ids": `[${FIRST_ID[part]}-${LAST_ID[part]}]` },
    },
    spec: {
      replicas: count,
      roles: isCombined(args) ? ["controller", "broker"] : [part],
      storage: {
        type: "jbod",
        volumes: [
          { id: 0, type: "persistent-claim", size: storage, deleteClaim: !args.retain, kraftMetadata: "shared" },
        ],
      },
      resources,
      jvmOptions: { "-Xms": heap, "-Xmx": heap },
      template: {
        pod: {
          ...podDefaults(),
          metadata: { labels: dataLabels(args) },
          terminationGracePeriodSeconds: graceSeconds,
          ...spread({ matchLabels: strimziPods(name, part), zones: args.zones, sharedHosts: "never" }),
        },
        kafkaContainer: container,
        initContainer: container,
        persistentVolumeClaim: { metadata: { labels: dataLabels(args) } },
      },
    },
  };
}

/** A topic. Its object has the Kafka's name before its own: another Kafka in the namespace may have a topic of that name. */
export function topicPlan(
  name: string,
  args: CompleteArgs,
  { name: topic, partitions, copies, settings }: DeclaredTopic,
): KafkaTopicManifest {
  const { dataClass = args.dataClass, tombstones } = args.topics[topic] ?? {};
  const said = metadata(name, `${name}-${topic}`, { ...args, ...(dataClass && { dataClass }) });
  const endsByTombstones = dataClass === "personal" ? optOutAnnotations({ retention: tombstones }) : {};
  return {
    apiVersion: "kafka.strimzi.io/v1",
    kind: "KafkaTopic",
    metadata: {
      ...said,
      annotations: {
        ...waitFor("Ready"),
        ...optOutAnnotations({ replication: args.replication }),
        ...endsByTombstones,
      },
    },
    spec: { topicName: topic, partitions, replicas: copies, config: { ...settings } },
  };
}

/** A consumer's user, with the rights that it declared and the password that its Secret has. */
export function userPlan(
  name: string,
  consumer: string,
  { namespace, rotation }: Pick<CompleteArgs, "namespace" | "rotation">,
  accesses: readonly Access[],
): KafkaUserManifest {
  const user = userName(name, consumer);
  return {
    apiVersion: "kafka.strimzi.io/v1",
    kind: "KafkaUser",
    metadata: {
      name: user,
      namespace: namespace.name,
      labels: { ...labels(name), ...strimziPods(name) },
      annotations: waitFor("Ready"),
    },
    spec: {
      authentication: {
        type: "scram-sha-512",
        password: { valueFrom: { secretKeyRef: { name: passwordSecret(user), key: passwordKey(rotation) } } },
      },
      authorization: { type: "simple", acls: rightsOf(consumer, accesses) },
    },
  };
}

/** What a consumer may do: write to topics, or read them in groups that begin with its name. */
export function rightsOf(consumer: string, accesses: readonly Access[]): AclRule[] {
  const own = accesses.filter((access) => access.consumer === consumer);
  const rules = own.map(({ topic, right }): AclRule => {
    const resource = { type: "topic", name: topic, patternType: "literal" } as const;
    return { type: "allow", resource, operations: [right === "publish" ? "Write" : "Read", "Describe"] };
  });
  const order = ({ resource, operations }: AclRule) => `${resource.name} ${operations}`;
  rules.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  if (!own.some(({ right }) => right === "consume")) return rules;
  const groups = { type: "group", name: consumer, patternType: "prefix" } as const;
  return [...rules, { type: "allow", resource: groups, operations: ["Read", "Describe"] }];
}

function metadata(name: string, own: string, args: Pick<CompleteArgs, "namespace" | "dataClass">, part?: Part) {
  const belongs = own === name ? {} : { "strimzi.io/cluster": name };
  return {
    name: own,
    namespace: args.namespace.name,
    labels: { ...labels(name, part), ...belongs, ...dataLabels(args) },
  };
}

function podDefaults() {
  return {
    priorityClassName: priorityClass("store"),
    enableServiceLinks: false,
    securityContext: POD_SECURITY satisfies types.input.core.v1.PodSecurityContext,
  } as const;
}
