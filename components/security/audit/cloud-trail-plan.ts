import type { TrailArgs } from "@pulumi/aws/cloudtrail/trail.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Alarm } from "../../data/aws/monitoring/alarm.ts";
import { awsName } from "../../data/aws/name.ts";
import type { CloudTrailArgs } from "./cloud-trail-args.ts";
import type { ToldLine } from "./told.ts";
import type { AuditAccount } from "./vault-args.ts";
import type { Allowed } from "./vault-plan.ts";

const SERVICE = { Service: "cloudtrail.amazonaws.com" };
/** What is done to an object that is locked, by which it could go before its time. */
const TAKES_OBJECTS_AWAY = ["PutObjectRetention", "PutObjectLegalHold", "DeleteObject", "DeleteObjects"];
/** CloudTrail's own limit of a name. */
const LONGEST_NAME = 128;

/** A trail as AWS calls it. */
export function trailName(stack: string, name: string): string {
  return awsName(stack, name, LONGEST_NAME);
}

function trailArn(trail: string, { region, accountId }: AuditAccount): string {
  return `arn:aws:cloudtrail:${region}:${accountId}:trail/${trail}`;
}

/** CloudTrail may encrypt for this trail, and find out that it may; people of the account read by the key's own statement. */
export function trailKeyStatements(trail: string, aws: AuditAccount): Allowed[] {
  const ofTrail = { StringEquals: { "aws:SourceArn": trailArn(trail, aws) } };
  const context = { "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:*:${aws.accountId}:trail/*` };
  return [
    {
      Sid: "TrailEncrypts",
      Effect: "Allow",
      Principal: SERVICE,
      Action: "kms:GenerateDataKey*",
      Resource: "*",
      Condition: { ...ofTrail, StringLike: context },
    },
    {
      Sid: "TrailLooks",
      Effect: "Allow",
      Principal: SERVICE,
      Action: "kms:DescribeKey",
      Resource: "*",
      Condition: ofTrail,
    },
  ];
}

/** This trail may add objects of this account, and no other's. */
export function trailBucketStatements(bucketArn: string, trail: string, aws: AuditAccount): Allowed[] {
  const source = { "aws:SourceArn": trailArn(trail, aws) };
  return [
    {
      Sid: "TrailLooks",
      Effect: "Allow",
      Principal: SERVICE,
      Action: "s3:GetBucketAcl",
      Resource: bucketArn,
      Condition: { StringEquals: source },
    },
    {
      Sid: "TrailWrites",
      Effect: "Allow",
      Principal: SERVICE,
      Action: "s3:PutObject",
      Resource: `${bucketArn}/AWSLogs/${aws.accountId}/*`,
      Condition: { StringEquals: { ...source, "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
  ];
}

/** What the trail's role may do: write to its own streams of one log group. */
export function trailLogPolicy(logGroupArn: string, { region, accountId }: AuditAccount): string {
  const statement = {
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: `${logGroupArn}:log-stream:${accountId}_CloudTrail_${region}*`,
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

/** What of a trail is known only when the rest stands. */
interface Around {
  readonly bucket: pulumi.Input<string>;
  readonly bucketArn: pulumi.Output<string>;
  readonly keyArn: pulumi.Input<string>;
  readonly cloudWatch: { readonly groupArn: pulumi.Input<string>; readonly roleArn: pulumi.Input<string> } | undefined;
}

/** Records every call of the account in every region, in files whose hashes show whether one was changed or is missing. */
export function trailPlan(
  trail: string,
  { buckets = [], insights = false }: Pick<CloudTrailArgs, "buckets" | "insights">,
  { bucket, bucketArn, keyArn, cloudWatch }: Around,
  objects: readonly pulumi.Input<string>[],
  tags: Record<string, string>,
): TrailArgs {
  const management = { name: "management", fieldSelectors: [{ field: "eventCategory", equals: ["Management"] }] };
  const data = {
    name: "objects",
    fieldSelectors: [
      { field: "eventCategory", equals: ["Data"] },
      { field: "resources.type", equals: ["AWS::S3::Object"] },
      { field: "resources.ARN", startsWiths: [...objects] },
    ],
  };
  // What is done to an object is no call of management: it is recorded only if it is asked for. What CloudTrail itself adds is not.
  const own = {
    name: "records",
    fieldSelectors: [
      { field: "eventCategory", equals: ["Data"] },
      { field: "resources.type", equals: ["AWS::S3::Object"] },
      { field: "eventName", equals: [...TAKES_OBJECTS_AWAY] },
      { field: "resources.ARN", startsWiths: [bucketArn.apply((arn) => `${arn}/`)] },
    ],
  };
  return {
    name: trail,
    s3BucketName: bucket,
    kmsKeyId: keyArn,
    isMultiRegionTrail: true,
    includeGlobalServiceEvents: true,
    enableLogFileValidation: true,
    enableLogging: true,
    advancedEventSelectors: buckets.length > 0 ? [management, own, data] : [management, own],
    ...(insights && {
      insightSelectors: [{ insightType: "ApiCallRateInsight" }, { insightType: "ApiErrorRateInsight" }],
    }),
    ...(cloudWatch && {
      cloudWatchLogsGroupArn: cloudWatch.groupArn,
      cloudWatchLogsRoleArn: cloudWatch.roleArn,
    }),
    tags,
  };
}

/** Any of these calls. */
function calls(...names: string[]): string {
  return names.map((name) => `($.eventName = "${name}")`).join(" || ");
}

/** What changes for how long objects of a bucket cannot be deleted, what becomes of them, or who comes in. The lock has two names in AWS' own words. */
const TAKES_AWAY = [
  "PutObjectLockConfiguration",
  "PutBucketObjectLockConfiguration",
  ...TAKES_OBJECTS_AWAY,
  "PutBucketPolicy",
  "DeleteBucketPolicy",
  "PutBucketLifecycle",
  "DeleteBucketLifecycle",
  "DeleteBucket",
];

/** The log groups whose lines alarms look at: of trails, of deliveries, of control planes. */
const LOGS_TOLD_OF = ["/plumbline/*", "/aws/eks/*"]
  .map((name) => `($.requestParameters.logGroupName = ${JSON.stringify(name)})`)
  .join(" || ");

/**
 * What wakes somebody at the first line: nobody does it on an ordinary day. After the CIS benchmark of AWS, "Monitoring"; of buckets, the one of the
 * records alone.
 */
export function trailLines(bucketName: string): readonly ToldLine[] {
  return [
    {
      name: "CloudTrailRootUsed",
      severity: "critical",
      summary: "somebody acts as the account's root",
      patterns: [
        '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
      ],
    },
    {
      name: "CloudTrailChanged",
      severity: "critical",
      summary: "a trail was stopped, changed or deleted: what is done from now on may be in no record",
      patterns: [
        `{ ($.eventSource = "cloudtrail.amazonaws.com") && (${calls("StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors", "PutInsightSelectors")}) }`,
      ],
    },
    {
      name: "CloudTrailKeyTaken",
      severity: "critical",
      summary:
        "a key was switched off, is to be deleted, or lets in others: what it encrypts cannot be read then, or by whom it should not, records among it",
      patterns: [
        `{ ($.eventSource = "kms.amazonaws.com") && (${calls("DisableKey", "ScheduleKeyDeletion", "PutKeyPolicy")}) }`,
      ],
    },
    {
      name: "CloudTrailAlarmTaken",
      severity: "critical",
      summary: "somebody took away an alarm, or the lines that alarms look at: what comes next may be told to nobody",
      patterns: [
        `{ (($.eventSource = "logs.amazonaws.com") && (${LOGS_TOLD_OF}) && (${calls("DeleteLogGroup", "DeleteMetricFilter", "DeleteSubscriptionFilter")})) || (($.eventSource = "monitoring.amazonaws.com") && (${calls("DeleteAlarms", "DisableAlarmActions")})) }`,
      ],
    },
    {
      name: "CloudTrailLockBypassed",
      severity: "critical",
      summary:
        "somebody deleted records, or changed for how long they cannot be, what becomes of them, or who may come in",
      patterns: [
        `{ ($.eventSource = "s3.amazonaws.com") && ($.requestParameters.bucketName = ${JSON.stringify(bucketName)}) && (${calls(...TAKES_AWAY)}) }`,
      ],
    },
  ];
}

/** An account in which nobody does anything for an hour is one whose trail does not arrive: AWS' own services alone make more. */
export function trailSilent(logGroup: string): Alarm {
  return {
    name: "CloudTrailSilent",
    severity: "warning",
    measure: {
      namespace: "AWS/Logs",
      name: "IncomingLogEvents",
      dimensions: { LogGroupName: logGroup },
      statistic: "Sum",
    },
    when: "silent",
    minutes: 60,
    summary: "no event has come for an hour",
  };
}
