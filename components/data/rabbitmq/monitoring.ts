import { selector } from "../../core/labels.ts";
import { amount } from "../../core/quantity.ts";
import { certificateSecret } from "../../edge/certificate-plan.ts";
import type { Alert } from "../../observability/alert.ts";
import type { Watched } from "../../observability/store-monitoring.ts";
import { type CompleteArgs, QUEUE_DEFAULTS } from "./args.ts";
import { copies, host, names } from "./config.ts";
import { deadLettersOf } from "./definitions.ts";

/** Of a queue's room: at the first there is time to start consumers, at the second publishers are about to be refused. */
const ROOM = { filling: 0.7, full: 0.95 };
/** Of the free disk below which a node takes no more messages (a fifth of the disk): 30 % of it. */
const DISK_AHEAD = 1.5;
/**
 * What is read: the numbers of nodes, and of each queue and exchange, which `/metrics` adds up. Not those of connections and channels:
 * they are many, and go.
 */
const FAMILIES = [
  "node_coarse_metrics",
  "node_metrics",
  "connection_churn_metrics",
  "queue_coarse_metrics",
  "queue_metrics",
  "queue_delivery_metrics",
  "exchange_metrics",
  "ra_metrics",
];

/** What is watched of the nodes and of every declared queue. */
export function watched(name: string, args: CompleteArgs): Watched {
  const { namespace, nodes } = args;
  const { pods, certificate } = names(name);
  const of = (metric: string, more = "") =>
    `rabbitmq_${metric}{namespace="${namespace.name}",pod=~"${pods}-[0-9]+"${more}}`;
  const up = `(count(${of("build_info")}) or vector(0))`;
  const majority = Math.floor(nodes / 2) + 1;
  const memory = `${of("detailed_process_resident_memory_bytes")} / ${of("detailed_resident_memory_limit_bytes")}`;
  const disk = `${of("detailed_disk_space_available_bytes")} / ${of("detailed_disk_space_available_limit_bytes")}`;
  const alerts: Alert[] = [
    {
      name: "RabbitMQNoMajority",
      severity: "critical",
      expr: `${up} < ${majority}`,
      lasts: "1m",
      summary: nodes > 1 ? `fewer than ${majority} of ${nodes} nodes run: no queue takes messages` : "no node runs",
    },
    {
      name: "RabbitMQMemoryAlarm",
      severity: "critical",
      expr: `${memory} > 1`,
      lasts: "1m",
      summary:
        "{{ $labels.pod }} takes more memory than it may, and until it does not every node holds up all publishers",
    },
    ...diskAlerts(disk),
    ...(nodes > 1 ? lossAlerts(args, up, of) : []),
    ...queueAlerts(args, of),
  ];
  const ofQueues = (metric: string) => `max by (queue) (${of(`detailed_${metric}`)})`;
  const each = (by: string, metric: string) => `sum by (${by}) (rate(${of(`detailed_${metric}`)}[5m]))`;
  return {
    title: "RabbitMQ",
    runbook: "rabbitmq",
    pods: selector(name),
    scrapes: [
      {
        port: "prometheus-tls",
        path: "/metrics/detailed",
        params: { family: FAMILIES },
        tls: { secret: certificateSecret(certificate), serverName: host(name, namespace.name) },
      },
    ],
    alerts,
    panels: [
      { title: "Nodes", queries: { nodes: up } },
      { title: "Memory, of what a node may take", unit: "percentunit", queries: { "{{pod}}": memory } },
      { title: "Free disk", unit: "bytes", queries: { "{{pod}}": of("detailed_disk_space_available_bytes") } },
      {
        title: "Connections",
        queries: {
          "{{pod}}": `${of("detailed_connections_opened_total")} - ${of("detailed_connections_closed_total")}`,
        },
      },
      { title: "Messages that wait", queries: { "{{queue}}": ofQueues("queue_messages_ready") } },
      { title: "Bytes that wait", unit: "bytes", queries: { "{{queue}}": ofQueues("queue_messages_ready_bytes") } },
      { title: "Messages with consumers", queries: { "{{queue}}": ofQueues("queue_messages_unacked") } },
      { title: "Consumers", queries: { "{{queue}}": ofQueues("queue_consumers") } },
      {
        title: "Messages sent",
        unit: "ops",
        queries: { "{{exchange}}": each("exchange", "exchange_messages_published_total") },
      },
      {
        title: "Messages done, and given out again",
        unit: "ops",
        queries: {
          "{{queue}} done": each("queue", "queue_messages_acked_total"),
          "{{queue}} again": each("queue", "queue_messages_redelivered_total"),
        },
      },
    ],
  };
}

type Metric = (metric: string, more?: string) => string;

/** Where the general shares of a disk would be told, publishers are already held up: {@link DISK_AHEAD}. */
function diskAlerts(free: string): Alert[] {
  return [
    {
      name: "RabbitMQDiskFilling",
      severity: "warning",
      expr: `${free} < ${DISK_AHEAD}`,
      lasts: "5m",
      summary: "less than 30 % of the disk of {{ $labels.pod }} is free: at 20 % no node takes messages",
    },
    {
      name: "RabbitMQDiskFull",
      severity: "critical",
      expr: `${free} < 1`,
      lasts: "1m",
      summary: "{{ $labels.pod }} has too little free disk, and until it has more every node holds up all publishers",
    },
  ];
}

