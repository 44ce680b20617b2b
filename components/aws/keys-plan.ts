import type { KeyArgs } from "@pulumi/aws/kms/key.js";
import { awsName } from "../data/aws/name.ts";
import { type AwsAccount, namedTags } from "./account.ts";
import { type CompleteKeys, type KeyPurpose, PLATFORM_KEYS } from "./keys-args.ts";

/** Longest name of an alias, after `alias/`. */
const LONGEST_ALIAS = 250;

export interface KeyPlan {
  readonly purpose: KeyPurpose;
  /** Name in AWS, without `alias/`. */
  readonly id: string;
  readonly tags: Record<string, string>;
  readonly key: KeyArgs;
  /** Regions in which it has copies. */
  readonly replicas: readonly string[];
}

/** What whoever encrypts with a key needs: all but ruling it. */
const USE = [
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

const WHAT: Readonly<Record<KeyPurpose, string>> = {
  public: "Data that all may know",
  internal: "Internal data",
  confidential: "Confidential data",
  restricted: "Restricted data",
  personal: "Personal data",
  cluster: "Secrets of Kubernetes",
  disks: "Disks of nodes",
  logs: "Logs",
};

/** A key for each class of data, and one for each use of the platform. */
export function keysPlan(stack: string, name: string, args: CompleteKeys): KeyPlan[] {
  const { account, classes, replicaRegions, deletionDays, rotationDays } = args;
  return [...classes, ...PLATFORM_KEYS].map((purpose) => {
    const isOfData = !isPlatform(purpose);
    const id = awsName(stack, `${name}-${purpose}`, LONGEST_ALIAS);
    const tags = {
      ...namedTags(account, id),
      ...(isOfData && { "plumbline.dev/data-class": purpose }),
    };
    return {
      purpose,
      id,
      tags,
      key: {
        description: `${WHAT[purpose]} of ${name}`,
        enableKeyRotation: true,
        rotationPeriodInDays: rotationDays,
        deletionWindowInDays: deletionDays,
        multiRegion: isOfData && replicaRegions !== undefined,
        policy: keyPolicy(purpose, account),
        tags,
      },
      replicas: isOfData ? (replicaRegions ?? []) : [],
    };
  });
}

function isPlatform(purpose: KeyPurpose): boolean {
  return PLATFORM_KEYS.some((one) => one === purpose);
}

/**
 * Who may use a key: whom the account lets by policies of its own, and what of AWS needs it without one. In a key's policy `Resource: "*"` is the
 * key itself, and without the account's statement nobody could ever change it again.
 */
export function keyPolicy(purpose: KeyPurpose, account: Pick<AwsAccount, "accountId" | "region">): string {
  const own = {
    Sid: "Account",
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${account.accountId}:root` },
    Action: "kms:*",
    Resource: "*",
  };
  const others = purpose === "cluster" ? [] : purpose === "disks" ? disks(account) : [logs(account)];
  return JSON.stringify({ Version: "2012-10-17", Statement: [own, ...others] });
}

/** Stores keep their logs under the key of their data. */
function logs({ accountId, region }: Pick<AwsAccount, "accountId" | "region">) {
  return {
    Sid: "Logs",
    Effect: "Allow",
    Principal: { Service: `logs.${region}.amazonaws.com` },
    Action: USE,
    Resource: "*",
    Condition: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${region}:${accountId}:log-group:*` } },
  };
}

/**
 * The role by which Auto Scaling starts nodes (EC2 Auto Scaling user guide, "Required AWS KMS key policy for use with encrypted volumes"). It is
 * named in a condition and not as the principal: a key's policy may not name one that is not there yet, and AWS makes it with the first group.
 */
function disks({ accountId }: Pick<AwsAccount, "accountId">) {
  const role = `arn:aws:iam::${accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
  const scaling = {
    ArnEquals: { "aws:PrincipalArn": role },
    StringEquals: { "kms:CallerAccount": accountId },
  };
  const use = {
    Sid: "ScalingUses",
    Effect: "Allow",
    Principal: { AWS: "*" },
    Action: USE,
    Resource: "*",
    Condition: scaling,
  };
  const grants = {
    Sid: "ScalingGrants",
    Effect: "Allow",
    Principal: { AWS: "*" },
    Action: "kms:CreateGrant",
    Resource: "*",
    Condition: { ...scaling, Bool: { "kms:GrantIsForAWSResource": "true" } },
  };
  return [use, grants];
}
