import type { Field } from "../../core/field.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import {
  brokerTexts,
  hasTexts,
  INTERNAL,
  numberIn,
  propertiesIn,
  type Replication,
  TOPIC,
  topicLists,
} from "./kafka-settings.ts";

const CLUSTER_LABEL = "strimzi.io/cluster";
const idOf = (object: StackObject) => `${object.namespace}/${object.name}`;

/** Whether an object says how often Kafka keeps each message. */
export function saysReplication(object: StackObject): boolean {
  if (object.group === "kafka.strimzi.io") return object.kind === "Kafka" || object.kind === "KafkaTopic";
  return hasTexts(object);
}

/** What an object says of how often Kafka keeps each message. What it leaves out for a topic, its cluster says. */
export function replicationsOf(object: StackObject, stack: Stack): Replication[] {
  if (object.kind === "KafkaTopic") return [ofTopic(object, stack)];
  if (object.kind === "Kafka") return ofCluster(object.root.at("spec", "kafka", "config"));
  return [...brokerTexts(object).flatMap(ofText), ...topicLists(object).flatMap(ofList)];
}

function ofTopic(topic: StackObject, stack: Stack): Replication {
  const spec = topic.root.at("spec");
  const [copies, inSync] = [spec.at("replicas"), spec.at("config", "min.insync.replicas")];
  // -1, like nothing, means what the cluster does by default.
  const own = numberIn(copies);
  const isOwn = own !== undefined && own >= 0;
  const cluster = () => clusterOf(topic, stack)?.root.at("spec", "kafka", "config");
  return {
    of: `topic ${topic.name}`,
    copies: isOwn ? own : numberAt(cluster(), "default.replication.factor"),
    copiesPath: copies.path,
    inSync: numberIn(inSync) ?? numberAt(cluster(), "min.insync.replicas"),
    inSyncPath: inSync.path,
    fix: (most, least) => `spec: { replicas: ${most}, config: { min.insync.replicas: ${least} } }`,
  };
}

function clusterOf(topic: StackObject, stack: Stack): StackObject | undefined {
  const name = topic.root.at("metadata", "labels", CLUSTER_LABEL).text();
  if (name === undefined) return undefined;
  return stack.find("kafka.strimzi.io", "Kafka", idOf, `${topic.namespace}/${name}`);
}

function numberAt(config: Field | undefined, key: string): number | undefined {
  return config && numberIn(config.at(key));
}

function ofCluster(config: Field): Replication[] {
  const [copies, inSync] = [config.at("default.replication.factor"), config.at("min.insync.replicas")];
  const fix = (most: number, least: number) =>
    `spec.kafka.config: { default.replication.factor: ${most}, min.insync.replicas: ${least} }`;
  const byDefault = {
    of: "topics by default",
    // Kafka's own defaults.
    copies: numberIn(copies) ?? 1,
    copiesPath: copies.path,
    inSync: numberIn(inSync) ?? 1,
    inSyncPath: inSync.path,
    fix,
  };
  return [
    byDefault,
    ...INTERNAL.filter((name) => !config.at(name).absent).map((name) => internal(config.at(name), name)),
  ];
}

function internal(field: Field, name: string): Replication {
  return internalOf(name, field.path, numberIn(field), (copies) => `${field.path}: ${copies}`);
}

function internalOf(
  name: string,
  path: string,
  copies: number | undefined,
  fix: (copies: number) => string,
): Replication {
  return { of: `Kafka's own topics (${name})`, copies, copiesPath: path, inSync: undefined, inSyncPath: "", fix };
}

function ofText(text: Field): Replication[] {
  const properties = propertiesIn(text.text() ?? "");
  const number = (name: string) => (properties.has(name) ? Number(properties.get(name)) : undefined);
  const { path } = text;
  const byDefault = {
    of: "topics by default",
    copies: number("default.replication.factor") ?? 1,
    copiesPath: path,
    inSync: number("min.insync.replicas") ?? 1,
    inSyncPath: path,
    fix: (most: number, least: number) => `default.replication.factor=${most}\nmin.insync.replicas=${least}`,
  };
  return [
    byDefault,
    ...INTERNAL.filter((name) => properties.has(name)).map((name) =>
      internalOf(name, path, number(name), (copies) => `${name}=${copies}`),
    ),
  ];
}

/** A topic of our own list always says both. */
function ofList(text: Field): Replication[] {
  const lines = (text.text() ?? "").split("\n").flatMap((line) => {
    const found = TOPIC.exec(line);
    return found ? [found] : [];
  });
  return lines.map(([, name = "", copies = "", settings = ""]) => ({
    of: `topic ${name}`,
    copies: Number(copies),
    copiesPath: text.path,
    inSync: Number(/(?:^|,)min\.insync\.replicas=(\d+)/.exec(settings)?.[1] ?? 1),
    inSyncPath: text.path,
    fix: (most, least) => `topic ${name} <partitions> ${most} min.insync.replicas=${least}`,
  }));
}
