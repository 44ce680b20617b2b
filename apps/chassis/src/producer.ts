import { ProduceAcks, Producer, stringSerializers } from "@platformatic/kafka";
import type { Dependency } from "./dependency.ts";
import { connectionOptions, type TopicSettings } from "./kafka.ts";

/** Writes JSON messages to one topic. */
export class TopicProducer implements Dependency {
  readonly name: string;
  readonly #topic: string;
  readonly #producer: Producer<string, string, string, string>;

  constructor(service: string, settings: TopicSettings) {
    this.name = `topic ${settings.topic}`;
    this.#topic = settings.topic;
    this.#producer = new Producer({
      clientId: service,
      bootstrapBrokers: settings.brokers,
      serializers: stringSerializers,
      acks: ProduceAcks.ALL,
      autocreateTopics: false,
      ...connectionOptions(settings),
    });
  }

  /** Resolves when every in-sync replica has the message. Messages with one key stay in their order. */
  async send(key: string, message: unknown): Promise<void> {
    await this.#producer.send({ messages: [{ topic: this.#topic, key, value: JSON.stringify(message) }] });
  }

  check(): Promise<unknown> {
    return this.#producer.metadata({ topics: [this.#topic], forceUpdate: true, retries: 0 });
  }

  close(): Promise<void> {
    return this.#producer.close();
  }
}
