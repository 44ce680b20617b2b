import { awsType, fieldsAt, namesOf, pointer, pointers } from "../../core/aws.ts";
import { broken, isIn } from "../../core/aws-settings.ts";
import type { Field } from "../../core/field.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown } from "../../core/unknown.ts";
import { CUSTOMER_KEYS, ownKey } from "./customer-key-table.ts";
import { clusterDecides } from "./snapshots.ts";

const BUCKET = "aws:s3/bucket:Bucket";
const BUCKET_ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";

const bucketOf = (configuration: StackObject) => pointer(configuration, BUCKET, "bucket");

export const customerKeyRequired = defineRule({
  id: "customer-key-required",
  section: "security",
  title: "What holds data in AWS is encrypted with a key of your own, and the keys rotate",
  severity: "medium",
  why: "with AWS's own key nobody can say who may decrypt, see who did, or take a key back when it is compromised",
  fix: "name a KMS key of your own where the resource is declared, and enableKeyRotation: true on the key",
  frameworks: ["SOC2:CC6.1", "PCI-DSS-4.0:3.6.1", "GDPR:Art.32"],
  scope: "stack",
  optOut: "customerKey",
  exemptable: true,
  params: {},
  subjects: (object) => isIn(CUSTOMER_KEYS, object) || awsType(object) === BUCKET,
  *check(object, _params, stack) {
    if (awsType(object) === BUCKET) yield* bucket(object, stack);
    else if (!clusterDecides(object, stack)) yield* broken(CUSTOMER_KEYS, object);
  },
});

/** Where a bucket says it itself: BucketV2 says everything in lists. */
const OWN = ["serverSideEncryptionConfiguration.rule", "serverSideEncryptionConfigurations[].rules[]"];
const SETTINGS = ["applyServerSideEncryptionByDefault", "applyServerSideEncryptionByDefaults[]"];

/** A bucket says it itself, or another resource says it for the bucket. */
function* bucket(object: StackObject, stack: Stack): Generator<Violation> {
  const own = OWN.flatMap((path) => fieldsAt(object.root, path));
  const names = namesOf(object, "bucket");
  const apart = pointers(stack, BUCKET_ENCRYPTION, bucketOf, names);
  const keyed = someKnown(
    [...own.map((rule) => () => rightBy(rule)), ...apart.map((one) => () => rightFor(one, names))],
    (holds) => holds(),
  );
  if (keyed) return;
  yield {
    path: "serverSideEncryptionConfiguration",
    given: "not encrypted with a KMS key of your own",
    wanted: "a BucketServerSideEncryptionConfiguration of the stack with sseAlgorithm aws:kms and kmsMasterKeyId",
  };
}

function rightFor(configuration: StackObject, names: readonly string[]): boolean {
  if (!names.includes(bucketOf(configuration))) return false;
  return someKnown(configuration.root.at("rules").items(), rightBy);
}

function rightBy(rule: Field): boolean {
  return someKnown(
    SETTINGS.flatMap((path) => fieldsAt(rule, path)),
    (settings) =>
      (settings.at("sseAlgorithm").text() ?? "").startsWith("aws:kms") && ownKey(settings.at("kmsMasterKeyId")),
  );
}
