import { Key } from "@pulumi/aws/kms/key.js";
import * as pulumi from "@pulumi/pulumi";
import { type Children, keeping } from "../../core/component.ts";
import { DEFAULT_LOG_DAYS } from "../../data/aws/place.ts";
import { type MadeBucket, makeBucket } from "../../data/object-store/made-bucket.ts";
import { logBucketPlan, logBucketPolicy } from "../../data/object-store/s3-plan.ts";
import type { VaultArgs } from "./vault-args.ts";
import { type Allowed, VAULT, vaultKeyPlan, vaultPlan, vaultPolicy } from "./vault-plan.ts";

/** Where records are kept. */
export interface Vault {
  readonly key: Key;
  readonly made: MadeBucket;
}

/** Who may do what with it, beside the account. */
interface VaultAccess {
  readonly key: readonly Allowed[];
  /**
   * Whether one key of S3's own stands for many objects, which costs less. Who writes must then have the right to decrypt, and the key sees the bucket and
   * not what each object is of: not for a writer whose policy names what it writes.
   */
  readonly bucketKey: boolean;
  readonly bucket: (bucketArn: string) => readonly Allowed[];
}

/** Makes a bucket of objects that nobody takes back, with its key and the record of its requests. */
export function makeVault(
  name: string,
  title: string,
  args: VaultArgs,
  access: VaultAccess,
  children: Children,
): Vault {
  const { aws, retain = true } = args;
  const stack = pulumi.getStack();
  const key = new Key(...children.child(name, vaultKeyPlan(title, args, access.key), undefined, keeping(retain)));
  const logs = makeBucket(
    `${name}-access-logs`,
    logBucketPlan(stack, name, { aws, retain }, DEFAULT_LOG_DAYS),
    {
      encryption: { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
      policy: (arn) => logBucketPolicy(arn, aws),
      prefix: "",
      retain,
    },
    children,
  );
  const encrypted = { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn };
  const made = makeBucket(
    `${name}-${VAULT}`,
    vaultPlan(stack, name, args),
    {
      encryption: { applyServerSideEncryptionByDefault: encrypted, bucketKeyEnabled: access.bucketKey },
      policy: (arn) => vaultPolicy(arn, access.bucket(arn)),
      logs,
      prefix: `${VAULT}/`,
      retain,
    },
    children,
  );
  return { key, made };
}
