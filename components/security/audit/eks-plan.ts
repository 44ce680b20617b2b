import type { FirehoseDeliveryStreamArgs } from "@pulumi/aws/kinesis/firehoseDeliveryStream.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Alarm } from "../../data/aws/monitoring/alarm.ts";
import type { ToldLine } from "./told.ts";
import type { AuditAccount } from "./vault-args.ts";

/** Of the lines of a control plane's log group, those that are audit events: the others have no such field. */
export const IS_EVENT = '{ $.auditID = "*" }';

/** Before the day of every object. */
const PREFIX = "api/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/";
/** What Firehose could not take apart: it is kept as well, as the lines it is. */
const FAILED = "failed/!{firehose:error-output-type}/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/";
/** Firehose's most of both: 15 minutes, or 128 MB. Fewer objects are asked faster; what is to be told at once is told by CloudWatch. */
const BUFFER = { seconds: 300, megabytes: 64 } as const;

/** What of a stream is known only when the rest stands. */
interface Around {
  readonly bucketArn: pulumi.Input<string>;
  readonly roleArn: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
  readonly errors: { readonly group: pulumi.Input<string>; readonly stream: pulumi.Input<string> };
}

/** Brings lines of CloudWatch Logs to a bucket, one event a line. */
export function streamPlan(name: string, around: Around, tags: Record<string, string>): FirehoseDeliveryStreamArgs {
  const { bucketArn, roleArn, keyArn, errors } = around;
  return {
    name,
    destination: "extended_s3",
    serverSideEncryption: { enabled: true, keyType: "CUSTOMER_MANAGED_CMK", keyArn },
    extendedS3Configuration: {
      bucketArn,
      roleArn,
      kmsKeyArn: keyArn,
      prefix: PREFIX,
      errorOutputPrefix: FAILED,
      bufferingInterval: BUFFER.seconds,
      bufferingSize: BUFFER.megabytes,
      compressionFormat: "GZIP",
      fileExtension: ".json.gz",
      processingConfiguration: {
        enabled: true,
        // CloudWatch sends many events packed into one; taken apart, they are the events themselves.
        processors: [
          {
            type: "Decompression",
            parameters: [{ parameterName: "CompressionFormat", parameterValue: "GZIP" }],
          },
          {
            type: "CloudWatchLogProcessing",
            parameters: [{ parameterName: "DataMessageExtraction", parameterValue: "true" }],
          },
          {
            type: "AppendDelimiterToRecord",
            parameters: [{ parameterName: "Delimiter", parameterValue: String.raw`\n` }],
          },
        ],
      },
      cloudwatchLoggingOptions: { enabled: true, logGroupName: errors.group, logStreamName: errors.stream },
    },
    tags,
  };
}

