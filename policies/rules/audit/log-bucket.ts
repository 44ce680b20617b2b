import { awsType, documentAt, fieldsAt, pointer, pointers, statementsOf, texts } from "../../core/aws.ts";
import type { Field } from "../../core/field.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";

const BUCKET = "aws:s3/bucket:Bucket";

/** Services of AWS that write records of requests into a bucket. */
const WRITERS = [
  "logging.s3.amazonaws.com",
  "delivery.logs.amazonaws.com",
  "logdelivery.elasticloadbalancing.amazonaws.com",
];

const bucketOf = (other: StackObject) => pointer(other, BUCKET, "bucket");
const targetOf = (logging: StackObject) => pointer(logging, BUCKET, "targetBucket");
const ownTargetOf = (bucket: StackObject) =>
  pointer(bucket, BUCKET, "logging", bucket.root.at("logging", "targetBucket"));

/** What shows that a bucket holds the records of others, by the type that shows it and where it names the bucket. */
const SIGNS: readonly { type: string; keyOf: (object: StackObject) => string; shows: (root: Field) => boolean }[] = [
  { type: "aws:s3/bucketLogging:BucketLogging", keyOf: targetOf, shows: () => true },
  { type: BUCKET, keyOf: ownTargetOf, shows: () => true },
  { type: "aws:s3/bucketAcl:BucketAcl", keyOf: bucketOf, shows: acceptsRecords },
  { type: "aws:s3/bucketPolicy:BucketPolicy", keyOf: bucketOf, shows: admitsWriters },
];

/**
 * The conditions of which any makes a bucket one that holds the records of others: it would record its own writing of
 * records without end. None for what is no bucket.
 */
export function signsOfRecords(object: StackObject, names: readonly string[], stack: Stack): (() => boolean)[] {
  if (awsType(object) !== BUCKET) return [];
  return [
    () => acceptsRecords(object.root) || admitsWriters(object.root),
    ...SIGNS.flatMap(({ type, keyOf, shows }) =>
      pointers(stack, type, keyOf, names).map((one) => () => names.includes(keyOf(one)) && shows(one.root)),
    ),
  ];
}

/** S3's ready-made list for buckets of records, or a grant to the group that writes them. */
function acceptsRecords(root: Field): boolean {
  const grantees = ["grants[].uri", "accessControlPolicy.grants[].grantee.uri"].flatMap((path) => fieldsAt(root, path));
  return (
    root.at("acl").text() === "log-delivery-write" ||
    grantees.some((uri) => (uri.text() ?? "").endsWith("/groups/s3/LogDelivery"))
  );
}

function admitsWriters(root: Field): boolean {
  const document = documentAt(root.at("policy"));
  return (document ? statementsOf(document) : []).some((statement) => {
    const principal = statement.at("Principal");
    if (statement.at("Effect").text() !== "Allow" || typeof principal.value === "string") return false;
    return texts(principal.at("Service")).some((service) => WRITERS.includes(service));
  });
}
