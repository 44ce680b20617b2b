import { type Duration, isDuration, milliseconds } from "../core/duration.ts";
import type { Problem } from "../core/invalid.ts";
import type { DeclaredArgs } from "./declared.ts";
import type { Bucket } from "./object-store/bucket.ts";

const DAY = 86_400_000;
/** For longer, and somebody who was deleted lives on in backups: what the rule personal-backup-retention-bounded asks for. */
const MOST_PERSONAL = "90d";

/** What is wrong with how long a store's backups are kept. */
export function backupKeepProblems(
  { keep, to }: { readonly keep: Duration; readonly to: Bucket },
  { dataClass, retention, objectives }: DeclaredArgs,
): Problem[] {
  const field = "backup.keep";
  if (!isDuration(keep) || milliseconds(keep) < DAY || milliseconds(keep) % DAY !== 0)
    return [{ field, given: keep, allowed: 'whole days, at least "1d"' }];
  const problems: Problem[] = [];
  const rpo = objectives?.rpo;
  if (isSpan(rpo) && milliseconds(keep) <= milliseconds(rpo))
    problems.push({
      field,
      given: keep,
      allowed: `longer than objectives.rpo, ${rpo}: what is deleted before brings nothing back`,
    });
  if (dataClass !== "personal") return problems;
  const older = olderVersions(to);
  for (const bound of [MOST_PERSONAL, retention].filter(isSpan))
    if (milliseconds(keep) + older.span > milliseconds(bound))
      problems.push({
        field,
        given: keep,
        allowed: `${leftFor(milliseconds(bound) - older.span)}: personal data ends after "${bound}", and who was deleted lives on in every backup${older.said}`,
      });
  return problems;
}

/** For how many milliseconds a bucket keeps what was deleted from it, and that as the end of a sentence. */
export function olderVersions(bucket: Bucket | undefined): { readonly span: number; readonly said: string } {
  const kept = bucket?.deletedFor;
  if (bucket === undefined || kept === undefined || kept === "ever") return { span: 0, said: "" };
  const said = `, for ${kept} more as an older version in the bucket ${bucket.bucketName}: its store may have a shorter keep`;
  return { span: milliseconds(kept), said };
}

/** What so many milliseconds leave for the keep of backups, which is in whole days. */
export function leftFor(span: number): string {
  return span >= DAY ? `at most "${Math.floor(span / DAY)}d"` : "none: a day is too long";
}

/** Whether a text is a duration longer than nothing. Those that are none are told of by those who share them. */
export function isSpan(given: string | undefined): given is Duration {
  return given !== undefined && isDuration(given) && milliseconds(given) > 0;
}
