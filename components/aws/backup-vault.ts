import { Plan } from "@pulumi/aws/backup/plan.js";
import { RestoreTestingPlan } from "@pulumi/aws/backup/restoreTestingPlan.js";
import { RestoreTestingSelection } from "@pulumi/aws/backup/restoreTestingSelection.js";
import { Selection } from "@pulumi/aws/backup/selection.js";
import { Vault } from "@pulumi/aws/backup/vault.js";
import { VaultLockConfiguration } from "@pulumi/aws/backup/vaultLockConfiguration.js";
import { EventRule } from "@pulumi/aws/cloudwatch/eventRule.js";
import { EventTarget } from "@pulumi/aws/cloudwatch/eventTarget.js";
import * as pulumi from "@pulumi/pulumi";
import { Component, keeping } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import { isOptOut } from "../core/opt-out.ts";
import {
  type BackupVaultArgs,
  backupVaultProblems,
  type CompleteBackupVault,
  completeBackupVault,
} from "./backup-args.ts";
import { type BackupPlan, backupPlan } from "./backup-plan.ts";
import { makeRole } from "./managed-role.ts";

/**
 * Backups that stores do not keep themselves: of all that is tagged with a class of data, each day, in a vault out of which nothing is deleted
 * before its time, with a copy in another region; and once a month a restore, to see whether it can be done.
 *
 * ```ts
 * new BackupVault("confidential", {
 *   account,
 *   keys,
 *   copyTo: "eu-west-1",
 *   restoreTests: { of: ["Aurora", "S3"] },
 *   alarms: { topicArn: "arn:aws:sns:eu-central-1:123456789012:pages" },
 * });
 * ```
 */
export class BackupVault extends Component {
  readonly vaultArn: pulumi.Output<string>;
  /** Of the vault in the other region; undefined where there is none. */
  readonly copyArn: pulumi.Output<string> | undefined;
  readonly #name: string;

  constructor(name: string, args: BackupVaultArgs, opts?: pulumi.ComponentResourceOptions) {
    const complete = completeBackupVault(args);
    refuse(`BackupVault "${name}"`, backupVaultProblems(name, complete));
    super("aws:BackupVault", name, opts, [args.keys]);
    this.#name = name;
    const { transform } = args;
    const { copyTo, alarms } = complete;
    const plan = backupPlan(pulumi.getStack(), name, complete);
    const vault = this.#vault(plan, complete, args);
    const copy = isOptOut(copyTo) ? undefined : this.#vault(plan, complete, args, copyTo);
    this.vaultArn = vault.arn;
    this.copyArn = copy?.arn;
    const { id: planId } = new Plan(...this.child(name, plan.plan(vault.name, copy?.arn), transform?.plan));
    const saves = makeRole(`${this.#name}-saves`, plan.saves, this.children());
    new Selection(
      ...this.child(name, { ...plan.selection, planId, iamRoleArn: saves.role.arn }, undefined, {
        dependsOn: saves.rights,
      }),
    );
    if (!isOptOut(alarms)) {
      const rule = new EventRule(...this.child(name, plan.notice));
      new EventTarget(...this.child(name, { rule: rule.name, arn: alarms.topicArn }));
    }
    if (plan.tested.length > 0) this.#tests(plan, vault, transform);
    this.registerOutputs({ vaultArn: vault.arn });
  }

  #vault(
    { id, tags, lock }: BackupPlan,
    { dataClass, retain }: CompleteBackupVault,
    args: BackupVaultArgs,
    region?: string,
  ) {
    const name = region === undefined ? this.#name : `${this.#name}-${region}`;
    const there = region === undefined ? {} : { region };
    const plan = { ...there, name: id, kmsKeyArn: args.keys.arn(dataClass, region), forceDestroy: false, tags };
    const vault = new Vault(...this.child(name, plan, args.transform?.vault, keeping(retain)));
    const locked = { ...there, ...lock, backupVaultName: vault.name };
    new VaultLockConfiguration(...this.child(name, locked, undefined, keeping(retain)));
    return vault;
  }

  #tests(plan: BackupPlan, vault: Vault, transform: BackupVaultArgs["transform"]): void {
    const { role, rights } = makeRole(`${this.#name}-restores`, plan.restores, this.children());
    const tests = new RestoreTestingPlan(...this.child(this.#name, plan.test(vault.arn)));
    for (const tested of plan.tested) {
      const key = `${this.#name}-${String(tested.protectedResourceType).toLowerCase()}`;
      const args = { ...tested, restoreTestingPlanName: tests.name, iamRoleArn: role.arn };
      new RestoreTestingSelection(...this.child(key, args, transform?.restoreTest, { dependsOn: rights }));
    }
  }
}
