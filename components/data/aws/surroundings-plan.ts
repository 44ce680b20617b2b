import type { LogGroupArgs } from "@pulumi/aws/cloudwatch/logGroup.js";
import type { SecurityGroupArgs } from "@pulumi/aws/ec2/securityGroup.js";
import type { KeyArgs } from "@pulumi/aws/kms/key.js";
import type { SecurityGroupIngressRuleArgs } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import type * as pulumi from "@pulumi/pulumi";
import { type AwsPlace, DEFAULT_LOG_DAYS } from "./place.ts";

/** Longest wait that AWS allows before a key is gone, in days: what it encrypted cannot be read after it. */
const KEY_DELETION_DAYS = 30;

/** A store's own key. The account decides who may use it; CloudWatch Logs may, for the account's log groups. */
export function keyPlan(
  store: string,
  { accountId, region }: Pick<AwsPlace, "accountId" | "region">,
  tags: Record<string, string>,
): KeyArgs {
  const account = {
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${accountId}:root` },
    Action: "kms:*",
    Resource: "*",
  };
  const logs = {
    Effect: "Allow",
    Principal: { Service: `logs.${region}.amazonaws.com` },
    Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
    Resource: "*",
    Condition: {
      ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${region}:${accountId}:log-group:*` },
    },
  };
  return {
    description: `All that ${store} holds`,
    enableKeyRotation: true,
    deletionWindowInDays: KEY_DELETION_DAYS,
    policy: JSON.stringify({ Version: "2012-10-17", Statement: [account, logs] }),
    tags,
  };
}

/** Who comes in to a store: nobody yet. It sends nowhere by itself. */
export function securityGroupPlan(
  store: string,
  name: string,
  { vpcId }: AwsPlace,
  tags: Record<string, string>,
): SecurityGroupArgs {
  return { name, description: `Servers of ${store}`, vpcId, tags };
}

/** Lets the consumers' pods in on one port. Which pods of the cluster may, its network policies say. */
export function ingressPlan(
  store: string,
  securityGroupId: pulumi.Input<string>,
  from: pulumi.Input<string>,
  port: number,
  tags: Record<string, string>,
): SecurityGroupIngressRuleArgs {
  return {
    securityGroupId,
    referencedSecurityGroupId: from,
    description: `Pods that use ${store}`,
    ipProtocol: "tcp",
    fromPort: port,
    toPort: port,
    tags,
  };
}

/** A log group of a store, encrypted, and emptied after a time. */
export function logGroupPlan(
  name: string,
  { logDays = DEFAULT_LOG_DAYS }: AwsPlace,
  kmsKeyId: pulumi.Input<string>,
  tags: Record<string, string>,
): LogGroupArgs {
  return { name, retentionInDays: logDays, kmsKeyId, tags };
}
