import type { types } from "@pulumi/kubernetes";
import type { Duration } from "../../core/duration.ts";
import type { OptOut } from "../../core/opt-out.ts";
import type { Quantity } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import type { Transform } from "../../core/transform.ts";
import { IMAGES } from "../../images/catalogue.ts";
import type { StoreArgs } from "../store.ts";
import type { RabbitmqClusterManifest } from "./rabbitmq-cluster.ts";

/** How a queue keeps its messages. All of it can be changed while there are messages. */
export interface QueueArgs {
  /**
   * How often a message is given back by its consumers, or lost with them, before it is laid aside as a dead letter; 20 by default,
   * as in RabbitMQ itself. 1 to 1000.
   */
  readonly deliveryLimit?: number;
  /**
   * The most that the bodies of waiting messages take; `256Mi` by default. Its dead letters may take as much again. All queues
   * together have half of the disk.
   */
  readonly maxBytes?: Quantity;
  /** The most messages that wait; no limit by default, beside `maxBytes`. */
  readonly maxMessages?: number;
  /**
   * What a full queue does: `reject` refuses what is published until there is room, and the publisher is told by its confirm;
   * `drop-oldest` lays the oldest aside as dead letters. `reject` by default.
   */
  readonly whenFull?: "reject" | "drop-oldest";
  /** How long dead letters are kept; `14d` by default. */
  readonly deadLetterRetention?: Duration;
}

export interface RabbitMQArgs<Name extends string = string> extends StoreArgs {
  /** Queues by name. Queues are made here only: a client has no right to make one. */
  readonly queues: Readonly<Record<Name, QueueArgs>>;
  /** 3 by default, one in each zone; 3, 5 or 7. Every queue has three copies. It grows in place and never shrinks. */
  readonly nodes?: number;
  /** Says why it needs no backup. RabbitMQ makes none: a message has three copies, and goes when it was consumed. */
  readonly backup?: OptOut;
  /** RabbitMQ's version, as the tag of its image less `-management`; 4.1.8 by default. */
  readonly version?: string;
  readonly transform?: {
    readonly cluster?: Transform<RabbitmqClusterManifest>;
    readonly setup?: Transform<types.input.batch.v1.Job>;
  };
}

/** Erlang's memory and its limit are one: what a node gets is what it may plan with. */
const RESOURCES: Resources = { requests: { cpu: "500m", memory: "2Gi" }, limits: { cpu: "2", memory: "2Gi" } };
const STORAGE: Quantity = "10Gi";

/** What a RabbitMQ gets that says nothing. */
const DEFAULTS = {
  nodes: 3,
  version: IMAGES.rabbitmq.version,
  storage: STORAGE,
  resources: RESOURCES,
  retain: true,
  rotation: 1,
} as const;

export const QUEUE_DEFAULTS = {
  deliveryLimit: 20,
  maxBytes: "256Mi",
  whenFull: "reject",
  deadLetterRetention: "14d",
} as const;

/** A RabbitMQ's arguments with every default filled in. */
export function complete<Name extends string>(args: RabbitMQArgs<Name>) {
  return { ...DEFAULTS, ...args };
}

type Defaulted = keyof typeof DEFAULTS;
export type CompleteArgs = Omit<RabbitMQArgs, Defaulted | "transform"> & Required<Pick<RabbitMQArgs, Defaulted>>;
