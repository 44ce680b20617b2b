import { setTimeout as sleep } from "node:timers/promises";
import {
  Consumer,
  type Message,
  type MessagesStream,
  MessagesStreamFallbackModes,
  MessagesStreamModes,
  stringDeserializers,
} from "@platformatic/kafka";
import type { z } from "zod";
import { type Dependency, reasonOf } from "./dependency.ts";
import { connectionOptions, type TopicSettings } from "./kafka.ts";
import type { Tools, Worker } from "./service.ts";
import { traced } from "./tracing.ts";

type TextMessage = Message<string, string, string, string>;
type TextStream = MessagesStream<string, string, string, string>;

const RETRY_MS = 1_000;
/** A group that settles anew takes seconds, and one whose coordinator is lost half a minute. */
const COMMIT_MS = 60_000;

/**
 * Takes the messages of one topic, one after another, as a member of the service's group. A message is committed when it has been handled, so each is handled at least once: handlers must stand repeats. One
 * that fails is tried again each second and holds up its partition, which keeps the order. One that does not fit the
 * schema can never succeed: it is logged, counted and passed over.
 */
export class TopicConsumer<Content> implements Dependency, Worker {
  readonly name: string;
  readonly #topic: string;
  readonly #schema: z.ZodType<Content>;
  readonly #handle: (content: Content) => Promise<void>;
  readonly #tools: Tools;
  readonly #consumer: Consumer<string, string, string, string>;
  readonly #stopping = new AbortController();
  #inHand: Promise<unknown> = Promise.resolve();

  constructor(
    service: string,
    settings: TopicSettings,
    schema: z.ZodType<Content>,
    handle: (content: Content) => Promise<void>,
    tools: Tools,
  ) {
    this.name = `topic ${settings.topic}`;
    this.#topic = settings.topic;
    this.#schema = schema;
    this.#handle = handle;
    this.#tools = tools;
    this.#consumer = new Consumer({
      clientId: service,
      groupId: settings.group,
      bootstrapBrokers: settings.brokers,
      deserializers: stringDeserializers,
      autocreateTopics: false,
      ...connectionOptions(settings),
    });
  }

  start(): void {
    void this.#run();
  }

  /** Finishes the message in hand. What was fetched and not begun is fetched again by whoever gets the partition. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#inHand.catch(() => undefined);
  }

  check(): Promise<unknown> {
    return this.#consumer.metadata({ topics: [this.#topic], forceUpdate: true, retries: 0 });
  }

  async close(): Promise<void> {
    await this.#consumer.close(true);
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#consume();
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#tools.log.warn({ topic: this.#topic, reason: reasonOf(error) }, "lost the topic, joining again");
        await this.#pause();
      }
    }
  }

  async #consume(): Promise<void> {
    const stream = await this.#join();
    for await (const message of stream) {
      if (this.#stopping.signal.aborted) return;
      this.#inHand = this.#take(message).then((done) => (done ? committed(message, stream) : undefined));
      await this.#inHand;
    }
  }

  async #join(): Promise<TextStream> {
    try {
      return await this.#consumer.consume({
        topics: [this.#topic],
        mode: MessagesStreamModes.COMMITTED,
        fallbackMode: MessagesStreamFallbackModes.EARLIEST,
        autocommit: false,
      });
    } catch (error) {
      // The client joins when it takes up a topic. One that failed to join keeps it, and would then fetch by its old assignment, no member of the group.
      this.#consumer.topics.untrack(this.#topic);
      throw error;
    }
  }

  /** Whether the message is done with; it is not if the service stops before a failing one succeeds. */
  async #take(message: TextMessage): Promise<boolean> {
    const { log, metrics } = this.#tools;
    const where = { topic: this.#topic, partition: message.partition, offset: String(message.offset) };
    const content = this.#parse(message.value);
    if (content instanceof Error) {
      log.error({ ...where, reason: content.message }, "passed over a message that is not understood");
      metrics.message(this.#topic, "rejected", 0);
      return true;
    }
    for (;;) {
      const begin = performance.now();
      const told = (outcome: "handled" | "failed") => metrics.message(this.#topic, outcome, performance.now() - begin);
      const attributes = { "messaging.system": "kafka", "messaging.destination.name": this.#topic };
      const from = Object.fromEntries(message.headers);
      try {
        await traced(`process ${this.#topic}`, { kind: "consumer", attributes, from }, () => this.#handle(content));
        told("handled");
        return true;
      } catch (error) {
        told("failed");
        log.error({ ...where, err: error }, "a message failed and will be tried again");
      }
      await this.#pause();
      if (this.#stopping.signal.aborted) return false;
    }
  }

  #parse(text: string): Content | Error {
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch {
      // What the parser says repeats the text, which may be about a person.
      return new Error("it is no JSON");
    }
    const { data, error } = this.#schema.safeParse(content);
    return error ?? (data as Content);
  }

  async #pause(): Promise<void> {
    await sleep(RETRY_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}

/** The client never answers a commit whose stream ended, or that waits for a place in the group which it lost: those are given up here. */
function committed(message: TextMessage, stream: TextStream): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(stream.errored ?? new Error("the stream of messages ended"));
    const late = () => reject(new Error(`a commit was not answered for ${COMMIT_MS / 1_000} s`));
    const timer = setTimeout(late, COMMIT_MS);
    stream.once("close", ended);
    Promise.resolve(message.commit())
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
        stream.off("close", ended);
      });
  });
}
