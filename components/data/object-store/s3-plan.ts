import type { BucketArgs } from "@pulumi/aws/s3/bucket.js";
import type { BucketLifecycleConfigurationArgs } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import type { BucketObjectLockConfigurationArgs } from "@pulumi/aws/s3/bucketObjectLockConfiguration.js";
import type { Duration } from "../../core/duration.ts";
import { optOut } from "../../core/opt-out.ts";
import { awsName } from "../aws/name.ts";
import type { AwsPlace } from "../aws/place.ts";
import type { Statement } from "../aws/pod-identity-plan.ts";
import { days } from "../aws/store.ts";
import { storeTags } from "../aws/tags.ts";
import type { DeclaredArgs } from "../declared.ts";
import { expiryOf } from "./args.ts";
import { ACTIONS, type Access } from "./identities.ts";
import type { CompleteS3 } from "./s3-args.ts";

/** Longest name of a bucket, with the account behind it: twelve digits in groups of four, as people write them, each after a hyphen. */
const LONGEST_NAME = 63 - 15;
/** Parts of an upload that nobody finished, in days. */
const UNFINISHED_DAYS = 7;
/** The name of the bucket with the records of all requests, in the program. */
export const LOGS = "access-logs";

const S3_OWN_KEY = optOut("S3 writes records of requests only where its own key encrypts");

/** Rights to the key that encrypts a bucket. */
const KEY_ACTIONS = {
  reader: ["kms:Decrypt"],
  owner: ["kms:Decrypt", "kms:GenerateDataKey"],
  // An upload in parts is put together by who may read the key.
  writer: ["kms:Decrypt", "kms:GenerateDataKey"],
} as const;

/** What a bucket is, and what becomes of its objects. What it is encrypted with, and who comes in, is the same for all. */
export interface BucketPlan {
  /** As AWS calls it. */
  readonly bucketName: string;
  readonly bucket: BucketArgs;
  readonly lifecycle: Pick<BucketLifecycleConfigurationArgs, "rules">;
  readonly lock: Pick<BucketObjectLockConfigurationArgs, "rule"> | undefined;
}

/** A bucket as AWS calls it. */
export function bucketName(
  stack: string,
  store: string,
  bucket: string,
  { accountId }: Pick<AwsPlace, "accountId">,
): string {
  return `${awsName(stack, `${store}-${bucket}`, LONGEST_NAME)}-${accountId.replaceAll(/(\d{4})(?=\d)/g, "$1-")}`;
}

/** One bucket, with every version of its objects. */
export function bucketPlan(stack: string, store: string, name: string, args: CompleteS3): BucketPlan {
  const { aws, keep, retain, podIdentity, buckets } = args;
  const { lockFor } = buckets[name] ?? {};
  const expireAfter = s3Expiry(args, buckets[name] ?? {});
  const given = bucketName(stack, store, name, aws);
  return {
    bucketName: given,
    bucket: {
      bucket: given,
      objectLockEnabled: lockFor !== undefined,
      forceDestroy: !retain,
      tags: storeTags(aws, args, { podIdentity, retention: buckets[name]?.expireAfter }),
    },
    lifecycle: {
      rules: [
        {
          id: "old-versions",
          status: "Enabled",
          filter: {},
          noncurrentVersionExpiration: { noncurrentDays: days(keep) },
          abortIncompleteMultipartUpload: { daysAfterInitiation: UNFINISHED_DAYS },
          ...(expireAfter && { expiration: { days: days(expireAfter) } }),
        },
      ],
    },
    lock:
      lockFor === undefined ? undefined : { rule: { defaultRetention: { mode: "GOVERNANCE", days: days(lockFor) } } },
  };
}

/**
 * How long a bucket's objects are kept until what is left of them is an older version, which stays for `keep`; undefined if they do not
 * end by themselves. Of personal data both together are the store's retention.
 */
export function s3Expiry(
  args: Pick<CompleteS3, "keep" | keyof DeclaredArgs>,
  bucket: Parameters<typeof expiryOf>[1],
): Duration | undefined {
  if (bucket.expireAfter !== undefined || args.dataClass !== "personal") return expiryOf(args, bucket);
  return args.retention && `${days(args.retention) - days(args.keep)}d`;
}

/** The bucket with the records of all requests. S3 writes them itself, and only to a bucket that is encrypted with S3's own key. */
export function logBucketPlan(
  stack: string,
  store: string,
  { aws, retain }: { readonly aws: Pick<AwsPlace, "accountId" | "tags" | "alarms">; readonly retain: boolean },
  logDays: number,
): BucketPlan {
  const given = bucketName(stack, store, LOGS, aws);
  const rule = { id: "old-records", status: "Enabled", filter: {}, expiration: { days: logDays } };
  const old = {
    noncurrentVersionExpiration: { noncurrentDays: 1 },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
  };
  return {
    bucketName: given,
    bucket: {
      bucket: given,
      forceDestroy: !retain,
      tags: storeTags(aws, { dataClass: "internal" }, { customerKey: S3_OWN_KEY }),
    },
    lifecycle: { rules: [{ ...rule, ...old }] },
    lock: undefined,
  };
}

/** Nobody comes in without TLS 1.2 or later, whoever it is. */
export function bucketPolicy(bucketArn: string): string {
  const deny = (Sid: string, Condition: object) => ({
    Sid,
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucketArn, `${bucketArn}/*`],
    Condition,
  });
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      deny("OnlyTls", { Bool: { "aws:SecureTransport": "false" } }),
      deny("OnlyNewTls", { NumericLessThan: { "s3:TlsVersion": "1.2" } }),
    ],
  });
}

/** The same, and S3 may write records of requests to the buckets of this account. */
export function logBucketPolicy(bucketArn: string, { accountId }: Pick<AwsPlace, "accountId">): string {
  const policy = JSON.parse(bucketPolicy(bucketArn)) as { Statement: object[] };
  policy.Statement.push({
    Sid: "Records",
    Effect: "Allow",
    Principal: { Service: "logging.s3.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: `${bucketArn}/*`,
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  });
  return JSON.stringify(policy);
}

/** What a consumer may do with a bucket, and with the key that encrypts it. */
export function accessStatements(
  right: Access["right"],
  bucketArn: string,
  keyArn: string,
  { region }: AwsPlace,
): Statement[] {
  const { bucket, objects } = ACTIONS[right];
  const viaS3 = { StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` } };
  return [
    ...(bucket.length > 0 ? [{ Effect: "Allow", Action: bucket, Resource: bucketArn } as const] : []),
    { Effect: "Allow", Action: objects, Resource: `${bucketArn}/*` },
    { Effect: "Allow", Action: KEY_ACTIONS[right], Resource: keyArn, Condition: viaS3 },
  ];
}
