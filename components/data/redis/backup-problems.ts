import { milliseconds } from "../../core/duration.ts";
import type { Problem } from "../../core/invalid.ts";
import { isOptOut } from "../../core/opt-out.ts";
import { isQuantity } from "../../core/quantity.ts";
import { backupKeepProblems, isSpan } from "../backup-keep.ts";
import { backupShapeProblems } from "../backup-shape.ts";
import { placeProblems, unkeptProblems } from "../declared.ts";
import type { CompleteArgs } from "./args.ts";
import { type CompleteRedisBackup, completeRedisBackup } from "./backup-args.ts";
import { redisBackupPlan, SHORTEST_MINUTES } from "./backup-plan.ts";
import { memoryForData } from "./config.ts";

/** Everything that is wrong with a Redis' backups, and with what it promises for a disaster. */
export function redisBackupProblems(name: string, args: CompleteArgs): Problem[] {
  const { role, backup, objectives } = args;
  const nothing = (field: string, given: unknown, allowed: string): Problem[] => [{ field, given, allowed }];
  if (isOptOut(backup)) return unkeptProblems(backup, objectives);
  if (role === "cache") {
    const allowed = 'none: a cache is filled anew from what it is a cache of; or role: "store"';
    return [
      ...(backup === undefined ? [] : nothing("backup", "a bucket", allowed)),
      ...(objectives === undefined ? [] : nothing("objectives", objectives, allowed)),
    ];
  }
  if (backup === undefined)
    return objectives === undefined
      ? []
      : nothing("objectives", objectives, "with backup: { to: <a bucket> }: after a disaster nothing else comes back");
  const full = completeRedisBackup(name, args.namespace.name, backup);
  const problems = [
    ...backupShapeProblems(full, backup.folder === undefined ? {} : { folder: backup.folder }),
    ...backupKeepProblems(full, args),
    ...placeProblems("backup.to", "backups", args, full.to),
  ];
  return problems.length > 0 || !isQuantity(args.resources.limits.memory) ? problems : objectiveProblems(full, args);
}

/** Objectives that the plan cannot keep, with the sums. */
function objectiveProblems(backup: CompleteRedisBackup, args: CompleteArgs): Problem[] {
  const { objectives } = args;
  if (!isSpan(objectives?.rpo) || !isSpan(objectives.rto)) return [];
  const size = memoryForData(args);
  const { rates } = backup;
  const { everyMinutes, take, lost, restore } = redisBackupPlan(size, backup, objectives);
  const mebibytes = `${Math.ceil(size / 2 ** 20)}Mi`;
  const problems: Problem[] = [];
  if (take > everyMinutes * 60)
    problems.push({
      field: "resources.limits.memory",
      given: args.resources.limits.memory,
      allowed: `what is copied within ${everyMinutes} min: ${mebibytes} at ${rates.copy} a second take ${minutes(take)}; raise backup.rates.copy if yours is faster`,
    });
  else if (lost * 1_000 > milliseconds(objectives.rpo))
    problems.push({
      field: "objectives.rpo",
      given: objectives.rpo,
      allowed:
        `at least "${Math.ceil(lost / 60)}m": a snapshot is taken every ${SHORTEST_MINUTES} min at most, and ${mebibytes} at ${rates.copy} a second ` +
        `are ${minutes(take)} out of a server and into the bucket; what may lose less belongs into a Postgres or a Kafka`,
    });
  if (restore * 1_000 > milliseconds(objectives.rto))
    problems.push({
      field: "objectives.rto",
      given: objectives.rto,
      allowed:
        `at least "${Math.ceil(restore / 60)}m": ${mebibytes} are fetched at ${rates.copy} a second and written as commands at ${rates.load} a second, ` +
        "and 2 min go by until that starts; or less memory, or faster backup.rates",
    });
  return problems;
}

function minutes(seconds: number): string {
  return `${Math.ceil(seconds / 60)} min`;
}
