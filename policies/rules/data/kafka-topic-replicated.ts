import { defineRule, type Violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";
import { replicationsOf, saysReplication } from "./kafka-replication.ts";
import type { Replication } from "./kafka-settings.ts";

export const kafkaTopicReplicated = defineRule({
  id: "kafka-topic-replicated",
  section: "reliability",
  title: "Kafka keeps every message on several brokers, and takes a write only when enough of them have it",
  severity: "high",
  why: "with one copy a broken disk loses messages; with as many copies in sync as there are, one restart stops every write",
  fix: "replicas: 3, min.insync.replicas: 2",
  frameworks: ["ISO-27001-2022:A.8.14"],
  scope: "stack",
  optOut: "replication",
  exemptable: true,
  params: {
    minReplicas: { type: "integer", minimum: 1, default: 3, description: "How many copies there are at least." },
    minInSync: {
      type: "integer",
      minimum: 1,
      default: 2,
      description: "How many copies must have a write before it counts; always fewer than there are.",
    },
  },
  subjects: saysReplication,
  *check(object, { minReplicas, minInSync }, stack) {
    yield* eachKnown(replicationsOf(object, stack), (replication) => judged(replication, minReplicas, minInSync));
  },
});

function* judged(replication: Replication, minReplicas: number, minInSync: number): Generator<Violation> {
  const { of, copies, copiesPath, inSync, inSyncPath } = replication;
  // As many copies in sync as there are would let one restart stop every write.
  const fix = replication.fix(Math.max(minReplicas, minInSync + 1), minInSync);
  if (!(copies !== undefined && copies >= minReplicas))
    yield { path: copiesPath, given: shown(copies, of), wanted: `at least ${minReplicas} copies`, fix };
  // Kafka's own topics have settings of their own for it.
  if (inSyncPath === "") return;
  const most = Math.max(minReplicas, copies ?? 0) - 1;
  const isEnough = inSync !== undefined && inSync >= minInSync;
  if (isEnough && (inSync <= most || most < 1)) return;
  const wanted = `min.insync.replicas of at least ${minInSync}, and fewer than there are copies`;
  yield { path: inSyncPath, given: shown(inSync, of), wanted, fix };
}

function shown(number: number | undefined, of: string): string {
  return `${number === undefined || Number.isNaN(number) ? "not set" : number} for ${of}`;
}
