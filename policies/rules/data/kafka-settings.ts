import type { Field } from "../../core/field.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown } from "../../core/unknown.ts";

/** Replication that is set somewhere: of a cluster's topics by default, or of one topic. */
export interface Replication {
  /** Whose: `topic orders`, `topics by default`. */
  readonly of: string;
  /** How many copies; undefined if nothing is set. */
  readonly copies: number | undefined;
  readonly copiesPath: string;
  /** How many copies must have a write; undefined if nothing is set. */
  readonly inSync: number | undefined;
  readonly inSyncPath: string;
  /** The line that sets both. */
  fix(copies: number, inSync: number): string;
}

/** How many copies there are of the topics that Kafka makes for itself; three where nothing is said. */
export const INTERNAL = ["offsets.topic.replication.factor", "transaction.state.log.replication.factor"] as const;

/** Whether a file of properties configures a broker. */
function isBrokerText(key: string, text: Field): boolean {
  if (!key.endsWith(".properties")) return false;
  return /^\s*(?:default\.replication\.factor|process\.roles\s*=.*\bbroker|broker\.id)\b/m.test(text.text() ?? "");
}

/** The values of a text of properties. */
export function propertiesIn(text: string): ReadonlyMap<string, string> {
  const lines = text.split("\n").map((line) => /^\s*([^#!\s=:][^\s=:]*)\s*[=:]\s*(.*?)\s*$/.exec(line));
  return new Map(lines.flatMap((line) => (line ? [[line[1] ?? "", line[2] ?? ""]] : [])));
}

/** A number, whether it is written as one or as text. */
export function numberIn(field: Field): number | undefined {
  const value = field.scalar();
  return value === undefined || value === "" ? undefined : Number(value);
}

const AMAZON = "aws:msk/configuration:Configuration";

/** Fields of an object that hold properties of a broker. */
export function brokerTexts(object: StackObject): Field[] {
  if (object.resource.type === AMAZON) return [object.root.at("serverProperties")];
  if (object.group !== "" || object.kind !== "ConfigMap") return [];
  const texts = object.root.at("data").entries();
  return texts.filter(([key, text]) => isBrokerText(key, text)).map(([, text]) => text);
}

/** Fields of an object that hold our own list of topics: lines of `topic <name> <partitions> <copies> <settings>`. */
export function topicLists(object: StackObject): Field[] {
  if (object.group !== "" || object.kind !== "ConfigMap") return [];
  const texts = object.root.at("data").entries();
  return texts.filter(([key, text]) => key === "declared" && TOPIC.test(text.text() ?? "")).map(([, text]) => text);
}

export const TOPIC = /^topic (\S+) \d+ (\d+)(?: (\S+))?$/m;

/** Whether an object has properties or topics of Kafka in its texts. */
export function hasTexts(object: StackObject): boolean {
  if (object.resource.type === AMAZON) return true;
  if (object.group !== "" || object.kind !== "ConfigMap") return false;
  return someKnown(
    object.root.at("data").entries(),
    ([key, text]) => (key === "declared" && TOPIC.test(text.text() ?? "")) || isBrokerText(key, text),
  );
}
