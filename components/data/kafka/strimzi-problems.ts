import { STRIMZI_KAFKA_VERSIONS } from "../../cluster/operators/index.ts";
import type { Problem } from "../../core/invalid.ts";
import type { CompleteArgs, KafkaArgs } from "./args.ts";

/** What sees a transform of which way to run it. */
const TRANSFORMS = { own: ["controllers", "brokers", "setup"], strimzi: ["cluster", "pools"] } as const;
const SEES = {
  own: 'nothing without operator "strimzi": transform.controllers, .brokers and .setup see what is made',
  strimzi: 'nothing with operator "strimzi": transform.cluster and transform.pools see what it is told',
} as const;
/** A pod has the name twice, that of its part, and a number: `<name>-<name>-controller-99`, which is a DNS label. */
const LONGEST_NAME = 24;

/** What is wrong with the choice of an operator, and with what only one way to run a Kafka in the cluster has. */
export function strimziProblems(
  name: string,
  { operator, version, transform = {} }: CompleteArgs & Pick<KafkaArgs, "transform">,
): Problem[] {
  if (operator !== undefined && operator !== "strimzi")
    return [{ field: "operator", given: operator, allowed: '"strimzi", or nothing for StatefulSets of our own' }];
  const chosen = operator ?? "own";
  const problems: Problem[] = TRANSFORMS[operator === undefined ? "strimzi" : "own"]
    .filter((part) => transform[part] !== undefined)
    .map((part) => ({ field: `transform.${part}`, given: "a transform", allowed: SEES[chosen] }));
  if (operator === undefined) return problems;
  if (!STRIMZI_KAFKA_VERSIONS.some((known) => known === version))
    problems.push({
      field: "version",
      given: version,
      allowed: `a version that Strimzi has an image of: ${STRIMZI_KAFKA_VERSIONS.join(", ")}`,
    });
  if (name.length > LONGEST_NAME)
    problems.push({
      field: "name",
      given: name,
      allowed: `at most ${LONGEST_NAME} characters with operator "strimzi": its pods have the name twice`,
    });
  return problems;
}