/** What Firehose may do: add objects to the bucket, by the key, and say what went wrong. It deletes none, and reads none. */
export function streamPolicy(bucketArn: string, keyArn: string, errorsArn: string, { region }: AuditAccount): string {
  const viaS3 = { StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` } };
  const statements = [
    {
      Effect: "Allow",
      Action: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
      Resource: bucketArn,
    },
    { Effect: "Allow", Action: ["s3:PutObject", "s3:AbortMultipartUpload"], Resource: `${bucketArn}/*` },
    { Effect: "Allow", Action: ["kms:GenerateDataKey", "kms:Decrypt"], Resource: keyArn, Condition: viaS3 },
    { Effect: "Allow", Action: "logs:PutLogEvents", Resource: `${errorsArn}:log-stream:*` },
  ];
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** Firehose encrypts by the key what waits in it. */
export function streamKeyStatement({ region, accountId }: AuditAccount) {
  return {
    Sid: "WaitingEvents",
    Effect: "Allow",
    Principal: { Service: "firehose.amazonaws.com" },
    Action: ["kms:GenerateDataKey", "kms:Decrypt"],
    Resource: "*",
    Condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: { "aws:SourceArn": `arn:aws:firehose:${region}:${accountId}:deliverystream/*` },
    },
  };
}

/** CloudWatch Logs may put events into the one stream. */
export function subscriberPolicy(streamArn: string): string {
  const statement = { Effect: "Allow", Action: ["firehose:PutRecord", "firehose:PutRecordBatch"], Resource: streamArn };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

/** CloudWatch Logs takes on the role for the log groups of this account alone. */
export function subscriberTrust({ region, accountId }: AuditAccount): string {
  const statement = {
    Effect: "Allow",
    Principal: { Service: "logs.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: { StringLike: { "aws:SourceArn": `arn:aws:logs:${region}:${accountId}:*` } },
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

/** A pattern has so many characters at most, and names an item of a list by its number. */
const LONGEST_PATTERN = 1_024;
/** How many groups of somebody are looked at: an access entry of EKS brings its own first, and the API server adds one. */
const GROUPS_LOOKED_AT = 8;

/**
 * Patterns for what somebody does who signed in with one of these groups, or acts as one: as many of them as it takes to name each place in their lists of groups.
 */
export function breakGlassPatterns(groups: readonly string[]): string[] {
  const places = ["user", "impersonatedUser"].flatMap((who) =>
    Array.from({ length: GROUPS_LOOKED_AT }, (_, index) => `$.${who}.groups[${index}]`),
  );
  const conditions = groups.flatMap((group) => places.map((place) => `(${place} = ${JSON.stringify(group)})`));
  const patterns: string[] = [];
  let held: string[] = [];
  const joined = (all: readonly string[]) => `{ ${all.join(" || ")} }`;
  for (const condition of conditions) {
    if (held.length > 0 && joined([...held, condition]).length > LONGEST_PATTERN) {
      patterns.push(joined(held));
      held = [];
    }
    held.push(condition);
  }
  return held.length > 0 ? [...patterns, joined(held)] : patterns;
}

/** The use of the rights for emergencies, and somebody of whom it cannot be said: the group that matters may stand behind those that are looked at. */
export function breakGlassLine(groups: readonly string[]): ToldLine[] {
  if (groups.length === 0) return [];
  const more = ["user", "impersonatedUser"].map((who) => `($.${who}.groups[${GROUPS_LOOKED_AT}] = "*")`);
  return [
    {
      name: "BreakGlassUsed",
      severity: "critical",
      summary: "somebody uses the rights for emergencies; the audit log says who, and does what",
      patterns: breakGlassPatterns(groups),
    },
    {
      name: "BreakGlassUnclear",
      severity: "critical",
      summary: `somebody acts with more than ${GROUPS_LOOKED_AT} groups, which is more than are looked at for the rights for emergencies`,
      patterns: [`{ ${more.join(" || ")} }`],
    },
  ];
}

/** What is told of the way itself: that nothing comes any more, and that what came does not arrive. */
export function deliveryAlarms(stream: string): Alarm[] {
  const dimensions = { DeliveryStreamName: stream };
  return [
    {
      name: "AuditLogSilent",
      severity: "warning",
      // Of the stream, and not of the control plane's log group: that has lines of the authenticator and the scheduler, too.
      measure: { namespace: "AWS/Firehose", name: "IncomingRecords", dimensions, statistic: "Sum" },
      when: { below: 1, orSilent: true },
      minutes: 30,
      summary:
        "no audit event has come for half an hour: is the control plane's log audit switched on, and does it go to the stream?",
    },
    {
      name: "AuditDeliveryLate",
      severity: "warning",
      measure: { namespace: "AWS/Firehose", name: "DeliveryToS3.DataFreshness", dimensions, statistic: "Maximum" },
      when: { above: 3_600 },
      minutes: 15,
      summary: "events wait for more than an hour before they are in the bucket; Firehose gives up after a day",
    },
  ];
}