function lossAlerts({ nodes, queues }: CompleteArgs, up: string, of: Metric): Alert[] {
  const all = Object.keys(queues).flatMap((queue) => [queue, deadLettersOf(queue)]);
  const each = copies(nodes);
  // Only a node that has a copy, and whose copy runs, has this of the queue: by the second name since RabbitMQ 4.2.
  const [before, since] = ["raft_log", "raft"].map((log) => of(`detailed_${log}_commit_index`, label("queue", all)));
  const there = `(count(${before} or ${since}) or vector(0))`;
  return [
    {
      name: "RabbitMQNodeDown",
      severity: "warning",
      expr: `${up} < ${nodes}`,
      lasts: "5m",
      summary: `fewer than ${nodes} nodes run: the next loss may stop queues`,
    },
    {
      name: "RabbitMQCopiesMissing",
      severity: "warning",
      expr: `${there} < ${all.length * each}`,
      lasts: "15m",
      summary: `there are {{ $value }} copies of queues, not ${all.length * each}: a queue with fewer than ${each} may stop with the next loss`,
    },
  ];
}

function queueAlerts({ queues }: CompleteArgs, of: Metric): Alert[] {
  const declared = Object.keys(queues);
  const dead = label("queue", declared.map(deadLettersOf));
  const ofQueues = (metric: string, more = label("queue", declared)) =>
    `max by (queue) (${of(`detailed_queue_${metric}`, more)})`;
  const lost = (how: string) =>
    `rate(${of(`detailed_exchange_messages_unroutable_${how}_total`, label("exchange", declared))}[5m])`;
  const used = roomUsed({ queues }, of);
  const past = (share: number) => used.map((one) => `${one} > ${share}`).join(" or ");
  return [
    {
      name: "RabbitMQUnroutable",
      severity: "critical",
      expr: `sum by (exchange) (${lost("dropped")} + ${lost("returned")}) > 0`,
      lasts: "1m",
      summary:
        "what is sent to {{ $labels.exchange }} reaches no queue: publishers are told that it is safe, and it is gone",
    },
    {
      name: "RabbitMQNotConsumed",
      severity: "warning",
      expr: `${ofQueues("messages_ready")} > 0 and ${ofQueues("consumers")} == 0`,
      lasts: "15m",
      summary: "messages wait in {{ $labels.queue }}, and nobody takes them",
    },
    {
      name: "RabbitMQDeadLetters",
      severity: "warning",
      expr: `${ofQueues("messages", dead)} > 0`,
      lasts: "5m",
      summary: "there are messages in {{ $labels.queue }} that nobody could deal with; they will be deleted unread",
    },
    ...(used.length === 0 ? [] : roomAlerts(past)),
  ];
}

function roomAlerts(past: (share: number) => string): Alert[] {
  return [
    {
      name: "RabbitMQQueueFilling",
      severity: "warning",
      expr: past(ROOM.filling),
      lasts: "10m",
      summary: `{{ $labels.queue }} has used more than ${ROOM.filling * 100} % of its room`,
    },
    {
      name: "RabbitMQQueueFull",
      severity: "critical",
      expr: past(ROOM.full),
      lasts: "5m",
      summary:
        "{{ $labels.queue }} is full: what is sent to it is refused, or what it should lay aside stays in the way",
    },
  ];
}

/** How much of the room of queues is used, and of their dead letters, for those that refuse what they have no room for. */
function roomUsed({ queues }: Pick<CompleteArgs, "queues">, of: Metric): string[] {
  const rejecting = Object.entries(queues)
    .map(([queue, given]) => ({ queue, ...QUEUE_DEFAULTS, ...given }))
    .filter(({ whenFull }) => whenFull === "reject");
  const bytes = rejecting.flatMap(({ queue, maxBytes }) =>
    [queue, deadLettersOf(queue)].map((one) => ({ queue: one, most: amount(maxBytes) })),
  );
  const messages = rejecting.flatMap(({ queue, maxMessages: most }) => (most === undefined ? [] : [{ queue, most }]));
  return [...shares(bytes, "messages_ready_bytes", of), ...shares(messages, "messages_ready", of)];
}

/** One share for all queues that may have as much. */
function shares(limits: readonly { queue: string; most: number }[], metric: string, of: Metric): string[] {
  const groups = Map.groupBy(limits, ({ most }) => most);
  return [...groups].map(([most, some]) => {
    const only = label(
      "queue",
      some.map(({ queue }) => queue),
    );
    return `max by (queue) (${of(`detailed_queue_${metric}`, only)}) / ${most}`;
  });
}

/** A label's condition: one of these values. Of what they are made of, only a dot means something else in a pattern. */
function label(name: string, values: readonly string[]): string {
  return `,${name}=~"${values.join("|").replaceAll(".", "[.]")}"`;
}
