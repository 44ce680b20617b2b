import { Bucket, type BucketArgs } from "@pulumi/aws/s3/bucket.js";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import { BucketLogging } from "@pulumi/aws/s3/bucketLogging.js";
import { BucketObjectLockConfiguration } from "@pulumi/aws/s3/bucketObjectLockConfiguration.js";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
import type * as pulumi from "@pulumi/pulumi";
import { type Children, keeping } from "../../core/component.ts";
import type { Transform } from "../../core/transform.ts";
import type { BucketPlan } from "./s3-plan.ts";

/** A bucket that stands, with the policy without which nobody should use it. */
export interface MadeBucket {
  readonly bucket: Bucket;
  readonly policy: BucketPolicy;
}

/** In what one bucket differs from another. */
export interface BucketMaking {
  readonly encryption: {
    readonly applyServerSideEncryptionByDefault: {
      readonly sseAlgorithm: string;
      readonly kmsMasterKeyId?: pulumi.Output<string>;
    };
    readonly bucketKeyEnabled?: boolean;
  };
  readonly policy: (bucketArn: string) => string;
  /** Where requests to it are recorded, under `prefix`. */
  readonly logs?: MadeBucket;
  readonly prefix: string;
  readonly retain: boolean;
}

/** Makes a bucket of S3 that nobody outside of the account comes in to: versioned, encrypted, and what is its plan's. */
export function makeBucket(
  name: string,
  plan: BucketPlan,
  how: BucketMaking,
  children: Children,
  transform?: Transform<BucketArgs>,
): MadeBucket {
  const kept = keeping(how.retain);
  const made = new Bucket(...children.child(name, plan.bucket, transform, kept));
  const { bucket } = made;
  const encryption = { bucket, rules: [how.encryption] };
  const versioning = { bucket, versioningConfiguration: { status: "Enabled" } };
  const blocked = {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  };
  const closed = new BucketPublicAccessBlock(...children.child(name, { bucket, ...blocked }));
  new BucketOwnershipControls(...children.child(name, { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } }));
  new BucketServerSideEncryptionConfiguration(...children.child(name, encryption));
  const versioned = { dependsOn: new BucketVersioning(...children.child(name, versioning)) };
  new BucketLifecycleConfiguration(...children.child(name, { bucket, ...plan.lifecycle }, undefined, versioned));
  if (plan.lock)
    new BucketObjectLockConfiguration(...children.child(name, { bucket, ...plan.lock }, undefined, versioned));
  const args = { bucket, policy: made.arn.apply(how.policy) };
  const policy = new BucketPolicy(...children.child(name, args, undefined, { dependsOn: closed }));
  if (how.logs) {
    const target = { bucket, targetBucket: how.logs.bucket.bucket, targetPrefix: how.prefix };
    new BucketLogging(...children.child(name, target, undefined, { dependsOn: how.logs.policy }));
  }
  return { bucket: made, policy };
}
