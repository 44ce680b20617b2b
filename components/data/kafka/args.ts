import type { types } from "@pulumi/kubernetes";
import type { Duration } from "../../core/duration.ts";
import type { OptOut } from "../../core/opt-out.ts";
import type { Quantity } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import type { Transform } from "../../core/transform.ts";
import { IMAGES } from "../../images/catalogue.ts";
import type { DataClass } from "../declared.ts";
import type { StoreArgs } from "../store.ts";
import type { KafkaManifest, KafkaNodePoolManifest } from "./strimzi-resources.ts";

/** How a topic keeps its records. */
export interface TopicArgs {
  /** The most consumers of one group that read side by side; 6 by default. It can grow, never shrink. */
  readonly partitions?: number;
  /** How long a record is kept; `7d` by default. */
  readonly retention?: Duration;
  /** Keeps the last record of every key for ever, instead of all of them for a time. */
  readonly compacted?: boolean;
  /**
   * How sensitive its records are; what the store's are by default, and no more than that. A record of `personal` data is gone after
   * `retention` at the latest, which is no longer than the store's.
   */
  readonly dataClass?: DataClass;
  /**
   * Lets a topic of personal data be compacted: says who writes an empty record for a key whose person is to be forgotten, or whose time
   * is over. Within a week after that the older records of the key are gone.
   */
  readonly tombstones?: OptOut;
}

export interface KafkaArgs<Name extends string = string> extends StoreArgs {
  /** Topics by name. Topics are made here only: a client cannot make one by using it. */
  readonly topics: Readonly<Record<Name, TopicArgs>>;
  /**
   * Hold the metadata and elect leaders; 3 by default, one in each zone. `combined`: the brokers do it themselves, in half the
   * processes; then 3, 5 or 7 brokers. Apache Kafka advises it for development only: neither part can be rolled, scaled or
   * shielded from the other's load alone, and the choice cannot be changed while there is data.
   */
  readonly controllers?: number | "combined";
  /**
   * Runs it by Strimzi's operator, with `also: ["strimzi"]` for the cluster; by our own StatefulSets if left out. What consumers see is
   * the same. It is chosen once: data does not move from one to the other. No rehearsal can run the operator, so there is no proof here of
   * how it behaves, only that the API server takes what it is told.
   */
  readonly operator?: "strimzi";
  /** Hold the records, each in three copies; 3 by default, one in each zone. */
  readonly brokers?: number;
  /** Says why it needs no backup. Kafka itself makes none: each record has three copies, and ends with its retention. */
  readonly backup?: OptOut;
  /** Kafka's version, as the tag of its image; 4.1.0 by default. Of Strimzi one that its version has an image of; 4.2.1 by default. */
  readonly version?: string;
  readonly transform?: {
    /** Without an operator. */
    readonly controllers?: Transform<types.input.apps.v1.StatefulSet>;
    readonly brokers?: Transform<types.input.apps.v1.StatefulSet>;
    readonly setup?: Transform<types.input.batch.v1.Job>;
    /** With Strimzi. `pools` sees the pool of the controllers, and that of the brokers. */
    readonly cluster?: Transform<KafkaManifest>;
    readonly pools?: Transform<KafkaNodePoolManifest>;
  };
}

const RESOURCES: Resources = { requests: { cpu: "500m", memory: "2Gi" }, limits: { cpu: "2", memory: "2Gi" } };
const STORAGE: Quantity = "20Gi";

/** What a Kafka gets that says nothing. */
const DEFAULTS = {
  controllers: 3,
  brokers: 3,
  storage: STORAGE,
  resources: RESOURCES,
  retain: true,
  rotation: 1,
} as const;

/** Strimzi's is the nearest to our own that its version runs. */
const VERSIONS = { own: IMAGES.kafka.version, strimzi: "4.2.1" } as const;

export const TOPIC_DEFAULTS = { partitions: 6, retention: "7d", compacted: false } as const;

export function complete<Name extends string>(args: KafkaArgs<Name>) {
  return { ...DEFAULTS, version: VERSIONS[args.operator ?? "own"], ...args };
}

type Defaulted = keyof typeof DEFAULTS | "version";
export type CompleteArgs = Omit<KafkaArgs, Defaulted | "transform"> & Required<Pick<KafkaArgs, Defaulted>>;
