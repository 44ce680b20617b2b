import type { PlanArgs } from "@pulumi/aws/backup/plan.js";
import type { RestoreTestingSelectionArgs } from "@pulumi/aws/backup/restoreTestingSelection.js";
import type { VaultArgs } from "@pulumi/aws/backup/vault.js";
import type * as pulumi from "@pulumi/pulumi";
import { type Duration, isDuration, milliseconds } from "../core/duration.ts";
import type { Problem } from "../core/invalid.ts";
import { nameProblems } from "../core/names.ts";
import { isOptOut, type OptOut } from "../core/opt-out.ts";
import type { Transform } from "../core/transform.ts";
import { isWhole } from "../core/whole.ts";
import { accountProblems, isRegion } from "../data/aws/place.ts";
import { DATA_CLASSES, type DataClass, DEFAULT_CLASS } from "../data/declared.ts";
import type { AwsAccount } from "./account.ts";
import type { Keys } from "./keys.ts";

/** Kinds of resources that AWS Backup restores to see whether it can, as it calls them. */
export const RESTORABLE = ["Aurora", "DynamoDB", "EBS", "EFS", "RDS", "S3"] as const;
export type Restorable = (typeof RESTORABLE)[number];

/** How hard backups are to delete before their time. */
export type VaultLock =
  /** Nobody, but for who may take the lock away. */
  | "governance"
  /** Nobody at all, not even AWS, once so many days are over: 3 or more. It can never be undone, nor can what is kept be paid less for. */
  | { readonly complianceAfterDays: number };

export interface RestoreTests {
  /** Of each, the newest backup in a month is restored, looked at, and deleted. */
  readonly of: readonly Restorable[];
  /** For how many hours it stays, for somebody or something to look at: 0 to 168, 4 by default. */
  readonly hours?: number;
  /** Where a test puts what it restores, by the kind: `{ Aurora: { dbSubnetGroupName: "…" } }`. */
  readonly metadata?: Readonly<Partial<Record<Restorable, Readonly<Record<string, string>>>>>;
}

export interface BackupVaultArgs {
  readonly account: AwsAccount;
  /** Its key for the class encrypts them, and that key's copy what is in the other region. */
  readonly keys: Keys;
  /** Whose data it keeps: all resources that have it as the tag `plumbline.dev/data-class`; `confidential` by default. */
  readonly dataClass?: DataClass;
  /** How long each backup is kept, in whole days from 7 to 3650; `35d` by default. Shorter than personal data may be kept. */
  readonly keep?: Duration;
  /** When it begins, as AWS says it, in UTC; at one in the night by default. */
  readonly schedule?: string;
  /** A region to which each backup is copied, or why to none. The keys must have copies there. */
  readonly copyTo: string | OptOut;
  /** `governance` by default. */
  readonly lock?: VaultLock;
  /** What is restored once a month to see whether it can be, or why nothing is. */
  readonly restoreTests: RestoreTests | OptOut;
  /**
   * A topic of SNS that is told when a backup, a copy or a restore of the account fails in the region, whichever vault it is of; or why nobody is. Its
   * policy must let `events.amazonaws.com` publish.
   */
  readonly alarms: { readonly topicArn: pulumi.Input<string> } | OptOut;
  /** Keeps the vaults when the stack is destroyed; true by default. */
  readonly retain?: boolean;
  readonly transform?: {
    readonly vault?: Transform<VaultArgs>;
    readonly plan?: Transform<PlanArgs>;
    readonly restoreTest?: Transform<RestoreTestingSelectionArgs>;
  };
}

export type CompleteBackupVault = Required<Omit<BackupVaultArgs, "keys" | "transform">>;

export function completeBackupVault({ keys: _, transform: _transform, ...args }: BackupVaultArgs): CompleteBackupVault {
  return {
    dataClass: DEFAULT_CLASS,
    keep: "35d",
    schedule: "cron(0 1 * * ? *)",
    lock: "governance",
    retain: true,
    ...args,
  };
}

const DAY = 86_400_000;
const KEEP = { least: 7, most: 3650 };
const LEAST_COOLING_OFF = 3;
const MOST_COOLING_OFF = 36_500;
const MOST_HOURS = 168;

/** Whole days of a duration; 0 for what has none. */
export function wholeDays(given: Duration): number {
  const days = isDuration(given) ? milliseconds(given) / DAY : 0;
  return Number.isInteger(days) ? days : 0;
}

/** Everything that is wrong with the arguments of a vault. */
export function backupVaultProblems(name: string, args: CompleteBackupVault): Problem[] {
  const { account, dataClass, keep, schedule, copyTo, lock, alarms } = args;
  const problems = [...nameProblems("name", name), ...accountProblems("account", account), ...testProblems(args)];
  if (!DATA_CLASSES.includes(dataClass))
    problems.push({ field: "dataClass", given: dataClass, allowed: DATA_CLASSES.join(", ") });
  if (!isWhole(wholeDays(keep), KEEP.least, KEEP.most))
    problems.push({ field: "keep", given: keep, allowed: `whole days from "${KEEP.least}d" to "${KEEP.most}d"` });
  if (!/^(cron\([^()]+\)|rate\([^()]+\))$/.test(schedule))
    problems.push({ field: "schedule", given: schedule, allowed: 'a schedule as AWS says it: "cron(0 1 * * ? *)"' });
  if (!isOptOut(copyTo) && !(typeof copyTo === "string" && isRegion(copyTo) && copyTo !== account.region))
    problems.push({ field: "copyTo", given: copyTo, allowed: 'another region, or optOut("<why one is enough>")' });
  if (lock !== "governance" && !isWhole(lock?.complianceAfterDays, LEAST_COOLING_OFF, MOST_COOLING_OFF)) {
    const allowed = `"governance", or { complianceAfterDays: ${LEAST_COOLING_OFF} or more }`;
    problems.push({ field: "lock", given: lock, allowed });
  }
  if (!isOptOut(alarms) && !alarms?.topicArn)
    problems.push({ field: "alarms", given: alarms, allowed: '{ topicArn }, or optOut("<why nobody is told>")' });
  return problems;
}

function testProblems({ restoreTests }: CompleteBackupVault): Problem[] {
  if (isOptOut(restoreTests)) return [];
  const { of: kinds, hours = 0 } = (restoreTests ?? {}) as Partial<RestoreTests>;
  if (!Array.isArray(kinds) || kinds.length === 0) {
    const allowed = `{ of: [${RESTORABLE.map((kind) => `"${kind}"`).join(", ")}] }, or optOut("<why none is tried>")`;
    return [{ field: "restoreTests", given: restoreTests, allowed }];
  }
  const problems = kinds.flatMap((given: Restorable, index): Problem[] => {
    const field = `restoreTests.of[${index}]`;
    if (!RESTORABLE.includes(given)) return [{ field, given, allowed: RESTORABLE.join(", ") }];
    return kinds.indexOf(given) === index ? [] : [{ field, given, allowed: "each kind once" }];
  });
  if (!isWhole(hours, 0, MOST_HOURS))
    problems.push({ field: "restoreTests.hours", given: hours, allowed: `a whole number from 0 to ${MOST_HOURS}` });
  return problems;
}
