import { awsType, fieldsAt, namesOf, pointer, pointers, switched } from "../../core/aws.ts";
import type { Field } from "../../core/field.ts";
import { type Violation, violation } from "../../core/rule.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, everyKnown, someKnown } from "../../core/unknown.ts";

const BUCKET = "aws:s3/bucket:Bucket";
const ACL = "aws:s3/bucketAcl:BucketAcl";
const OBJECTS = ["aws:s3/bucketObjectv2:BucketObjectv2", "aws:s3/objectCopy:ObjectCopy"];
const BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";

/** What a block must switch on to be one. */
const FLAGS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

/** S3's ready-made lists of who may do what, and its names for everybody. */
const PUBLIC_ACLS = ["public-read", "public-read-write", "authenticated-read", "website"];
const EVERYBODY = /\/(AllUsers|AuthenticatedUsers)$/;

const bucketOf = (other: StackObject) => pointer(other, BUCKET, "bucket");

/** Whether it is a bucket, an object in one, or a list of who may do what with one. */
export function hasAcl(object: StackObject): boolean {
  return [BUCKET, ACL, ...OBJECTS].includes(awsType(object));
}

/** What opens a bucket to everybody: its list of who may do what, or a block that has holes. */
export function* openBucket(object: StackObject, blockRequired: boolean, stack: Stack): Generator<Violation> {
  yield* eachKnown([() => publicAcl(object.root), () => holes(object, blockRequired, stack)], (part) => part());
}

function* publicAcl(root: Field): Generator<Violation> {
  const acl = root.at("acl");
  if (PUBLIC_ACLS.includes(acl.text() ?? "")) yield violation(acl, '"private"', { fix: "acl: private" });
  const grantees = ["grants[].uri", "accessControlPolicy.grants[].grantee.uri"].flatMap((path) => fieldsAt(root, path));
  yield* eachKnown(grantees, function* (uri) {
    if (EVERYBODY.test(uri.text() ?? "")) yield violation(uri, "somebody by name");
  });
}

/**
 * S3 itself blocks public access to buckets made since April 2023, unless a block of the bucket's own takes it back:
 * a flag that is left out is off.
 */
function* holes(object: StackObject, blockRequired: boolean, stack: Stack): Generator<Violation> {
  if (awsType(object) !== BUCKET) return;
  const names = namesOf(object, "bucket");
  const blocks = pointers(stack, BLOCK, bucketOf, names);
  const isItsOwn = (block: StackObject) => names.includes(bucketOf(block));
  const isWhole = (block: StackObject) => everyKnown(FLAGS, (flag) => switched(block.root.at(flag)) === true);
  if (someKnown(blocks, (block) => isItsOwn(block) && !isWhole(block))) {
    yield {
      path: "",
      given: "a bucket whose public access is not blocked altogether",
      wanted: `a BucketPublicAccessBlock with ${FLAGS.join(", ")}: true`,
      related: blocks.map(({ label }) => label),
    };
    return;
  }
  if (!blockRequired || someKnown(blocks, isItsOwn)) return;
  yield {
    path: "",
    given: "a bucket without a block of public access",
    wanted: `a BucketPublicAccessBlock of the stack with ${FLAGS.join(", ")}: true`,
  };
}
