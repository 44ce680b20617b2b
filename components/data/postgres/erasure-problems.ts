import { type Duration, durationProblems, milliseconds } from "../../core/duration.ts";
import type { Problem } from "../../core/invalid.ts";
import { isOptOut } from "../../core/opt-out.ts";
import { isSpan, leftFor, olderVersions } from "../backup-keep.ts";
import { placeProblems } from "../declared.ts";
import type { CompleteArgs } from "./args.ts";
import { completeBackup } from "./backup-args.ts";
import {
  type CompleteErasure,
  completeErasure,
  type PersonalTable,
  personalTables,
  takesRequests,
} from "./erasure-args.ts";

/** A request waits a day for the next run, and a backup is a week older than it is kept for when the later one is late. */
const OUTLIVES: Duration = "8d";
/** A name as PostgreSQL keeps it that was not quoted, of at most 63 characters. */
const NAME = "[a-z_][a-z0-9_]{0,62}";
const COLUMN = new RegExp(`^${NAME}$`);
const TABLE = new RegExp(`^(${NAME}\\.)?${NAME}$`);

type Args = Pick<CompleteArgs, "backup" | "databases" | "dataClass" | "erasure" | "retention">;

/** Everything that is wrong with what a Postgres is told of erasure. */
export function erasureProblems(name: string, args: Args): Problem[] {
  if (args.erasure === undefined) return [];
  const { dataClass, databases, retention } = args;
  const erasure = completeErasure(args.erasure);
  const problems = durationProblems("erasure.within", erasure.within, "14d", "90d");
  if (dataClass !== "personal")
    problems.push({ field: "dataClass", given: dataClass, allowed: '"personal", since there is erasure' });
  const all = personalTables(erasure);
  if (!all.some(({ tables }) => tables.length > 0))
    problems.push({ field: "erasure.tables", given: erasure.tables, allowed: "at least one table of one database" });
  for (const { database, tables } of all) {
    const field = `erasure.tables.${database}`;
    if (!databases.includes(database))
      problems.push({ field, given: database, allowed: `a declared database: ${databases.join(", ")}` });
    for (const [table, given] of tables) problems.push(...tableProblems(field, table, given, retention));
  }
  return problems.length > 0 ? problems : backupProblems(name, erasure, args);
}

function tableProblems(
  database: string,
  table: string,
  given: PersonalTable,
  retention: Duration | undefined,
): Problem[] {
  const field = `${database}.${table}`;
  const { by, keep, subject } = given ?? {};
  const problems: Problem[] = [];
  if (!TABLE.test(table))
    problems.push({ field, given: table, allowed: 'a table, or <schema>.<table>, of a-z, 0-9 and "_"' });
  if (by === undefined && subject === undefined)
    problems.push({
      field,
      given,
      allowed:
        'by: "<column with a moment>", after which rows go, or subject: "<column with whom they are about>", or both',
    });
  for (const [column, name] of Object.entries({ by, subject }))
    if (name !== undefined && !(typeof name === "string" && COLUMN.test(name)))
      problems.push({ field: `${field}.${column}`, given: name, allowed: 'a column, of a-z, 0-9 and "_"' });
  if (keep === undefined) return problems;
  if (by === undefined)
    problems.push({ field: `${field}.keep`, given: keep, allowed: "nothing without by: from when on would it count?" });
  else problems.push(...durationProblems(`${field}.keep`, keep, "1h", isSpan(retention) ? retention : "36500d"));
  return problems;
}

/** A restore brings back who was erased: for that there is a log, and for as long as backups are kept. */
function backupProblems(name: string, erasure: CompleteErasure, args: Args): Problem[] {
  const { backup } = args;
  const { log, within, backups } = erasure;
  const requests = takesRequests(erasure);
  if (backup === undefined || isOptOut(backup) || !requests) {
    const why = requests ? "without backups nothing comes back" : "no table has a subject, so there are no requests";
    return log === undefined ? [] : [{ field: "erasure.log", given: log.bucketName, allowed: `nothing: ${why}` }];
  }
  const problems = log === undefined ? [] : placeProblems("erasure.log", "requests of people", args, log);
  const { keep, to } = completeBackup(name, backup);
  if (log === undefined)
    problems.push({
      field: "erasure.log",
      given: log,
      allowed:
        "a bucket: a restored backup brings back who was erased, and requests that it does not know are carried out again from there",
    });
  else if (log.bucketName === to.bucketName)
    problems.push({
      field: "erasure.log",
      given: log.bucketName,
      allowed: "another bucket than backup.to: who writes the log could delete the backups",
    });
  // The log is kept as long as backups are, and tells of whom it was.
  const [toOlder, logOlder] = [olderVersions(to), olderVersions(log)];
  const older = toOlder.span >= logOlder.span ? toOlder : logOlder;
  const left = milliseconds(within) - milliseconds(OUTLIVES) - older.span;
  if (isSpan(keep) && milliseconds(keep) > left && !isOptOut(backups))
    problems.push({
      field: "backup.keep",
      given: keep,
      allowed:
        `${leftFor(left)}: erasure.within is "${within}", of which ${OUTLIVES} go to the run and to the backup that is kept until a later one is done, ` +
        `and who was erased lives on in every backup${older.said}; or erasure.backups: optOut("<why they may be kept for longer>")`,
    });
  return problems;
}
