import { complete } from "../../components/data/rabbitmq/args.ts";
import { watched } from "../../components/data/rabbitmq/monitoring.ts";
import { type Series, STORE, type Tried } from "./alert-series.ts";

const MEBIBYTE = 2 ** 20;
const node = (metric: string, index: number, more = "") =>
  `rabbitmq_${metric}{namespace="data",pod="mq-server-${index}"${more}}`;
const nodes = (...running: number[]): Series =>
  Object.fromEntries(running.map((index) => [node("build_info", index), "1x60"]));
/** Of what a node may take, in hundredths. */
const nodeMemory = (used: number): Series => ({
  [node("detailed_process_resident_memory_bytes", 1)]: `${used}x60`,
  [node("detailed_resident_memory_limit_bytes", 1)]: "100x60",
});
const nodeDisk = (free: number): Series => ({
  [node("detailed_disk_space_available_bytes", 2)]: `${free}x60`,
  [node("detailed_disk_space_available_limit_bytes", 2)]: "20x60",
});
/** What a queue's leader tells of it. */
const queue = (name: string, values: Readonly<Record<string, string>>): Series =>
  Object.fromEntries(
    Object.entries(values).map(([metric, value]) => [
      node(`detailed_queue_${metric}`, 0, `,vhost="/",queue="${name}"`),
      value,
    ]),
  );
/** By which name each node tells of its copies: that of RabbitMQ 4.2 and later on the last one, as in the middle of an upgrade. */
const COMMITTED = ["raft_log_commit_index", "raft_log_commit_index", "raft_commit_index"];
const copies = (...missing: string[]): Series =>
  Object.fromEntries(
    [0, 1, 2].flatMap((index) =>
      ["orders", "orders.dead", "mails", "mails.dead", "of-somebody-else"]
        .filter((name) => index !== 2 || !missing.includes(name))
        .map((name) => [node(`detailed_${COMMITTED[index]}`, index, `,vhost="/",queue="${name}"`), "9x60"]),
    ),
  );
const unroutable = (how: string, values: string): Series =>
  Object.fromEntries(
    ["dropped", "returned"].map((other) => [
      node(`detailed_exchange_messages_unroutable_${other}_total`, 0, ',vhost="/",exchange="orders"'),
      other === how ? values : "0x60",
    ]),
  );

/** A RabbitMQ `mq`, one of whose queues refuses what it has no room for, and one does not. */
export const RABBITMQ: Tried = {
  watched: watched(
    "mq",
    complete({
      ...STORE,
      queues: { orders: { maxMessages: 1_000 }, mails: { whenFull: "drop-oldest", maxBytes: "1Mi" } },
    }),
  ),
  told: {
    RabbitMQNoMajority: { fires: nodes(2), silent: nodes(0, 2) },
    RabbitMQNodeDown: { fires: nodes(0, 2), silent: nodes(0, 1, 2) },
    RabbitMQMemoryAlarm: { fires: nodeMemory(101), silent: nodeMemory(100) },
    RabbitMQDiskFilling: { fires: nodeDisk(29), silent: nodeDisk(30) },
    RabbitMQDiskFull: { fires: nodeDisk(19), silent: nodeDisk(20) },
    RabbitMQCopiesMissing: { fires: copies("mails.dead"), silent: copies("of-somebody-else") },
    RabbitMQUnroutable: { fires: unroutable("dropped", "0+1x60"), silent: unroutable("dropped", "7x60") },
    RabbitMQNotConsumed: {
      fires: queue("mails", { messages_ready: "3x60", consumers: "0x60" }),
      silent: {
        ...queue("mails", { messages_ready: "3x60", consumers: "1x60" }),
        ...queue("orders", { messages_ready: "0x60", consumers: "0x60" }),
        ...queue("orders.dead", { messages_ready: "3x60", consumers: "0x60" }),
      },
    },
    RabbitMQDeadLetters: {
      fires: queue("orders.dead", { messages: "1x60" }),
      silent: { ...queue("orders.dead", { messages: "0x60" }), ...queue("orders", { messages: "1x60" }) },
    },
    RabbitMQQueueFilling: {
      fires: queue("orders.dead", { messages_ready_bytes: `${180 * MEBIBYTE}x60` }),
      silent: queue("orders", { messages_ready_bytes: `${179 * MEBIBYTE}x60`, messages_ready: "700x60" }),
    },
    RabbitMQQueueFull: {
      fires: queue("orders", { messages_ready_bytes: "0x60", messages_ready: "951x60" }),
      // What lays its oldest aside when it is full may be full.
      silent: queue("mails", { messages_ready_bytes: `${MEBIBYTE}x60` }),
    },
  },
};

/** Which metrics are asked for and not known. Of two names of one metric each version has one. */
export function unknownOf(asked: readonly string[], known: ReadonlySet<string>): string[] {
  const [before, since] = ["raft_log", "raft"].map((log) => `rabbitmq_detailed_${log}_commit_index`);
  const others = new Map([
    [before, since],
    [since, before],
  ]);
  return asked.filter((name) => !known.has(name) && !known.has(others.get(name) ?? name));
}
