import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { optOut } from "../../core/opt-out.ts";
import { AWS_PLACE } from "../../testing/aws-place.ts";
import { record } from "../../testing/record.ts";
import { CloudTrail } from "./cloud-trail.ts";
import type { CloudTrailArgs } from "./cloud-trail-args.ts";
import { trailLines, trailSilent } from "./cloud-trail-plan.ts";
import { breakGlassLine, deliveryAlarms } from "./eks-plan.ts";

const { region, accountId, alarms } = AWS_PLACE;
const ARGS: CloudTrailArgs = { aws: { region, accountId, alarms }, keep: "400d" };
const TRAIL = "arn:aws:cloudtrail:eu-central-1:123456789012:trail/production-trail";

const made = (change: Partial<CloudTrailArgs> = {}) =>
  record("production", () => {
    new CloudTrail("trail", { ...ARGS, ...change });
  });

test("a trail records every region, in files that show whether one was changed, encrypted with a key of its own", async () => {
  const { inputsOf } = await made();
  expect(inputsOf(":Trail", "trail")).toMatchObject({
    name: "production-trail",
    isMultiRegionTrail: true,
    includeGlobalServiceEvents: true,
    enableLogFileValidation: true,
    enableLogging: true,
    kmsKeyId: expect.stringContaining("key"),
    cloudWatchLogsGroupArn: expect.stringMatching(/:\*$/),
  });
  const [management, records, ...others] = inputsOf(":Trail", "trail").advancedEventSelectors;
  expect(management.fieldSelectors).toEqual([{ field: "eventCategory", equals: ["Management"] }]);
  expect(others).toEqual([]);
  // Of its own bucket what takes a record away, and not what CloudTrail itself adds.
  const said = Object.fromEntries(
    records.fieldSelectors.map((one: { field: string; equals?: unknown; startsWiths?: unknown }) => [
      one.field,
      one.equals ?? one.startsWiths,
    ]),
  );
  expect(said).toEqual({
    eventCategory: ["Data"],
    "resources.type": ["AWS::S3::Object"],
    "resources.ARN": [expect.stringMatching(/trail-vault.*\/$/)],
    eventName: ["PutObjectRetention", "PutObjectLegalHold", "DeleteObject", "DeleteObjects"],
  });
  const told = trailLines("bucket").find(({ name }) => name === "CloudTrailLockBypassed")?.patterns[0];
  for (const name of said.eventName) expect(told).toContain(`"${name}"`);
});

test("no key of S3's own stands between the trail and its key, which lets it decrypt nothing", async () => {
  const { inputsOf } = await made();
  const [rule] = inputsOf(":BucketServerSideEncryptionConfiguration", "trail-vault").rules;
  expect(rule.bucketKeyEnabled).toBe(false);
});

test("CloudTrail takes on the role for CloudWatch, though it does not say for which account", async () => {
  const { inputsOf } = await made();
  const [{ Condition }] = JSON.parse(inputsOf(":Role", "trail-logs").assumeRolePolicy).Statement;
  expect(Condition).toEqual({ StringEqualsIfExists: { "aws:SourceAccount": "123456789012" } });
});

test("only this trail adds objects, only of this account, and nobody without TLS", async () => {
  const { inputsOf } = await made();
  const { Statement } = JSON.parse(inputsOf(":BucketPolicy", "trail-vault").policy);
  const allowed = Statement.filter(({ Effect }: { Effect: string }) => Effect === "Allow");
  expect(allowed).toHaveLength(2);
  for (const { Principal, Condition } of allowed) {
    expect(Principal).toEqual({ Service: "cloudtrail.amazonaws.com" });
    expect(Condition.StringEquals["aws:SourceArn"]).toBe(TRAIL);
  }
  expect(allowed[1]).toMatchObject({
    Action: "s3:PutObject",
    Resource: expect.stringMatching(/\/AWSLogs\/123456789012\/\*$/),
  });
  const denied = Statement.filter(({ Effect }: { Effect: string }) => Effect === "Deny");
  expect(JSON.stringify(denied)).toContain('"aws:SecureTransport":"false"');
  const key = JSON.parse(inputsOf(":Key", "trail").policy).Statement;
  const encrypts = key.filter(({ Principal }: { Principal: object }) =>
    JSON.stringify(Principal).includes("cloudtrail"),
  );
  expect(encrypts.length).toBe(2);
  for (const { Condition } of encrypts) expect(Condition.StringEquals["aws:SourceArn"]).toBe(TRAIL);
});

