import { type Duration, durationProblems, isDuration, milliseconds } from "../../core/duration.ts";
import type { Problem } from "../../core/invalid.ts";
import { isDnsLabel } from "../../core/names.ts";
import { isOptOut } from "../../core/opt-out.ts";
import { wholeProblems } from "../../core/whole.ts";
import { DATA_CLASSES, DEFAULT_CLASS, type DeclaredArgs, isAbove, unkeptProblems } from "../declared.ts";
import { quorumProblems, quorumZoneProblems, storeProblems } from "../store.ts";
import { type CompleteArgs, type KafkaArgs, TOPIC_DEFAULTS, type TopicArgs } from "./args.ts";
import { strimziProblems } from "./strimzi-problems.ts";

/** Short enough that the relation's name, `<topic>-topic`, and a pod's volume of that name stay DNS labels. */
const LONGEST_TOPIC = 40;
const MOST_PARTITIONS = 1_000;
const LEAST_RETENTION: Duration = "1s";
const MOST_RETENTION: Duration = "36500d";
const LEAST_PERSONAL: Duration = "1m";

/** Everything that is wrong with a Kafka's arguments. */
export function kafkaProblems(name: string, args: CompleteArgs & Pick<KafkaArgs, "transform">): Problem[] {
  const { controllers, brokers, replication, zones } = args;
  const combined = controllers === "combined";
  const problems = [...storeProblems(name, args), ...unkeptProblems(args.backup, args.objectives)];
  problems.push(...strimziProblems(name, args));
  if (combined && args.transform?.controllers)
    problems.push({
      field: "transform.controllers",
      given: "a transform",
      allowed: "none with combined controllers: they are the brokers, which transform.brokers sees",
    });
  if (!combined) problems.push(...quorumProblems("controllers", controllers, replication));
  if (combined || isOptOut(replication)) problems.push(...quorumProblems("brokers", brokers, replication));
  else if (!Number.isInteger(brokers) || brokers < 3)
    problems.push({
      field: "brokers",
      given: brokers,
      allowed: '3 or more, for three copies of each record; or 1 with replication: optOut("<why one is enough>")',
    });
  problems.push(...quorumZoneProblems(zones, replication));
  problems.push(...topicProblems(args));
  return problems;
}

/** What is wrong with topics, wherever they are kept. */
export function topicProblems({ topics, ...store }: Pick<KafkaArgs, "topics" | keyof DeclaredArgs>): Problem[] {
  const problems: Problem[] = [];
  for (const [topic, given] of Object.entries(topics)) {
    const { partitions, retention } = { ...TOPIC_DEFAULTS, ...given };
    const field = `topics.${topic}`;
    if (!isDnsLabel(topic, LONGEST_TOPIC))
      problems.push({ field, given: topic, allowed: `a DNS label of at most ${LONGEST_TOPIC} characters` });
    problems.push(...wholeProblems(`${field}.partitions`, partitions, 1, MOST_PARTITIONS));
    const ofRetention = durationProblems(`${field}.retention`, retention, LEAST_RETENTION, MOST_RETENTION);
    if (ofRetention.length > 0) problems.push(...ofRetention);
    else problems.push(...classProblems(field, { ...given, retention }, store));
  }
  return problems;
}

/** What a topic of personal data must not be, and any topic of a class that its store is not kept for. */
function classProblems(
  field: string,
  { dataClass: own, retention, compacted, tombstones }: TopicArgs & { readonly retention: Duration },
  store: DeclaredArgs,
): Problem[] {
  const { dataClass = DEFAULT_CLASS } = store;
  const given = own ?? dataClass;
  if (!DATA_CLASSES.includes(given))
    return own === undefined ? [] : [{ field: `${field}.dataClass`, given, allowed: DATA_CLASSES.join(", ") }];
  const problems: Problem[] = [];
  const isPersonal = given === "personal";
  if (isAbove(given, dataClass) || (isPersonal && dataClass !== "personal"))
    problems.push({
      field: `${field}.dataClass`,
      given,
      allowed: `at most the store's, ${dataClass}; or dataClass: "${given}" for the store`,
    });
  if (!isPersonal || problems.length > 0) return problems;
  const bound = store.retention !== undefined && isDuration(store.retention) ? store.retention : undefined;
  if (compacted && !isOptOut(tombstones))
    problems.push({
      field: `${field}.compacted`,
      given: compacted,
      allowed:
        'false for personal data, whose last record of every key would stay for ever; or tombstones: optOut("<who writes an empty record for whom>")',
    });
  if (!compacted && milliseconds(retention) < milliseconds(LEAST_PERSONAL))
    problems.push({
      field: `${field}.retention`,
      given: retention,
      allowed: `at least "${LEAST_PERSONAL}" for personal data, which is kept in files of an eighth of it`,
    });
  if (!compacted && bound !== undefined && milliseconds(retention) > milliseconds(bound))
    problems.push({
      field: `${field}.retention`,
      given: retention,
      allowed: `at most the store's, "${bound}", for personal data`,
    });
  return problems;
}
