import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Namespace } from "../../components/cluster/index.ts";
import { CERT_MANAGER } from "../../components/cluster/operators/index.ts";
import { priorityPlans } from "../../components/cluster/priorities.ts";
import { selector } from "../../components/core/labels.ts";
import { reach } from "../../components/core/network.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../components/core/security-context.ts";
import { Kafka } from "../../components/data/index.ts";
import { names, nodes, PATHS, PORTS } from "../../components/data/kafka/config.ts";
import { certificateSecret } from "../../components/edge/certificate-plan.ts";
import { Issuer } from "../../components/edge/index.ts";
import { SHOP } from "../../rehearsal/images/shop.ts";
import { ZONES } from "../../rehearsal/nodes/testing/real-cluster.ts";
import { objectsOf } from "./component-objects.ts";

export const NAMESPACE = "events";
const NAME = "kafka";
export const TOPIC = "orders";
export const PRODUCER = "producer";
export const CONSUMER = "consumer";
export const SETS = [names(NAME).controller, names(NAME).broker];
/** The nodes' pods. */
export const BROKERS = [0, 1, 2].map((index) => `${names(NAME).broker}-${index}`);
export const CONTROLLERS = [0, 1, 2].map((index) => `${names(NAME).controller}-${index}`);
/** What runs in the clients: it lies where a service of the shop does, and finds what that finds. */
const PROGRAM = "records.mjs";
const PROGRAM_PATH = `/app/apps/orders/${PROGRAM}`;

/** What the component makes, with what it stands on; apart from that, the Job that makes the topic once brokers are there. */
export async function kafkaObjects(): Promise<{ base: object[]; setup: object[] }> {
  const objects = await objectsOf(() => {
    const namespace = new Namespace(NAMESPACE, { quota: { cpu: "20", memory: "12Gi", pods: 40, storage: "200Gi" } });
    const kafka = new Kafka(NAME, {
      namespace,
      issuer: new Issuer("internal", { authority: "private" }),
      zones: ZONES,
      topics: { [TOPIC]: {} },
      storage: "1Gi",
      resources: { requests: { cpu: "100m", memory: "768Mi" }, limits: { cpu: "2", memory: "768Mi" } },
      retain: false,
    });
    const client = (name: string) => ({
      name,
      namespace: NAMESPACE,
      podLabels: selector(name),
      maxReplicas: 1,
      opts: {},
    });
    kafka.topic(TOPIC).publish.grant(client(PRODUCER));
    kafka.topic(TOPIC).consume.grant(client(CONSUMER));
  });
  const isSetup = (object: object) => (object as { kind: string }).kind === "Job";
  const before = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: CERT_MANAGER.namespace } },
    ...priorityPlans().map((plan) => ({ apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", ...plan })),
  ];
  return {
    base: [...before, ...objects.filter((object) => !isSetup(object))],
    setup: objects.filter(isSetup),
  };
}

/** A producer and a consumer, none of them on the node of a pod that will be lost. */
export function clientObjects(lost: string): object[] {
  const script = readFileSync(join(import.meta.dirname, "../real-pods", PROGRAM), "utf8");
  const to = { namespace: NAMESPACE, podLabels: selector(NAME, "broker"), port: PORTS.clients };
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata: here(PROGRAM), data: { [PROGRAM]: script } },
    ...[PRODUCER, CONSUMER].flatMap((name) => [
      {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: here(name),
        spec: { podSelector: { matchLabels: selector(name) }, policyTypes: ["Egress"], egress: reach([to]) },
      },
      clientPod(name, lost),
    ]),
  ];
}

function clientPod(name: string, lost: string): object {
  const besideLost = {
    topologyKey: "kubernetes.io/hostname",
    labelSelector: { matchLabels: { "statefulset.kubernetes.io/pod-name": lost } },
  };
  const trusted = [{ key: "ca.crt", path: "ca.crt" }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...here(name), labels: selector(name) },
    spec: {
      terminationGracePeriodSeconds: 0,
      securityContext: RESTRICTED_POD,
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [besideLost] } },
      containers: [
        {
          name,
          image: SHOP[0]?.reference,
          command: ["node", PROGRAM_PATH, name],
          env: Object.entries({
            BROKERS: `${NAME}.${NAMESPACE}.svc:${PORTS.clients}`,
            NAME: TOPIC,
            GROUP: name,
            USER_FILE: "/credentials/username",
            PASSWORD_FILE: "/credentials/password",
            CA_FILE: "/tls/ca.crt",
          }).map(([key, value]) => ({ name: `ORDERS_TOPIC_${key}`, value })),
          resources: { requests: { cpu: "50m", memory: "160Mi" }, limits: { cpu: "1", memory: "160Mi" } },
          securityContext: RESTRICTED_CONTAINER,
          volumeMounts: [
            { name: "program", mountPath: PROGRAM_PATH, subPath: PROGRAM, readOnly: true },
            { name: "credentials", mountPath: "/credentials", readOnly: true },
            { name: "tls", mountPath: "/tls", readOnly: true },
          ],
        },
      ],
      volumes: [
        { name: "program", configMap: { name: PROGRAM } },
        { name: "credentials", secret: { secretName: `${NAME}-${name}` } },
        { name: "tls", secret: { secretName: certificateSecret(names(NAME).server), items: trusted } },
      ],
    },
  };
}

/** A command for a broker's pod: one of Kafka's own tools, as the brokers themselves. */
export function tool(name: string, ...words: string[]): string[] {
  const servers = nodes(NAME, NAMESPACE, "broker", BROKERS.length).map((host) => `${host}:${PORTS.internal}`);
  const script = [
    `export KAFKA_HEAP_OPTS=-Xmx96m KAFKA_LOG4J_OPTS=`,
    `(echo security.protocol=SSL; grep '^ssl[.][ekt]' ${PATHS.config}/common.properties) > ${PATHS.run}/tool.properties`,
    `exec ${PATHS.home}/bin/kafka-${name}.sh --bootstrap-server ${servers.join(",")} ${words.join(" ")}`,
  ];
  return ["bash", "-c", script.join("\n")];
}

/** The file by which a tool shows who it is. */
export const TOOL_PROPERTIES = `${PATHS.run}/tool.properties`;

/** A record as it lies in the topic. */
export interface Kept {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly number: number;
}

/** What the console consumer prints of records: partition, offset, key and content. */
export function kept(printed: string): Kept[] {
  return printed.split("\n").flatMap((line) => {
    const [, partition, offset, key = "", number] =
      /^Partition:(\d+)\tOffset:(\d+)\t(\S+)\t\{"number":(\d+)\}$/.exec(line) ?? [];
    if (partition === undefined) return [];
    return [{ partition: Number(partition), offset: Number(offset), key, number: Number(number) }];
  });
}

function here(name: string) {
  return { name, namespace: NAMESPACE };
}
