import { milliseconds } from "../../core/duration.ts";
import { type CompleteArgs, TOPIC_DEFAULTS, type TopicArgs } from "./args.ts";

const DAY_MS = 86_400_000;
/** Files of a topic with personal data: as many over its retention at least, and none is written to for longer than a day. */
const FILES = 8;
const LONGEST_FILE_MS = DAY_MS;
/** After a key's empty record, its older ones are gone within a week: a file that is written to for a day, and six until it is compacted. */
const FORGOTTEN_MS = 6 * DAY_MS;

/** Copies of each record, and how many of them must have it before a write is acknowledged. */
export function replication(brokers: number): { factor: number; minInSync: number } {
  const factor = Math.min(3, brokers);
  return { factor, minInSync: Math.max(1, factor - 1) };
}

/** Settings of every broker in the cluster by which no record is lost and no topic comes to be that nobody declared. */
export function brokerSettings(brokers: number): Record<string, number | boolean | string> {
  const { factor, minInSync } = replication(brokers);
  return {
    "default.replication.factor": factor,
    "min.insync.replicas": minInSync,
    "offsets.topic.replication.factor": factor,
    "transaction.state.log.replication.factor": factor,
    "transaction.state.log.min.isr": minInSync,
    "auto.create.topics.enable": false,
    "unclean.leader.election.enable": false,
    "replica.selector.class": "org.apache.kafka.common.replica.RackAwareReplicaSelector",
  };
}

/** A topic as it is to be. */
export interface DeclaredTopic {
  readonly name: string;
  readonly partitions: number;
  readonly copies: number;
  readonly settings: Readonly<Record<string, string | number>>;
}

/** Every topic that is declared, by name. */
export function declaredTopics({
  topics,
  brokers,
  dataClass,
}: Pick<CompleteArgs, "topics" | "brokers" | "dataClass">): DeclaredTopic[] {
  const { factor, minInSync } = replication(brokers);
  return Object.entries(topics)
    .map(([name, args]) => ({
      name,
      partitions: args.partitions ?? TOPIC_DEFAULTS.partitions,
      copies: factor,
      settings: settingsOf({ ...(dataClass && { dataClass }), ...args }, minInSync),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function settingsOf(args: TopicArgs, minInSync: number): Record<string, string | number> {
  const { retention, compacted, dataClass } = { ...TOPIC_DEFAULTS, ...args };
  const kept = milliseconds(retention);
  const isPersonal = dataClass === "personal";
  const settings: Record<string, string | number> = { "min.insync.replicas": minInSync };
  // Records go with the file that they are in: when the newest of it is past its time, or when it is no longer written to.
  const file = Math.min(LONGEST_FILE_MS, Math.floor(kept / FILES));
  if (compacted) {
    settings["cleanup.policy"] = "compact";
    if (isPersonal) Object.assign(settings, { "segment.ms": LONGEST_FILE_MS, "max.compaction.lag.ms": FORGOTTEN_MS });
  } else {
    settings["cleanup.policy"] = "delete";
    settings["retention.ms"] = isPersonal ? kept - file : kept;
    if (isPersonal) settings["segment.ms"] = file;
  }
  return settings;
}
