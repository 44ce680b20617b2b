import { type Duration, isDuration, milliseconds } from "../../core/duration.ts";
import type { Problem } from "../../core/invalid.ts";
import { isDnsLabel } from "../../core/names.ts";
import { awsStoreProblems } from "../aws/store.ts";
import { retentionProblems } from "./problems.ts";
import type { CompleteS3 } from "./s3-args.ts";
import { LOGS, s3Expiry } from "./s3-plan.ts";

/** Short enough that the relation's name, `<bucket>-bucket`, and a pod's volume of that name stay DNS labels. */
const LONGEST_BUCKET = 40;
const DAY = 86_400_000;
/** A hundred years: S3's own limit of a lock, and more than anybody means. */
const MOST_DAYS = 36_500;

/** Everything that is wrong with S3's arguments. */
export function s3Problems(name: string, args: CompleteS3): Problem[] {
  const { buckets, keep } = args;
  const problems = [
    ...awsStoreProblems(name, args, {
      storage: "nothing: a bucket has no size",
      replication: "nothing: S3 keeps every object in three zones",
    }),
    ...wholeDaysProblems("keep", keep),
  ];
  if (Object.keys(buckets).length === 0)
    problems.push({ field: "buckets", given: buckets, allowed: "at least one bucket" });
  for (const [bucket, bucketArgs] of Object.entries(buckets)) {
    const field = `buckets.${bucket}`;
    const { lockFor } = bucketArgs;
    const expireAfter = isDuration(keep) && isDuration(args.retention ?? "1d") ? s3Expiry(args, bucketArgs) : undefined;
    if (!isDnsLabel(bucket, LONGEST_BUCKET) || bucket === LOGS)
      problems.push({
        field,
        given: bucket,
        allowed: `a DNS label of at most ${LONGEST_BUCKET} characters, and not "${LOGS}", which is ours`,
      });
    problems.push(
      ...wholeDaysProblems(`${field}.expireAfter`, expireAfter),
      ...wholeDaysProblems(`${field}.lockFor`, lockFor),
      ...(expireAfter === undefined ? [] : keptProblems(`${field}.expireAfter`, expireAfter, args)),
    );
  }
  return problems;
}

/** An object that has ended stays as an older version for `keep`. */
function keptProblems(field: string, given: Duration, { keep, ...declared }: CompleteS3): Problem[] {
  if (!isDuration(given)) return [];
  const altogether: Duration = `${(milliseconds(given) + milliseconds(keep)) / DAY}d`;
  return retentionProblems(field, altogether, declared).map((problem) => ({
    ...problem,
    given: `${given}, and keep, ${keep}, as an older version`,
  }));
}

function wholeDaysProblems(field: string, given: Duration | undefined): Problem[] {
  if (given === undefined) return [];
  const count = isDuration(given) ? milliseconds(given) / DAY : 0;
  if (Number.isInteger(count) && count >= 1 && count <= MOST_DAYS) return [];
  return [{ field, given, allowed: `whole days from "1d" to "${MOST_DAYS}d": S3 counts in days` }];
}
