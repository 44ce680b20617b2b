import { type Duration, isDuration, milliseconds } from "../../core/duration.ts";
import type { Problem } from "../../core/invalid.ts";
import { isDnsLabel } from "../../core/names.ts";
import { isOptOut } from "../../core/opt-out.ts";
import { amount, isQuantity } from "../../core/quantity.ts";
import { type DeclaredArgs, unkeptProblems } from "../declared.ts";
import { storeProblems } from "../store.ts";
import { type BucketArgs, type CompleteArgs, expiryOf } from "./args.ts";
import { COPIES, FIRST_VOLUMES, timeToLive, VOLUME_BYTES } from "./config.ts";

/** S3's own limits. */
const BUCKET_NAME = { shortest: 3, longest: 63 };
/** What else a bucket of personal data may say. */
const OR_DELETED = '; or optOut("<what deletes them in time>")';
/** One to lose, and two for the two copies of what is written meanwhile. */
const FEWEST = 3;

/** What is wrong with an object store's arguments. */
export function objectStoreProblems(name: string, args: CompleteArgs): Problem[] {
  const { buckets, zones, replication } = args;
  const problems = [
    ...storeProblems(name, args),
    ...unkeptProblems(args.backup, args.objectives),
    ...replicaProblems(args),
  ];
  if (!isOptOut(replication) && zones.length > 0 && zones.length < FEWEST)
    problems.push({
      field: "zones",
      given: zones,
      allowed: `at least ${FEWEST} zones: an object has a copy in two of them, and one may be lost; or replication: optOut("<why>")`,
    });
  if (Object.keys(buckets).length === 0)
    problems.push({ field: "buckets", given: buckets, allowed: "at least one bucket" });
  for (const [bucket, bucketArgs] of Object.entries(buckets))
    problems.push(...bucketProblems(bucket, bucketArgs, args));
  return [...problems, ...storageProblems(args)];
}

function replicaProblems({ replicas, replication }: CompleteArgs): Problem[] {
  const problem = (allowed: string) => [{ field: "replicas", given: replicas, allowed }];
  if (isOptOut(replication)) return replicas === 1 ? [] : problem("1, since replication is stepped down from");
  if (Number.isInteger(replicas) && replicas >= FEWEST) return [];
  return problem(
    `${FEWEST} or more: with fewer nothing can be written while one is lost; or 1 with replication: optOut("<why one is enough>")`,
  );
}

function bucketProblems(bucket: string, args: BucketArgs, store: DeclaredArgs): Problem[] {
  const { versioned } = args;
  const expireAfter = expiryOf(store, args);
  const field = `buckets.${bucket}`;
  const problems: Problem[] = [];
  if (!isDnsLabel(bucket, BUCKET_NAME.longest) || bucket.length < BUCKET_NAME.shortest)
    problems.push({
      field,
      given: bucket,
      allowed: `a DNS label of ${BUCKET_NAME.shortest} to ${BUCKET_NAME.longest} characters: a-z, 0-9 and "-", beginning with a letter`,
    });
  if (expireAfter === undefined) return problems;
  if (timeToLive(expireAfter) === undefined)
    problems.push({
      field: `${field}.expireAfter`,
      given: expireAfter,
      allowed: 'a duration from "1m" to "255d", in at most 255 whole minutes, hours or days',
    });
  if (versioned)
    problems.push({
      field: `${field}.expireAfter`,
      given: expireAfter,
      allowed: `none for a versioned bucket: older versions would end as well${OR_DELETED}`,
    });
  return [...problems, ...retentionProblems(`${field}.expireAfter`, expireAfter, store)];
}

/** A problem if objects of personal data would be kept for longer than was promised. */
export function retentionProblems(field: string, given: Duration, { dataClass, retention }: DeclaredArgs): Problem[] {
  if (dataClass !== "personal" || retention === undefined || !isDuration(retention) || !isDuration(given)) return [];
  if (milliseconds(given) <= milliseconds(retention)) return [];
  return [{ field, given, allowed: `at most retention, "${retention}", of personal data${OR_DELETED}` }];
}

/** Every bucket begins with volumes of its own, and so do what the servers note for themselves. */
function storageProblems({ buckets, replicas, replication, storage }: CompleteArgs): Problem[] {
  if (!isQuantity(storage) || !(replicas >= 1)) return [];
  const copies = isOptOut(replication) ? 1 : COPIES;
  const volumes = (Object.keys(buckets).length + 1) * FIRST_VOLUMES * copies;
  const least = Math.ceil(volumes / replicas);
  if (Math.floor(amount(storage) / VOLUME_BYTES) >= least) return [];
  const allowed = `at least "${least}Gi": ${volumes} volumes of 1 GiB, ${FIRST_VOLUMES * copies} for each bucket and as many for the servers' own, on ${replicas} of them`;
  return [{ field: "storage", given: storage, allowed }];
}