test("its bucket is locked for as long as it keeps, closed to the public, and emptied afterwards", async () => {
  const { inputsOf } = await made({ lock: "compliance" });
  expect(inputsOf(":BucketObjectLockConfiguration", "trail-vault").rule.defaultRetention).toEqual({
    mode: "COMPLIANCE",
    days: 400,
  });
  expect(inputsOf(":BucketVersioning", "trail-vault").versioningConfiguration).toEqual({ status: "Enabled" });
  expect(inputsOf(":BucketLifecycleConfiguration", "trail-vault").rules[0].expiration).toEqual({ days: 400 });
  expect(inputsOf(":BucketPublicAccessBlock", "trail-vault")).toMatchObject({
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  expect(inputsOf(":BucketLogging", "trail-vault").targetPrefix).toBe("vault/");
});

test("objects of chosen buckets, and what is unusual, are recorded where they are asked for", async () => {
  const { inputsOf } = await made({ buckets: ["arn:aws:s3:::people-data"], insights: true });
  const { advancedEventSelectors, insightSelectors } = inputsOf(":Trail", "trail");
  expect(advancedEventSelectors[2].fieldSelectors).toContainEqual({
    field: "resources.ARN",
    startsWiths: ["arn:aws:s3:::people-data/"],
  });
  expect(insightSelectors).toHaveLength(2);
});

test("the root's use, a trail that is stopped, a key and a lock that are taken away wake somebody", async () => {
  const { resources, inputsOf } = await made();
  const lines = trailLines("production-trail-vault-1234-5678-9012");
  for (const { name, patterns } of lines) {
    const filter = inputsOf(":LogMetricFilter", `trail-${name}-0`);
    expect([filter.pattern]).toEqual(patterns);
    expect(filter.pattern.length).toBeLessThanOrEqual(1_024);
    expect(filter.logGroupName).toBe("/plumbline/cloudtrail/production-trail");
    expect(inputsOf(":MetricAlarm", `trail-${name}`)).toMatchObject({
      metricName: filter.metricTransformation.name,
      namespace: filter.metricTransformation.namespace,
      alarmActions: ["arn:aws:sns:eu-central-1:123456789012:stores"],
    });
  }
  expect(resources.filter(({ type }) => type.endsWith(":MetricAlarm"))).toHaveLength(lines.length + 1);
  expect(inputsOf(":MetricAlarm", "trail-CloudTrailSilent").treatMissingData).toBe("breaching");
});

test("who opens a key to others, or takes away what would tell of it, is told of", () => {
  const patternOf = (name: string) =>
    trailLines("bucket")
      .find((line) => line.name === name)
      ?.patterns.join() ?? "";
  for (const call of ["DisableKey", "ScheduleKeyDeletion", "PutKeyPolicy"])
    expect(patternOf("CloudTrailKeyTaken")).toContain(`($.eventName = "${call}")`);
  const [ofLogs = "", ofAlarms = ""] = patternOf("CloudTrailAlarmTaken").split('"monitoring.amazonaws.com"');
  for (const call of ["DeleteLogGroup", "DeleteMetricFilter", "DeleteSubscriptionFilter"])
    expect(ofLogs).toContain(`($.eventName = "${call}")`);
  for (const call of ["DeleteAlarms", "DisableAlarmActions"]) expect(ofAlarms).toContain(`($.eventName = "${call}")`);
});

test("every alarm of an account and of EKS has its section in the runbook", () => {
  const runbook = readFileSync(join(import.meta.dirname, "../../../docs/runbooks/audit.md"), "utf8");
  const alarms = [
    ...trailLines("bucket"),
    trailSilent("/group"),
    ...breakGlassLine(["glass"]),
    ...deliveryAlarms("stream"),
  ];
  for (const { name } of alarms) expect(runbook, name).toMatch(new RegExp(`^## ${name}$`, "m"));
});

test("without CloudWatch there is no log group, no role and no alarm, and the trail says why", async () => {
  const why = optOut("the organization's own trail is what alarms look at");
  const { resources, inputsOf } = await made({ cloudWatch: why, aws: { region, accountId, alarms: why } });
  expect(resources.filter(({ type }) => /:(LogGroup|MetricAlarm|LogMetricFilter|Role)$/.test(type))).toEqual([]);
  expect(inputsOf(":Trail", "trail").tags["plumbline.dev/opt-out.cloudWatch"]).toContain("organization");
});

test.each<[what: string, change: object, field: string]>([
  ["no account", { aws: { region, alarms, accountId: "1" } }, "aws.accountId"],
  [
    "a topic elsewhere",
    { aws: { region, accountId, alarms: { topicArn: "arn:aws:sns:us-east-1:123456789012:x" } } },
    "aws.alarms.topicArn",
  ],
  ["hours", { keep: "36h" }, "keep"],
  ["a lock that is none", { lock: "hard" }, "lock"],
  ["a bucket by its name", { buckets: ["people-data"] }, "buckets[0]"],
  ["objects of a bucket", { buckets: ["arn:aws:s3:::people-data/*"] }, "buckets[0]"],
  ["alarms without what they look at", { cloudWatch: optOut("it costs too much here") }, "aws.alarms"],
])("%s is refused by its field", async (_, change, field) => {
  await record("production", () => {
    expect(() => new CloudTrail("trail", { ...ARGS, ...change } as CloudTrailArgs)).toThrow(
      expect.objectContaining({ problems: expect.arrayContaining([expect.objectContaining({ field })]) }),
    );
  });
});
