import { type Duration, isDuration, milliseconds } from "../core/duration.ts";
import type { Problem } from "../core/invalid.ts";
import type { DeclaredArgs } from "./declared.ts";

const DAY = 86_400_000;
/** For longer, and somebody who was deleted lives on in backups: what the rule personal-backup-retention-bounded asks for. */
const MOST_PERSONAL = "90d";

/** What is wrong with how long a store's backups are kept. */
export function backupKeepProblems(keep: string, { dataClass, retention, objectives }: DeclaredArgs): Problem[] {
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
  for (const bound of [MOST_PERSONAL, retention].filter(isSpan))
    if (milliseconds(keep) > milliseconds(bound))
      problems.push({
        field,
        given: keep,
        allowed: `at most "${bound}" of personal data: who was deleted lives on in every backup`,
      });
  return problems;
}

/** Whether a text is a duration longer than nothing. Those that are none are told of by those who share them. */
export function isSpan(given: string | undefined): given is Duration {
  return given !== undefined && isDuration(given) && milliseconds(given) > 0;
}
