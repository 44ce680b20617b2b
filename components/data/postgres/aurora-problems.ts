import type { Problem } from "../../core/invalid.ts";
import { databaseRegions } from "../aws/authorities.ts";
import { instanceClassProblems } from "../aws/instance-class.ts";
import { awsStoreProblems, keepProblems, memberProblems, objectiveProblems } from "../aws/store.ts";
import type { CompleteAurora } from "./aurora-args.ts";
import { budgetProblems, databaseProblems } from "./problems.ts";
import { rdsProxyProblems } from "./rds-proxy-problems.ts";

/** A writer and at most 15 readers. */
const MOST_INSTANCES = 16;
/** PostgreSQL of these major versions runs on Aurora. */
const VERSION = /^1[4-7](\.\d+)?$/;

/** Everything that is wrong with an Aurora's arguments. */
export function auroraProblems(name: string, args: CompleteAurora): Problem[] {
  const { aws, databases, instances, instanceClass, version, keep, replication } = args;
  const short = budgetProblems(args);
  const problems = [
    ...awsStoreProblems(name, args, {
      storage: "nothing: Aurora's disk grows by itself, up to 128 TiB",
      erasure: "nothing yet: a task of the owning service deletes what is past its time, and whom a request names",
      audit: "nothing yet: pgaudit's lines go to CloudWatch, and services keep events in a table of their own",
    }),
    ...memberProblems("instances", instances, MOST_INSTANCES, replication),
    ...instanceClassProblems("instanceClass", instanceClass, "db"),
    ...databaseProblems(databases),
    ...short,
    ...(short.length === 0 ? rdsProxyProblems(args) : []),
    ...keepProblems("keep", keep),
    ...objectiveProblems(args, "5m", "Aurora can restore what is older than five minutes"),
  ];
  if (!VERSION.test(version))
    problems.push({ field: "version", given: version, allowed: 'a version from 14 to 17, such as "17" or "17.5"' });
  if (aws !== undefined && !databaseRegions().includes(aws.region))
    problems.push({ field: "aws.region", given: aws.region, allowed: databaseRegions().join(", ") });
  return problems;
}
