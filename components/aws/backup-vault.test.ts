import { describe, expect, test } from "vitest";
import { InvalidArgsError } from "../core/invalid.ts";
import { optOut } from "../core/opt-out.ts";
import { type Recording, record } from "../testing/record.ts";
import { type BackupVaultArgs, backupVaultProblems, completeBackupVault } from "./backup-args.ts";
import { BackupVault } from "./backup-vault.ts";
import { Keys } from "./keys.ts";

const account = { region: "eu-central-1", accountId: "123456789012" };
const why = optOut("a test needs no more");
const base = {
  account,
  copyTo: "eu-west-1",
  restoreTests: { of: ["Aurora", "S3"] },
  alarms: { topicArn: "arn:aws:sns:eu-central-1:123456789012:pages" },
} as const;
const problemsOf = (more: object) =>
  backupVaultProblems("vault", completeBackupVault({ ...base, ...more } as unknown as BackupVaultArgs));

test("a vault that says no more than it must is sound, and so is one that says why it does less", () => {
  expect(problemsOf({})).toEqual([]);
  expect(problemsOf({ copyTo: why, restoreTests: why, alarms: why, lock: { complianceAfterDays: 3 } })).toEqual([]);
});

test.each<[what: string, change: object, field: string, allowed: RegExp]>([
  ["a class that there is not", { dataClass: "secret" }, "dataClass", /personal/],
  ["six days", { keep: "6d" }, "keep", /from "7d"/],
  ["half a day more", { keep: "180h" }, "keep", /whole days/],
  ["every night", { schedule: "0 1 * * *" }, "schedule", /cron\(0 1/],
  ["a copy at home", { copyTo: "eu-central-1" }, "copyTo", /another region/],
  ["no copy without a reason", { copyTo: undefined }, "copyTo", /optOut/],
  ["a lock on the first day", { lock: { complianceAfterDays: 2 } }, "lock", /3 or more/],
  ["no lock", { lock: null }, "lock", /"governance"/],
  ["no tests without a reason", { restoreTests: { of: [] } }, "restoreTests", /optOut/],
  ["tests of what cannot be tested", { restoreTests: { of: ["MSK"] } }, "restoreTests.of[0]", /Aurora/],
  ["a test twice", { restoreTests: { of: ["S3", "S3"] } }, "restoreTests.of[1]", /each kind once/],
  ["a test for ever", { restoreTests: { of: ["S3"], hours: 200 } }, "restoreTests.hours", /to 168/],
  ["failures that nobody hears of", { alarms: {} }, "alarms", /topicArn/],
])("%s is refused", (_, change, field, allowed) => {
  expect(problemsOf(change).find((problem) => problem.field === field)?.allowed).toMatch(allowed);
});

describe("what is made", () => {
  const made = (more: Partial<BackupVaultArgs> = {}, replicaRegions = ["eu-west-1"]) =>
    record("production", () => {
      const keys = new Keys("keys", { account, replicaRegions });
      new BackupVault("vault", { ...base, keys, ...more });
    });
  const ofType = ({ resources }: Recording<unknown>, type: string) =>
    resources.filter((one) => one.type.endsWith(type)).map(({ name }) => name);

  test("is a vault here and one in the other region, each under that region's key, and locked", async () => {
    const recording = await made();
    expect(recording.inputsOf("vault:Vault", "vault")).toMatchObject({
      kmsKeyArn: "arn:aws/kms/key/Key:keys-confidential",
    });
    expect(recording.inputsOf("vault:Vault", "vault-eu-west-1")).toMatchObject({
      region: "eu-west-1",
      kmsKeyArn: "arn:aws/kms/replicaKey/ReplicaKey:keys-confidential-eu-west-1",
    });
    for (const name of ["vault", "vault-eu-west-1"])
      expect(recording.inputsOf(":VaultLockConfiguration", name)).toMatchObject({ minRetentionDays: 35 });
    expect(recording.inputsOf(":VaultLockConfiguration", "vault")).not.toHaveProperty("changeableForDays");
  });

  test("saves each day, copies each backup, and keeps both as long", async () => {
    const recording = await made({ keep: "90d" });
    const [rule] = recording.inputsOf("plan:Plan", "vault").rules;
    expect(rule).toMatchObject({
      targetVaultName: "production-vault",
      lifecycle: { deleteAfter: 90 },
      copyActions: [
        { destinationVaultArn: "arn:aws/backup/vault/Vault:vault-eu-west-1", lifecycle: { deleteAfter: 90 } },
      ],
    });
    expect(recording.inputsOf(":Selection", "vault").conditions[0].stringEquals).toEqual([
      { key: "aws:ResourceTag/plumbline.dev/data-class", value: "confidential" },
    ]);
  });

  test("tries restores from this vault, with a role that is not the one that saves", async () => {
    const recording = await made({
      restoreTests: { of: ["Aurora"], metadata: { Aurora: { dbsubnetgroupname: "x" } } },
    });
    const plan = recording.inputsOf(":RestoreTestingPlan", "vault");
    expect(plan.recoveryPointSelection.includeVaults).toEqual(["arn:aws/backup/vault/Vault:vault"]);
    expect(plan.name).toMatch(/^\w+$/);
    expect(recording.inputsOf(":RestoreTestingSelection", "vault-aurora")).toMatchObject({
      protectedResourceType: "Aurora",
      validationWindowHours: 4,
      iamRoleArn: "arn:aws/iam/role/Role:vault-restores",
      restoreMetadataOverrides: { dbsubnetgroupname: "x" },
    });
    expect(recording.inputsOf(":Selection", "vault").iamRoleArn).toBe("arn:aws/iam/role/Role:vault-saves");
  });

  test("tells of jobs that were not done by what EventBridge says of them, not by notices of the vault, which are no more", async () => {
    const recording = await made();
    const pattern = JSON.parse(recording.inputsOf(":EventRule", "vault").eventPattern);
    expect(pattern.source).toEqual(["aws.backup"]);
    expect(pattern["detail-type"]).toEqual(["Backup", "Copy", "Restore"].map((job) => `${job} Job State Change`));
    const ends = ["FAILED", "EXPIRED", "ABORTED"];
    expect(pattern.detail).toEqual({ $or: [{ state: ends }, { status: ends }] });
    expect(recording.inputsOf(":EventTarget", "vault").arn).toBe(base.alarms.topicArn);
    expect(ofType(recording, ":VaultNotifications")).toEqual([]);
  });

  test("lets AWS Backup take on its roles, though it may not say for which account", async () => {
    const recording = await made();
    for (const name of ["vault-saves", "vault-restores"]) {
      const [{ Condition }] = JSON.parse(recording.inputsOf(":Role", name).assumeRolePolicy).Statement;
      expect(Condition).toEqual({ StringEqualsIfExists: { "aws:SourceAccount": account.accountId } });
    }
  });

  test("does less where it is said why, which stands as a tag", async () => {
    const recording = await made({ copyTo: why, restoreTests: why, alarms: why }, []);
    expect(ofType(recording, "vault:Vault")).toEqual(["vault"]);
    for (const type of [":RestoreTestingPlan", ":EventRule", ":EventTarget"])
      expect(ofType(recording, type)).toEqual([]);
    expect(ofType(recording, ":Role")).toEqual(["vault-saves"]);
    const { tags } = recording.inputsOf("vault:Vault", "vault");
    for (const what of ["copy", "restoreTests", "alarms"])
      expect(tags[`plumbline.dev/opt-out.${what}`]).toBe(why.optOut);
  });

  test("is refused where the keys have no copy", async () => {
    await expect(made({}, [])).rejects.toThrow(InvalidArgsError);
  });
});
