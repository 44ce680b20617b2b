import { Admin, type MessageToProduce, murmur2, Producer, stringSerializers } from "@platformatic/kafka";
import type { Dependency } from "./dependency.ts";
import { connectionOptions, type TopicSettings } from "./kafka.ts";
import { traced, traceHeaders } from "./tracing.ts";

type TextMessage = MessageToProduce<string, string, string, string>;

/** Tries of one request each half second, for half a minute at least: a broker that is lost is noticed in 9 s, and others lead. */
const PATIENCE = { retries: 60, retryDelay: 500 };
/** Messages of one request at most: a broker refuses more than 1 MB, and a message of the shop has a few kilobytes. */
const MOST = 50;

/**
 * Writes JSON messages to one topic, idempotently: what is tried again is written once, and stays in its place. A partition that takes
 * none holds up no other.
 */
export class TopicProducer implements Dependency {
  readonly name: string;
  readonly #topic: string;
  readonly #settings: { readonly clientId: string; readonly bootstrapBrokers: string[] };
  readonly #admin: Admin;
  readonly #lanes = new Map<number, Lane>();
  /** None is ever taken away: what was true stays so, if no longer the whole truth. */
  #partitions = 0;

  constructor(service: string, settings: TopicSettings) {
    this.name = `topic ${settings.topic}`;
    this.#topic = settings.topic;
    this.#settings = { clientId: service, bootstrapBrokers: settings.brokers, ...connectionOptions(settings) };
    this.#admin = new Admin({ ...this.#settings, ...PATIENCE });
  }

  /**
   * Resolves when every in-sync replica has the message. Messages with one key stay in their order. Rejects when the brokers refuse
   * it, or could not be asked for half a minute: then it may or may not be there.
   */
  async send(key: string, message: unknown): Promise<void> {
    if (this.#partitions === 0) await this.#countPartitions({});
    const partition = (murmur2(Buffer.from(key)) >>> 0) % this.#partitions;
    const topic = this.#topic;
    const attributes = { "messaging.system": "kafka", "messaging.destination.name": topic };
    await traced(`send ${topic}`, { kind: "producer", attributes }, () =>
      this.#lane(partition).send({ topic, partition, key, value: JSON.stringify(message), headers: traceHeaders() }),
    );
  }

  check(): Promise<unknown> {
    return this.#countPartitions({ forceUpdate: true, retries: 0 });
  }

  async close(): Promise<void> {
    await Promise.all([this.#admin.close(), ...[...this.#lanes.values()].map((lane) => lane.close())]);
  }

  async #countPartitions(how: { forceUpdate?: boolean; retries?: number }): Promise<void> {
    const { topics } = await this.#admin.metadata({ topics: [this.#topic], ...how });
    this.#partitions = topics.get(this.#topic)?.partitionsCount ?? this.#partitions;
  }

  #lane(partition: number): Lane {
    const lane = this.#lanes.get(partition) ?? new Lane(new Producer({ ...LANE, ...this.#settings }));
    this.#lanes.set(partition, lane);
    return lane;
  }
}

/** `idempotent` is acks=all as well. */
const LANE = { serializers: stringSerializers, autocreateTopics: false, idempotent: true, ...PATIENCE };

interface Waiting {
  readonly message: TextMessage;
  readonly done: PromiseWithResolvers<void>;
}

/**
 * The messages of one partition, one request at a time: what comes meanwhile goes with the next. The client numbers messages when
 * they are sent, not when they arrive: two requests at once, or one for two partitions, would lose or double them when one is tried again.
 */
class Lane {
  readonly #producer: Producer<string, string, string, string>;
  #waiting: Waiting[] = [];
  #busy = false;

  constructor(producer: Producer<string, string, string, string>) {
    this.#producer = producer;
  }

  send(message: TextMessage): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ message, done });
    if (!this.#busy) void this.#run();
    return done.promise;
  }

  close(): Promise<void> {
    return this.#producer.close();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST);
      const settle = await this.#producer.send({ messages: batch.map(({ message }) => message) }).then(
        () => (each: Waiting) => each.done.resolve(),
        (error) => (each: Waiting) => each.done.reject(error),
      );
      batch.forEach(settle);
    }
    this.#busy = false;
  }
}
