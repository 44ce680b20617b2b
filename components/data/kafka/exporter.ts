import type { types } from "@pulumi/kubernetes";
import { RESTRICTED_CONTAINER } from "../../core/security-context.ts";
import { image } from "../../images/catalogue.ts";

export const METRICS_PORT = 9404;

const JAR = { from: "/jmx_prometheus_javaagent.jar", folder: "/opt/jmx-exporter", name: "agent.jar" };
const RESOURCES = { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "200m", memory: "32Mi" } };

/** What is read of a node's beans. */
interface Reading {
  /** Domain, type and name of the bean. */
  readonly bean: readonly [domain: string, type: string, name: string];
  readonly attribute: string;
  readonly type: "GAUGE" | "COUNTER";
  /** A further key of the bean's name, with a value: that of one bean, or `*` for a label of that name. */
  readonly of?: readonly [key: string, value: string];
  /** What Kafka's number is multiplied by. */
  readonly factor?: number;
}

const controller = ["kafka.controller", "KafkaController"] as const;
const replicas = ["kafka.server", "ReplicaManager"] as const;
const traffic = ["kafka.server", "BrokerTopicMetrics"] as const;
const gauge = { attribute: "Value", type: "GAUGE" } as const;
const counter = { attribute: "Count", type: "COUNTER" } as const;

/** By their names in Prometheus. A controller has those of controllers, a broker the rest, who is both has all. */
const READINGS = {
  kafka_controllers_active: { bean: [...controller, "ActiveControllerCount"], ...gauge },
  kafka_partitions_offline: { bean: [...controller, "OfflinePartitionsCount"], ...gauge },
  kafka_unclean_elections_total: {
    bean: ["kafka.controller", "ControllerStats", "UncleanLeaderElectionsPerSec"],
    ...counter,
  },
  kafka_partitions_led: { bean: [...replicas, "LeaderCount"], ...gauge },
  kafka_partitions_under_replicated: { bean: [...replicas, "UnderReplicatedPartitions"], ...gauge },
  kafka_partitions_under_min_isr: { bean: [...replicas, "UnderMinIsrPartitionCount"], ...gauge },
  kafka_bytes_in_total: { bean: [...traffic, "BytesInPerSec"], ...counter },
  kafka_bytes_out_total: { bean: [...traffic, "BytesOutPerSec"], ...counter },
  kafka_topic_messages_total: { bean: [...traffic, "MessagesInPerSec"], of: ["topic", "*"], ...counter },
  kafka_produce_p99_seconds: {
    bean: ["kafka.network", "RequestMetrics", "TotalTimeMs"],
    of: ["request", "Produce"],
    attribute: "99thPercentile",
    type: "GAUGE",
    factor: 0.001,
  },
} as const satisfies Record<string, Reading>;

/** What Prometheus is told of a node: Kafka's own, and of what the exporter tells of Java by itself what is asked for. */
export type Metric = keyof typeof READINGS | "jvm_memory_used_bytes";

/** The exporter's configuration, in JSON, which is YAML too. It reads the beans that are named, and no other. */
export function exporterConfig(): string {
  const readings: [metric: string, reading: Reading][] = Object.entries(READINGS);
  const config = {
    includeObjectNames: readings.map(([, { bean, of }]) => {
      const [domain, type, name] = bean;
      return `${domain}:type=${type},name=${name}${of ? `,${of.join("=")}` : ""}`;
    }),
    rules: readings.map(([metric, reading]) => rule(metric, reading)),
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

function rule(metric: string, { bean, of, attribute, type, factor }: Reading) {
  const [domain, kind, name] = bean;
  const [key, value] = of ?? [];
  const any = value === "*";
  return {
    pattern: `^${domain}<type=${kind}, name=${name}${of ? `, ${key}=${any ? "(.+)" : value}` : ""}><>${attribute}`,
    name: metric,
    type,
    ...(key && any && { labels: { [key]: "$1" } }),
    ...(factor && { valueFactor: factor }),
  };
}

/** The option by which Java takes the exporter in, and the exporter the configuration in that file. */
export function exporterOption(config: string): string {
  return `-javaagent:${JAR.folder}/${JAR.name}=${METRICS_PORT}:${config}`;
}

/** Brings the jar to the pod, before Kafka starts. */
export function exporterContainer(): types.input.core.v1.Container {
  return {
    name: "exporter",
    image: image("jmxExporter"),
    command: ["cp", JAR.from, `${JAR.folder}/${JAR.name}`],
    resources: RESOURCES,
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [{ name: "exporter", mountPath: JAR.folder }],
  };
}

/** Where the jar is, for the pod and for Kafka's container. */
export const EXPORTER_VOLUME: types.input.core.v1.Volume = { name: "exporter", emptyDir: { sizeLimit: "32Mi" } };
export const EXPORTER_MOUNT: types.input.core.v1.VolumeMount = {
  name: "exporter",
  mountPath: JAR.folder,
  readOnly: true,
};
