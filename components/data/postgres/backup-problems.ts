import { milliseconds, seconds } from "../../core/duration.ts";
import type { Problem } from "../../core/invalid.ts";
import { isDnsLabel } from "../../core/names.ts";
import { isOptOut } from "../../core/opt-out.ts";
import { isQuantity } from "../../core/quantity.ts";
import { backupKeepProblems, isSpan } from "../backup-keep.ts";
import { backupShapeProblems } from "../backup-shape.ts";
import { placeProblems, unkeptProblems } from "../declared.ts";
import type { CompleteArgs } from "./args.ts";
import { type CompleteBackup, completeBackup, type RestoreArgs } from "./backup-args.ts";
import { backupPlan, intervalsFor, SHIPPING, SHORTEST_TIMEOUT, takeSeconds } from "./backup-plan.ts";

/** A moment with its zone, as PostgreSQL and people read it alike (RFC 3339). */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/;

type Args = Pick<CompleteArgs, "backup" | "restore" | "objectives" | "storage" | "dataClass" | "retention">;

/** Everything that is wrong with a Postgres' backups, and with what it is restored from. `now` in milliseconds since 1970. */
export function backupProblems(name: string, args: Args, now = Date.now()): Problem[] {
  const { backup, restore, objectives } = args;
  const problems = restore === undefined ? [] : restoreProblems(restore, now);
  if (backup === undefined) {
    const allowed = "with backup: { to: <a bucket> }: after a disaster nothing else comes back";
    return objectives === undefined ? problems : [...problems, { field: "objectives", given: objectives, allowed }];
  }
  if (isOptOut(backup)) return [...problems, ...unkeptProblems(backup, objectives)];
  const full = completeBackup(name, backup);
  const misshapen = backupShapeProblems(full, { serverName: full.serverName });
  problems.push(...backupKeepProblems(full, args), ...misshapen);
  problems.push(...placeProblems("backup.to", "backups", args, full.to));
  if (restore !== undefined && restore.from.bucketName === full.to.bucketName && restore.serverName === full.serverName)
    problems.push({
      field: "backup.serverName",
      given: full.serverName,
      allowed: `another name than that of the server that is restored, such as "${full.serverName}-2": two histories in one folder cannot be told apart`,
    });
  return misshapen.length === 0 ? [...problems, ...objectiveProblems(full, args)] : problems;
}

/** Objectives that the plan cannot keep, with the sums. */
function objectiveProblems(backup: CompleteBackup, { objectives, storage }: Args): Problem[] {
  if (!isQuantity(storage)) return [];
  const { rates } = backup;
  if (intervalsFor(storage, rates).length === 0) {
    const take = `${hours(takeSeconds(storage, rates))} to copy at ${rates.fetch} a second`;
    return [
      {
        field: "storage",
        given: storage,
        allowed: `what is copied within a day: this takes ${take}; raise backup.rates.fetch if yours is faster, or use less storage`,
      },
    ];
  }
  if (!isSpan(objectives?.rpo) || !isSpan(objectives.rto)) return [];
  const problems: Problem[] = [];
  const least = SHORTEST_TIMEOUT + SHIPPING;
  if (milliseconds(objectives.rpo) < least * 1_000)
    problems.push({
      field: "objectives.rpo",
      given: objectives.rpo,
      allowed: `at least "${least}s": a file of the log is closed after ${SHORTEST_TIMEOUT}s and takes up to ${SHIPPING}s to the bucket; less needs a replica in another place`,
    });
  const { restore, everyHours } = backupPlan({ objectives, storage, rates });
  if (restore.total > seconds(objectives.rto))
    problems.push({
      field: "objectives.rto",
      given: objectives.rto,
      allowed:
        `at least "${Math.ceil(restore.total / 60)}m": ${storage} at ${rates.fetch} a second is ${minutes(restore.fetch)} to fetch, ` +
        `${restore.files} files of log since the last base backup (one every ${everyHours}h) are ${minutes(restore.replay)} to replay, ` +
        `all of it at ${rates.read} a second is ${minutes(restore.read)} to read once, and ${minutes(restore.start)} go by until it starts; ` +
        "or less storage, or faster backup.rates",
    });
  return problems;
}

function restoreProblems({ serverName, until }: RestoreArgs, now: number): Problem[] {
  const problems: Problem[] = [];
  if (!isDnsLabel(serverName))
    problems.push({
      field: "restore.serverName",
      given: serverName,
      allowed: "the DNS label under which it was backed up",
    });
  if (until !== undefined && !(MOMENT.test(until) && Date.parse(until) <= now))
    problems.push({
      field: "restore.until",
      given: until,
      allowed: 'a moment that has been, with its zone, such as "2026-11-30T04:15:00Z"',
    });
  return problems;
}

function minutes(span: number): string {
  return `${Math.ceil(span / 60)} min`;
}

function hours(span: number): string {
  return `${Math.ceil(span / 3_600)} h`;
}
