import type { Problem } from "../../core/invalid.ts";
import { amount, isQuantity } from "../../core/quantity.ts";
import { instanceClassProblems } from "../aws/instance-class.ts";
import { awsStoreProblems } from "../aws/store.ts";
import { unkeptProblems } from "../declared.ts";
import type { CompleteMsk } from "./msk-args.ts";
import { ZONES } from "./msk-plan.ts";
import { topicProblems } from "./problems.ts";

const GIB = 2 ** 30;
const MOST_GIB = 16_384;
/** MSK's quota for a cluster of an account. */
const MOST_BROKERS = 60;

/** Everything that is wrong with an MSK's arguments. */
export function mskProblems(name: string, args: CompleteMsk): Problem[] {
  const { brokers, instanceType, storage, growTo, version } = args;
  const only = "nothing: MSK has a copy of each record in three zones, or none";
  const problems = [
    ...awsStoreProblems(name, args, {
      replication: only,
      controllers: "nothing: MSK has its own",
      operator: "nothing: MSK runs it",
    }),
    ...unkeptProblems(args.backup, args.objectives),
    ...instanceClassProblems("instanceType", instanceType, "kafka"),
    ...diskProblems("storage", storage),
    ...(growTo === undefined ? [] : diskProblems("growTo", growTo)),
    ...topicProblems(args),
  ];
  if (!Number.isInteger(brokers) || brokers < ZONES || brokers > MOST_BROKERS || brokers % ZONES !== 0)
    problems.push({
      field: "brokers",
      given: brokers,
      allowed: `a multiple of ${ZONES}, from ${ZONES} to ${MOST_BROKERS}`,
    });
  if (growTo !== undefined && isQuantity(growTo) && isQuantity(storage) && amount(growTo) < amount(storage))
    problems.push({ field: "growTo", given: growTo, allowed: `at least storage, ${storage}` });
  if (!/^[34]\.\d+\.(\d+|x)(\.kraft)?$/.test(version))
    problems.push({ field: "version", given: version, allowed: 'a version as MSK calls it, such as "3.9.x.kraft"' });
  return problems;
}

function diskProblems(field: string, given: string): Problem[] {
  const gib = isQuantity(given) ? amount(given) / GIB : 0;
  if (Number.isInteger(gib) && gib >= 1 && gib <= MOST_GIB) return [];
  return [{ field, given, allowed: `whole GiB from "1Gi" to "${MOST_GIB}Gi"` }];
}
