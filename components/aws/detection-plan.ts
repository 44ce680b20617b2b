import type { EventRuleArgs } from "@pulumi/aws/cloudwatch/eventRule.js";
import type { Problem } from "../core/invalid.ts";
import { nameProblems } from "../core/names.ts";
import { isOptOut, type OptOut } from "../core/opt-out.ts";
import { type Shapes, shapeProblems } from "../core/shape.ts";
import { accountProblems } from "../data/aws/place.ts";
import { policyOf, type Statement } from "../data/aws/pod-identity-plan.ts";
import type { AwsAccount } from "./account.ts";

/** What GuardDuty looks at without anything that runs on nodes, beside the logs of DNS, flows and the API, which it always reads. */
export const FEATURES = ["S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS"] as const;

/** Rules of AWS Config, each a promise of this folder that somebody could break by hand: as AWS calls them. */
export const CONFIG_RULES = [
  "CMK_BACKING_KEY_ROTATION_ENABLED",
  "EC2_IMDSV2_CHECK",
  "EKS_ENDPOINT_NO_PUBLIC_ACCESS",
  "EKS_SECRETS_ENCRYPTED",
  "ENCRYPTED_VOLUMES",
  "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS",
  "INCOMING_SSH_DISABLED",
  "RDS_STORAGE_ENCRYPTED",
  "ROOT_ACCOUNT_MFA_ENABLED",
  "S3_BUCKET_PUBLIC_READ_PROHIBITED",
  "S3_BUCKET_PUBLIC_WRITE_PROHIBITED",
  "VPC_DEFAULT_SECURITY_GROUP_CLOSED",
  "VPC_FLOW_LOGS_ENABLED",
] as const;

/** From which severity on somebody is told of a finding: `high`, by GuardDuty's own scale of 1 to 10. */
const SEVERE = 7;

export interface CompleteDetection {
  readonly account: AwsAccount;
  readonly alarms: { readonly topicArn: unknown } | OptOut;
  readonly rules: readonly string[];
  readonly bucketKeyArn?: unknown;
}

const KEY = /^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/;
const SHAPES: Shapes = { account: "an object", rules: "a list of texts", "alarms?": "an object" };

/** Everything that is wrong with the arguments of a detection. */
export function detectionProblems(name: string, args: CompleteDetection): Problem[] {
  const misshapen = shapeProblems(args, SHAPES);
  if (misshapen.length > 0) return misshapen;
  const { account, alarms, rules, bucketKeyArn } = args;
  const problems = [...nameProblems("name", name), ...accountProblems("account", account)];
  if (!isOptOut(alarms) && !alarms?.topicArn)
    problems.push({ field: "alarms", given: alarms, allowed: '{ topicArn }, or optOut("<why nobody is told>")' });
  if (typeof bucketKeyArn === "string" && !KEY.test(bucketKeyArn))
    problems.push({ field: "bucketKeyArn", given: bucketKeyArn, allowed: "the ARN of a key, not of an alias" });
  for (const [index, given] of rules.entries())
    if (!/^[A-Z0-9]+(_[A-Z0-9]+)+$/.test(given) || rules.indexOf(given) !== index)
      problems.push({
        field: `rules[${index}]`,
        given,
        allowed: 'a rule as AWS calls it, each once: "ENCRYPTED_VOLUMES"',
      });
  return problems;
}

/** Findings on which somebody must act, and rules of Config that are broken from now on. */
export function noticePlan(id: string, what: "findings" | "rules", tags: Record<string, string>): EventRuleArgs {
  const patterns = {
    findings: {
      source: ["aws.guardduty"],
      "detail-type": ["GuardDuty Finding"],
      detail: { severity: [{ numeric: [">=", SEVERE] }] },
    },
    rules: {
      source: ["aws.config"],
      "detail-type": ["Config Rules Compliance Change"],
      detail: { newEvaluationResult: { complianceType: ["NON_COMPLIANT"] } },
    },
  };
  return {
    name: `${id}-${what}`,
    description: what === "findings" ? "Findings of GuardDuty that are high" : "Rules of AWS Config that are broken",
    eventPattern: JSON.stringify(patterns[what]),
    tags,
  };
}

/** Lets AWS Config write what it records into a bucket, under this account's name, and encrypt it by the bucket's key, if that has one. */
export function recorderPolicy(bucketArn: string, accountId: string, keyArn?: string): string {
  return policyOf([
    { Effect: "Allow", Action: ["s3:GetBucketAcl", "s3:ListBucket"], Resource: bucketArn },
    {
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: `${bucketArn}/AWSLogs/${accountId}/Config/*`,
      Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
    ...(keyArn === undefined ? [] : [encryptsBy(keyArn)]),
  ]);
}

function encryptsBy(keyArn: string): Statement {
  return { Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: keyArn };
}
