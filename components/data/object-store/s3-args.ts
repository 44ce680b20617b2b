import type { BucketArgs as S3BucketArgs } from "@pulumi/aws/s3/bucket.js";
import type { Duration } from "../../core/duration.ts";
import type { OptOut } from "../../core/opt-out.ts";
import type { Transform } from "../../core/transform.ts";
import type { AwsStoreArgs } from "../aws/store.ts";
import type { DeclaredArgs } from "../declared.ts";

/** How a bucket of S3 keeps its objects. All of them are versioned: an older version is the backup of what was overwritten or deleted. */
interface S3BucketOptions {
  /**
   * How long an object is kept after it was written, in whole days; for ever by default. Of `personal` data it goes with its last version
   * after the store's `retention` by default, or says why something else deletes it in time.
   */
  readonly expireAfter?: Duration | OptOut;
  /**
   * Nobody can delete or overwrite a version for so many whole days after it was written (object lock, mode `GOVERNANCE`: only who has
   * the right to bypass it could): for backups. A bucket has it from its beginning or never.
   */
  readonly lockFor?: Duration;
}

/** Buckets of S3. */
export interface S3Args<Name extends string = string> extends AwsStoreArgs {
  /** Buckets by name. In AWS the name has the stack before it and the account behind it: it is unique in the world. */
  readonly buckets: Readonly<Record<Name, S3BucketOptions>>;
  /** How long older versions are kept: whole days; 30 by default. */
  readonly keep?: Duration;
  /**
   * Gives consumers an access key that does not end, in the same files as in the cluster. By default their pods have the rights
   * themselves (EKS Pod Identity), which any SDK of AWS finds where it is given no key: no key can leak.
   */
  readonly podIdentity?: OptOut;
  readonly storage?: never;
  readonly transform?: { readonly bucket?: Transform<S3BucketArgs> };
}

/** What an S3 gets that says nothing. */
const DEFAULTS = { keep: "30d", retain: true, rotation: 1 } as const;

/** The arguments with every default filled in. */
export function completeS3<Name extends string>(args: S3Args<Name>) {
  return { ...DEFAULTS, ...args };
}

export type CompleteS3 = Required<Pick<S3Args, keyof typeof DEFAULTS>> &
  Pick<S3Args, "aws" | "backend" | "buckets" | "namespace" | "podIdentity" | "replication" | keyof DeclaredArgs>;
