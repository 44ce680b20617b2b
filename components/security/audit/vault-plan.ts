import type { KeyArgs } from "@pulumi/aws/kms/key.js";
import { days } from "../../data/aws/store.ts";
import { keyPlan } from "../../data/aws/surroundings-plan.ts";
import { storeTags } from "../../data/aws/tags.ts";
import { type BucketPlan, bucketName, bucketPolicy } from "../../data/object-store/s3-plan.ts";
import type { VaultArgs } from "./vault-args.ts";

/** The one bucket of a vault, in the program. */
export const VAULT = "vault";

/** A statement of a policy that stands on a resource. */
export type Allowed = Readonly<Record<string, unknown>>;

/** A bucket whose objects nobody can take back for a time, and which are deleted after it. */
export function vaultPlan(stack: string, name: string, { aws, keep, lock, retain = true }: VaultArgs): BucketPlan {
  const given = bucketName(stack, name, VAULT, aws);
  const kept = days(keep);
  const defaultRetention = { mode: lock === "compliance" ? "COMPLIANCE" : "GOVERNANCE", days: kept };
  return {
    bucketName: given,
    bucket: {
      bucket: given,
      objectLockEnabled: true,
      forceDestroy: !retain,
      tags: vaultTags({ aws, keep }),
    },
    lifecycle: {
      rules: [
        {
          id: "past-their-time",
          status: "Enabled",
          filter: {},
          expiration: { days: kept },
          noncurrentVersionExpiration: { noncurrentDays: 1 },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    },
    lock: { rule: { defaultRetention } },
  };
}

/** What it holds is about who works here, and about whose data they had before them. */
export function vaultTags({ aws, keep }: Pick<VaultArgs, "aws" | "keep">): Record<string, string> {
  return storeTags(aws, { dataClass: "restricted", retention: keep });
}

/** TLS for everybody, and what is allowed besides. */
export function vaultPolicy(bucketArn: string, allowed: readonly Allowed[]): string {
  const policy = JSON.parse(bucketPolicy(bucketArn)) as { Statement: object[] };
  policy.Statement.push(...allowed);
  return JSON.stringify(policy);
}

/** The key of what is kept: for the account, for its log groups, and for who is allowed besides. */
export function vaultKeyPlan(title: string, { aws, keep }: VaultArgs, allowed: readonly Allowed[]): KeyArgs {
  const plan = keyPlan(title, aws, vaultTags({ aws, keep }));
  const policy = JSON.parse(String(plan.policy)) as { Statement: object[] };
  policy.Statement.push(...allowed);
  return { ...plan, policy: JSON.stringify(policy) };
}
