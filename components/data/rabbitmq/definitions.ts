import { milliseconds } from "../../core/duration.ts";
import { amount } from "../../core/quantity.ts";
import { type CompleteArgs, QUEUE_DEFAULTS, type QueueArgs } from "./args.ts";
import { SETUP_ESCRIPT } from "./setup-script.ts";

/** One consumer's right to one queue. */
export interface Access {
  readonly queue: string;
  readonly right: "publish" | "consume" | "deadLetters";
  readonly consumer: string;
  readonly namespace: string;
  readonly podLabels: Readonly<Record<string, string>>;
}

/** RabbitMQ's own virtual host. */
const VHOST = "/";
const NOTHING = "^$";
/**
 * A queue has one policy, that of the highest priority. Amazon MQ has some of its own for all queues, with 1 (Amazon MQ developer guide,
 * "Amazon MQ for RabbitMQ broker defaults").
 */
const PRIORITY = 10;

/** The queue, and the exchange that fills it, of what could not be delivered. No declared name has a dot. */
export function deadLettersOf(queue: string): string {
  return `${queue}.dead`;
}

/**
 * What is declared, in the format of RabbitMQ's definitions, less the users: those come with their passwords. Each queue has an
 * exchange of its name, so that the right to publish is a right to that exchange: by the nameless one a client reaches every queue.
 * What can change is a policy: arguments of a queue never do.
 */
export function definitions({ queues }: Pick<CompleteArgs, "queues">, accesses: readonly Access[]) {
  const declared = Object.keys(queues).sort();
  const all = declared.flatMap((queue) => [queue, deadLettersOf(queue)]);
  return {
    exchanges: all.map((name) => ({
      name,
      vhost: VHOST,
      type: "fanout",
      durable: true,
      auto_delete: false,
      internal: false,
      arguments: {},
    })),
    queues: all.map((name) => ({
      name,
      vhost: VHOST,
      durable: true,
      auto_delete: false,
      arguments: { "x-queue-type": "quorum" },
    })),
    bindings: all.map((name) => ({
      source: name,
      vhost: VHOST,
      destination: name,
      destination_type: "queue",
      routing_key: "",
      arguments: {},
    })),
    policies: declared.flatMap((queue) => policies(queue, queues[queue] ?? {})),
    permissions: permissions(accesses),
  };
}

/** A message is laid aside only when the dead letters have it: until then it stays, and a queue that is full says so. */
function policies(queue: string, args: QueueArgs) {
  const { deliveryLimit, maxBytes, maxMessages, whenFull, deadLetterRetention } = { ...QUEUE_DEFAULTS, ...args };
  const rejects = whenFull === "reject";
  const policy = (name: string, definition: Record<string, string | number>) => ({
    name,
    vhost: VHOST,
    pattern: exactly([name]),
    "apply-to": "quorum_queues",
    priority: PRIORITY,
    definition,
  });
  return [
    policy(queue, {
      "delivery-limit": deliveryLimit,
      "max-length-bytes": amount(maxBytes),
      ...(maxMessages === undefined ? {} : { "max-length": maxMessages }),
      overflow: rejects ? "reject-publish" : "drop-head",
      "dead-letter-exchange": deadLettersOf(queue),
      "dead-letter-strategy": rejects ? "at-least-once" : "at-most-once",
    }),
    policy(deadLettersOf(queue), {
      "max-length-bytes": amount(maxBytes),
      overflow: rejects ? "reject-publish" : "drop-head",
      "message-ttl": milliseconds(deadLetterRetention),
      // Whoever looks at a dead letter and gives it back has not used it up.
      "delivery-limit": -1,
    }),
  ];
}

/** Every user's rights: none to make anything, to write to exchanges and to read from queues that it declared. */
function permissions(accesses: readonly Access[]) {
  const users = [...new Set(accesses.map(({ consumer }) => consumer))].sort();
  return users.map((user) => {
    const own = accesses.filter(({ consumer }) => consumer === user);
    const published = own.filter(({ right }) => right === "publish").map(({ queue }) => queue);
    const read = own
      .filter(({ right }) => right !== "publish")
      .map(({ queue, right }) => (right === "consume" ? queue : deadLettersOf(queue)));
    return { user, vhost: VHOST, configure: NOTHING, write: exactly(published), read: exactly(read) };
  });
}

/** A pattern for these names and no other. */
function exactly(names: readonly string[]): string {
  if (names.length === 0) return NOTHING;
  return `^(${[...new Set(names)].sort().join("|").replaceAll(".", "\\.")})$`;
}

/** Every file of the set-up's ConfigMap. */
export function setupFiles(args: Pick<CompleteArgs, "queues">, accesses: readonly Access[]): Record<string, string> {
  return {
    "setup.escript": SETUP_ESCRIPT,
    "definitions.json": `${JSON.stringify(definitions(args, accesses), undefined, 1)}\n`,
  };
}

/**
 * The data of the set-up's Secret: a file with the password for each user. As `stringData` it would keep every user that ever was: a key
 * that is no longer there is not taken away from the data.
 */
export function usersData(
  users: readonly { readonly name: string; readonly password: string }[],
): Record<string, string> {
  return Object.fromEntries(users.map(({ name, password }) => [name, Buffer.from(password).toString("base64")]));
}
