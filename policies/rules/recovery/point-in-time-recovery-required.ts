import { awsType, fieldsAt, namesOf, pointer, pointers } from "../../core/aws.ts";
import { type AwsTable, broken, isIn, on, oneOf } from "../../core/aws-settings.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown } from "../../core/unknown.ts";

const BUCKET = "aws:s3/bucket:Bucket";
const VERSIONING = "aws:s3/bucketVersioning:BucketVersioning";

/** Where stores that can go back to any moment say that they will; none does by itself. */
export const POINT_IN_TIME: AwsTable = {
  "aws:dynamodb/table:Table": [on("pointInTimeRecovery.enabled"), on("replicas[].pointInTimeRecovery")],
  "aws:dynamodb/tableReplica:TableReplica": [on("pointInTimeRecovery")],
  "aws:efs/backupPolicy:BackupPolicy": [oneOf("backupPolicy.status", ["ENABLED"])],
  "aws:keyspaces/table:Table": [oneOf("pointInTimeRecovery.status", ["ENABLED"])],
};

const bucketOf = (versioning: StackObject) => pointer(versioning, BUCKET, "bucket");

export const pointInTimeRecoveryRequired = defineRule({
  id: "point-in-time-recovery-required",
  section: "reliability",
  title: "Tables and buckets can go back to what they held before",
  severity: "high",
  why: "a wrong deployment or a stolen key overwrites or deletes data in seconds, and the last backup is hours old",
  fix: "switch point-in-time recovery on where the table is declared; for a bucket, add a BucketVersioning with status Enabled",
  frameworks: ["SOC2:A1.2"],
  scope: "stack",
  optOut: "backup",
  exemptable: true,
  params: {},
  subjects: (object) => isIn(POINT_IN_TIME, object) || awsType(object) === BUCKET,
  *check(object, _params, stack) {
    if (awsType(object) === BUCKET) yield* bucket(object, stack);
    else yield* broken(POINT_IN_TIME, object);
  },
});

/** A bucket says it itself (BucketV2 in a list), or another resource says it for the bucket. */
function* bucket(object: StackObject, stack: Stack): Generator<Violation> {
  const own = ["versioning.enabled", "versionings[].enabled"].flatMap((path) => fieldsAt(object.root, path));
  const names = namesOf(object, "bucket");
  const apart = pointers(stack, VERSIONING, bucketOf, names);
  // Objects under a lock have versions in any case.
  const holds = [
    ...own.map((enabled) => () => enabled.boolean() === true),
    () => object.root.at("objectLockEnabled").boolean() === true,
    ...apart.map((one) => () => names.includes(bucketOf(one)) && isEnabled(one)),
  ];
  if (someKnown(holds, (hold) => hold())) return;
  yield {
    path: "versioning.enabled",
    given: "without versions of its objects",
    wanted: "a BucketVersioning of the stack with versioningConfiguration.status Enabled",
  };
}

function isEnabled(versioning: StackObject): boolean {
  return versioning.root.at("versioningConfiguration", "status").text() === "Enabled";
}
