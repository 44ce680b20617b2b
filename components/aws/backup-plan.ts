import type { PlanArgs } from "@pulumi/aws/backup/plan.js";
import type { RestoreTestingPlanArgs } from "@pulumi/aws/backup/restoreTestingPlan.js";
import type { RestoreTestingSelectionArgs } from "@pulumi/aws/backup/restoreTestingSelection.js";
import type { SelectionArgs } from "@pulumi/aws/backup/selection.js";
import type { VaultLockConfigurationArgs } from "@pulumi/aws/backup/vaultLockConfiguration.js";
import type { EventRuleArgs } from "@pulumi/aws/cloudwatch/eventRule.js";
import type * as pulumi from "@pulumi/pulumi";
import { isOptOut } from "../core/opt-out.ts";
import { awsName } from "../data/aws/name.ts";
import { LONGEST_ROLE } from "../data/aws/pod-identity-plan.ts";
import { assumedBy } from "../data/aws/service-role.ts";
import { namedTags } from "./account.ts";
import { type CompleteBackupVault, wholeDays } from "./backup-args.ts";
import type { ManagedRole } from "./managed-role.ts";

/** Longest name of a vault, a plan and a test (AWS Backup API). */
const LONGEST = 50;
/** Within an hour it begins, and in eight it is done, in minutes. */
const WINDOWS = { start: 60, completion: 480 };
/** On the third of each month, in the morning; of the newest backups of that month. */
const TESTED = { schedule: "cron(0 5 3 * ? *)", startWindowHours: 4, windowDays: 30, hours: 4 };
const SERVICE_ROLES = "arn:aws:iam::aws:policy/service-role";
/** How a job ends that did not do what it was for. */
const NOT_DONE = ["FAILED", "EXPIRED", "ABORTED"];

export interface BackupPlan {
  readonly id: string;
  readonly tags: Record<string, string>;
  readonly lock: Omit<VaultLockConfigurationArgs, "backupVaultName">;
  /** The plan, once its vault and the other region's stand. */
  readonly plan: (vaultName: pulumi.Input<string>, copyArn: pulumi.Input<string> | undefined) => PlanArgs;
  readonly selection: Omit<SelectionArgs, "planId" | "iamRoleArn">;
  /** Jobs that were not done, of which somebody is told. */
  readonly notice: EventRuleArgs;
  readonly saves: ManagedRole;
  readonly restores: ManagedRole;
  /** What is tried, once the vault stands. */
  readonly test: (vaultArn: pulumi.Input<string>) => RestoreTestingPlanArgs;
  readonly tested: readonly Omit<RestoreTestingSelectionArgs, "restoreTestingPlanName" | "iamRoleArn">[];
}

/** Everything that AWS Backup is asked for, but for what is only known when other parts of it stand. */
export function backupPlan(stack: string, name: string, args: CompleteBackupVault): BackupPlan {
  const { account, dataClass, keep, schedule, lock, copyTo, restoreTests, alarms } = args;
  const id = awsName(stack, name, LONGEST);
  const days = wholeDays(keep);
  const tags = {
    ...namedTags(account, id, { copy: copyTo, restoreTests, alarms }),
    "plumbline.dev/data-class": dataClass,
  };
  const lifecycle = { deleteAfter: days };
  const tests = isOptOut(restoreTests) ? { of: [] } : restoreTests;
  const role = (part: string, managed: Record<string, string>): ManagedRole => ({
    args: {
      name: awsName(id, part, LONGEST_ROLE),
      description: `AWS Backup, which ${part} ${dataClass} data`,
      assumeRolePolicy: assumedBy("backup.amazonaws.com", account.accountId, "IfExists"),
      tags,
    },
    managed,
  });
  return {
    id,
    tags,
    lock: {
      minRetentionDays: days,
      ...(lock !== "governance" && { changeableForDays: lock.complianceAfterDays }),
    },
    plan: (targetVaultName, copyArn) => ({
      name: id,
      rules: [
        {
          ruleName: "daily",
          targetVaultName,
          schedule,
          startWindow: WINDOWS.start,
          completionWindow: WINDOWS.completion,
          lifecycle,
          ...(copyArn !== undefined && { copyActions: [{ destinationVaultArn: copyArn, lifecycle }] }),
          recoveryPointTags: tags,
        },
      ],
      tags,
    }),
    selection: {
      name: id,
      resources: ["*"],
      conditions: [
        {
          stringEquals: [{ key: "aws:ResourceTag/plumbline.dev/data-class", value: dataClass }],
          // Of what is filled anew from elsewhere, and says so, there is nothing to keep.
          stringNotLikes: [{ key: "aws:ResourceTag/plumbline.dev/opt-out.backup", value: "*" }],
        },
      ],
    },
    // Most notices of a vault itself that something failed are sent no more (API of AWS Backup, PutBackupVaultNotifications).
    notice: {
      name: `${id}-not-done`,
      description: "Backups, copies and restores that failed, were given up or came too late",
      eventPattern: JSON.stringify({
        source: ["aws.backup"],
        "detail-type": ["Backup Job State Change", "Copy Job State Change", "Restore Job State Change"],
        // A restore has a status, where backups and copies have a state.
        detail: { $or: [{ state: NOT_DONE }, { status: NOT_DONE }] },
      }),
      tags,
    },
    saves: role("saves", {
      own: `${SERVICE_ROLES}/AWSBackupServiceRolePolicyForBackup`,
      s3: "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
    }),
    restores: role("restores", {
      own: `${SERVICE_ROLES}/AWSBackupServiceRolePolicyForRestores`,
      s3: "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore",
    }),
    test: (vaultArn) => ({
      name: id.replaceAll("-", "_"),
      scheduleExpression: TESTED.schedule,
      startWindowHours: TESTED.startWindowHours,
      recoveryPointSelection: {
        algorithm: "LATEST_WITHIN_WINDOW",
        includeVaults: [vaultArn],
        recoveryPointTypes: ["SNAPSHOT", "CONTINUOUS"],
        selectionWindowDays: TESTED.windowDays,
      },
      tags,
    }),
    tested: tests.of.map((kind) => ({
      name: kind,
      protectedResourceType: kind,
      protectedResourceArns: ["*"],
      validationWindowHours: tests.hours ?? TESTED.hours,
      ...(tests.metadata?.[kind] && { restoreMetadataOverrides: { ...tests.metadata[kind] } }),
    })),
  };
}
