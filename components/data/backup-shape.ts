import type { Problem } from "../core/invalid.ts";
import { isDnsLabel } from "../core/names.ts";
import { isOptOut, type OptOut } from "../core/opt-out.ts";
import { amount, isQuantity, type Quantity } from "../core/quantity.ts";

/** How often a restore is tried. */
export type DrillEvery = "daily" | "weekly" | "monthly";
/**
 * How the objects of a bucket are encrypted: with keys of the object store, with AWS' key service and the account's own key for S3, or with whatever
 * the bucket itself is told to encrypt with, for which nothing is asked.
 */
export type BackupEncryption = "AES256" | "aws:kms" | "bucket";

/** When a drill runs: between two backups, and not in the hours that a day has twice, or not at all. */
export const DRILL_SCHEDULES: Readonly<Record<DrillEvery, string>> = {
  daily: "45 3 * * *",
  weekly: "45 3 * * 0",
  monthly: "45 3 1 * *",
};
/** Days between two of them at most. */
export const DRILL_DAYS: Readonly<Record<DrillEvery, number>> = { daily: 1, weekly: 7, monthly: 31 };
const DRILLS: readonly string[] = Object.keys(DRILL_SCHEDULES);
const ENCRYPTIONS: readonly string[] = ["AES256", "aws:kms", "bucket"];

/** What a bucket that says nothing is asked for: a store in the cluster encrypts what it is asked to. */
export const DEFAULT_ENCRYPTION: BackupEncryption = "AES256";

/** What is named of an encryption where a file is put; nothing if the bucket has its own. */
export function askedFor(encryption: BackupEncryption): { readonly encryption?: "AES256" | "aws:kms" } {
  return encryption === "bucket" ? {} : { encryption };
}

/** The same as the variable of a script that puts files. */
export function encryptionVariable(encryption: BackupEncryption): Record<string, string> {
  return encryption === "bucket" ? {} : { ENCRYPTION: encryption };
}

/** What every store's backups have. */
interface BackupShape {
  readonly encryption: BackupEncryption;
  readonly drill: DrillEvery | OptOut;
  /** Bytes a second, by what they are of. */
  readonly rates: object;
}

/** What is wrong with each part of `backup` by itself; `folder` is its folder in the bucket, by the field that names it. */
export function backupShapeProblems(
  { encryption, drill, rates }: BackupShape,
  folder: Record<string, string>,
): Problem[] {
  const problems: Problem[] = [];
  for (const [field, given] of Object.entries(folder))
    if (!isDnsLabel(given)) problems.push({ field: `backup.${field}`, given, allowed: "a DNS label" });
  if (!ENCRYPTIONS.includes(encryption))
    problems.push({ field: "backup.encryption", given: encryption, allowed: ENCRYPTIONS.join(", ") });
  if (!isOptOut(drill) && !DRILLS.includes(drill))
    problems.push({ field: "backup.drill", given: drill, allowed: `${DRILLS.join(", ")}; or optOut("<why none>")` });
  for (const [rate, given] of Object.entries(rates) as [string, Quantity][])
    if (!isQuantity(given) || amount(given) < 1)
      problems.push({ field: `backup.rates.${rate}`, given, allowed: 'bytes a second, such as "80Mi"' });
  return problems;
}
