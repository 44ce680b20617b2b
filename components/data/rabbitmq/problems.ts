import { durationProblems } from "../../core/duration.ts";
import type { Problem } from "../../core/invalid.ts";
import { isDnsLabel } from "../../core/names.ts";
import { amount, bytes, isQuantity } from "../../core/quantity.ts";
import { wholeProblems } from "../../core/whole.ts";
import { unkeptProblems } from "../declared.ts";
import { quorumProblems, quorumZoneProblems, storeProblems } from "../store.ts";
import { type CompleteArgs, QUEUE_DEFAULTS, type QueueArgs } from "./args.ts";

/** Short enough that the relation's name, `<queue>-dead-letters`, and a pod's volume of that name stay DNS labels. */
const LONGEST_QUEUE = 40;
const MOST_DELIVERIES = 1_000;
/** A log that all queues of a node share, 512 MiB by RabbitMQ's default, is written anew before the old one goes; and the reserve. */
const LEAST_STORAGE = 4 * 2 ** 30;
/** Of the disk, for messages. The rest is the shared log, what was consumed and not yet cleared, and the reserve. */
const SHARE = 0.5;
/** A queue and its dead letters. */
const BOTH = 2;

/** Everything that is wrong with a RabbitMQ's arguments. */
export function rabbitProblems(name: string, args: CompleteArgs): Problem[] {
  const { nodes, replication, queues, zones, storage } = args;
  const problems = [
    ...storeProblems(name, args),
    ...unkeptProblems(args.backup, args.objectives),
    ...quorumProblems("nodes", nodes, replication),
  ];
  problems.push(...quorumZoneProblems(zones, replication));
  const ofQueues = queuesProblems(queues);
  problems.push(...ofQueues);
  if (isQuantity(storage)) {
    if (amount(storage) < LEAST_STORAGE)
      problems.push({ field: "storage", given: storage, allowed: `${bytes(LEAST_STORAGE)} or more` });
    else if (ofQueues.length === 0) problems.push(...roomProblems(args));
  }
  return problems;
}

type Queues = Readonly<Record<string, QueueArgs>>;

/** What is wrong with the queues, each by itself. */
export function queuesProblems(queues: Queues): Problem[] {
  const entries = Object.entries(queues);
  if (entries.length === 0) return [{ field: "queues", given: queues, allowed: "at least one queue" }];
  return entries.flatMap(([queue, given]) => queueProblems(queue, given));
}

function queueProblems(queue: string, args: QueueArgs): Problem[] {
  const field = `queues.${queue}`;
  const { deliveryLimit, maxBytes, maxMessages, whenFull, deadLetterRetention } = { ...QUEUE_DEFAULTS, ...args };
  const problems: Problem[] = [];
  if (!isDnsLabel(queue, LONGEST_QUEUE))
    problems.push({ field, given: queue, allowed: `a DNS label of at most ${LONGEST_QUEUE} characters` });
  problems.push(...wholeProblems(`${field}.deliveryLimit`, deliveryLimit, 1, MOST_DELIVERIES));
  if (!isQuantity(maxBytes) || amount(maxBytes) < 1)
    problems.push({ field: `${field}.maxBytes`, given: maxBytes, allowed: 'a quantity such as "256Mi"' });
  if (maxMessages !== undefined && (!Number.isInteger(maxMessages) || maxMessages < 1))
    problems.push({ field: `${field}.maxMessages`, given: maxMessages, allowed: "a whole number of at least 1" });
  if (whenFull !== "reject" && whenFull !== "drop-oldest")
    problems.push({ field: `${field}.whenFull`, given: whenFull, allowed: '"reject" or "drop-oldest"' });
  problems.push(...durationProblems(`${field}.deadLetterRetention`, deadLetterRetention, "1m", "365d"));
  return problems;
}

/** The disk that sound queues ask for, all full at once, and why. */
export function roomOf(queues: Queues): { readonly least: number; readonly why: string } {
  const sizes = Object.values(queues).map(({ maxBytes = QUEUE_DEFAULTS.maxBytes }) => amount(maxBytes) * BOTH);
  const sum = sizes.reduce((all, size) => all + size, 0);
  const why = `${sizes.length} queues and their dead letters may take ${bytes(sum)}, and have half of the disk; or a lower maxBytes`;
  return { least: Math.ceil(sum / SHARE), why };
}

/** A problem if the queues, all full at once, would fill the disk. */
function roomProblems({ queues, storage }: CompleteArgs): Problem[] {
  const { least, why } = roomOf(queues);
  if (amount(storage) >= least) return [];
  return [{ field: "storage", given: storage, allowed: `${bytes(least)} or more: ${why}` }];
}
