import { describe, expect, test } from "vitest";
import {
  awsType,
  documentAt,
  fieldsAt,
  findNamed,
  namesOf,
  numeral,
  pointedAt,
  pointer,
  pointers,
  statementsOf,
  switched,
  texts,
} from "./aws.ts";
import { Field } from "./field.ts";
import { Stack } from "./stack.ts";
import { StackObject } from "./stack-object.ts";
import { UNKNOWN, UnknownValue } from "./unknown.ts";

const BUCKET = "aws:s3/bucket:Bucket";
const VERSIONING = "aws:s3/bucketVersioning:BucketVersioning";

function resource(type: string, name: string, props: Record<string, unknown> = {}) {
  return { type, name, props };
}

/** A reference as static inputs have it. */
const reference = (inner: string) => `\${${inner}}`;

const field = (value: unknown) => new Field({ it: value }).at("it");

test.each([
  ["aws:alb/listener:Listener", "aws:lb/listener:Listener"],
  ["aws:lb/listener:Listener", "aws:lb/listener:Listener"],
  ["aws:s3/bucketV2:BucketV2", BUCKET],
  ["aws:s3/bucketVersioningV2:BucketVersioningV2", VERSIONING],
  ["aws:s3/bucketObject:BucketObject", "aws:s3/bucketObjectv2:BucketObjectv2"],
  ["aws:s3/bucketObjectv2:BucketObjectv2", "aws:s3/bucketObjectv2:BucketObjectv2"],
  ["aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", undefined],
])("%s is known as %s", (type, known) => {
  expect(awsType(new StackObject(resource(type, "one")))).toBe(known ?? type);
});

describe("fields at a path", () => {
  const root = new Field({ a: { b: [{ c: 1 }, {}, { c: UNKNOWN }] } });

  test("one for each element of a list", () => {
    expect(fieldsAt(root, "a.b[].c").map(({ path }) => path)).toEqual(["a.b[0].c", "a.b[1].c", "a.b[2].c"]);
  });

  test("one where nothing stands, none in a list that is not there", () => {
    expect(fieldsAt(root, "x.y").map(({ path }) => path)).toEqual(["x.y"]);
    expect(fieldsAt(root, "x[].y")).toEqual([]);
  });
});

test.each([
  [true, true],
  ["true", true],
  [false, false],
  ["false", false],
  [undefined, undefined],
  [null, undefined],
])("a switch of %j is %j", (value, on) => expect(switched(field(value))).toBe(on));

test.each([
  [3, 3],
  ["30", 30],
  [undefined, undefined],
])("a number of %j is %j", (value, number) => expect(numeral(field(value))).toBe(number));

test("words in place of numbers and switches are misshapen", () => {
  expect(() => numeral(field("many"))).toThrow("a number is wanted");
  expect(() => switched(field("yes"))).toThrow("true or false is wanted");
});

test.each([
  ["one", ["one"]],
  [
    ["one", "two", null],
    ["one", "two"],
  ],
  [undefined, []],
])("the texts of %j are %j", (value, list) => expect(texts(field(value))).toEqual(list));

describe("a policy document", () => {
  const statement = { Effect: "Allow" };

  test.each([
    ["an object", { Statement: [statement] }, "it.Statement[0]"],
    ["an object with one statement", { Statement: statement }, "it.Statement"],
    ["text", JSON.stringify({ Statement: [statement] }), "it.Statement[0]"],
  ])("is read from %s, at its own place", (_name, value, path) => {
    const document = documentAt(field(value)) as Field;
    expect(statementsOf(document).map((one) => one.path)).toEqual([path]);
    expect(statementsOf(document)[0]?.at("Effect").text()).toBe("Allow");
  });

  test.each([undefined, reference("data.aws_iam_policy_document.one.json")])("is not in %j", (value) =>
    expect(documentAt(field(value))).toBeUndefined(),
  );

  test("may have no statement", () => expect(statementsOf(documentAt(field("{}")) as Field)).toEqual([]));
});

test.each([
  [reference("aws_s3_bucket.files.id"), "files"],
  [reference("aws_s3_bucket.files[0].id"), "files"],
  [reference("files.id"), "files"],
  [reference("files"), "files"],
  ["arn:aws:s3:::shop-files", "shop-files"],
  ["arn:aws:iam::111122223333:role/shop/orders", "orders"],
  ["shop-files", "shop-files"],
  ["files-1a2b3c4", "files"],
  [undefined, ""],
])("%j points at %j", (value, name) => expect(pointedAt(field(value))).toBe(name));

describe("what a property points at", () => {
  const urn = "urn:pulumi:production::shop::plumbline:aws:Store$aws:s3/bucketV2:BucketV2::files";
  const pointing = (references: Record<string, string[]>, bucket: unknown) =>
    pointer(new StackObject({ ...resource(VERSIONING, "one", { bucket }), references }), BUCKET, "bucket");

  test("is a URN where Pulumi knows it, whether the value is known or not", () => {
    expect(pointing({ bucket: [urn] }, UNKNOWN)).toBe(urn);
    expect(pointing({ bucket: [urn, "urn:pulumi:production::shop::aws:kms/key:Key::files"] }, UNKNOWN)).toBe(urn);
  });

  test("is the name that is written there where Pulumi does not know it, or knows two", () => {
    expect(pointing({}, "files")).toBe("files");
    expect(pointing({ bucket: ["urn:pulumi:production::shop::aws:kms/key:Key::files"] }, "files")).toBe("files");
    expect(pointing({ bucket: [urn, `${urn}-2`] }, "files")).toBe("files");
    expect(() => pointing({}, UNKNOWN)).toThrow(UnknownValue);
  });
});

describe("resources that point at one another", () => {
  const bucket = resource(BUCKET, "files", { bucket: "shop-files" });
  const bucketOf = (object: StackObject) => pointedAt(object.root.at("bucket"));
  const found = (...others: ReturnType<typeof resource>[]) => {
    const stack = new Stack([bucket, ...others]);
    const names = namesOf(stack.objects[0] as StackObject, "bucket");
    return pointers(stack, VERSIONING, bucketOf, names).map((object) => object.resource.name);
  };

  test("are found by Pulumi's name and by AWS's", () => {
    expect(found(resource(VERSIONING, "a", { bucket: reference("files.id") }))).toEqual(["a"]);
    expect(found(resource(VERSIONING, "b", { bucket: "shop-files" }))).toEqual(["b"]);
    expect(found(resource(VERSIONING, "c", { bucket: "others" }))).toEqual([]);
    expect(found(resource(BUCKET, "d", { bucket: "shop-files" }))).toEqual([]);
  });

  test("may be found while it is not known where they point", () => {
    expect(found(resource(VERSIONING, "e", { bucket: UNKNOWN }))).toEqual(["e"]);
  });

  test("a resource is found by its name, and may be one whose name is not known yet", () => {
    const known = new Stack([bucket, resource(BUCKET, "other", { bucket: UNKNOWN })]);
    expect(findNamed(known, BUCKET, "bucket", "shop-files")?.resource.name).toBe("files");
    expect(findNamed(known, BUCKET, "bucket", "other")?.resource.name).toBe("other");
    expect(() => findNamed(known, BUCKET, "bucket", "nobody")).toThrow(UnknownValue);
    expect(findNamed(new Stack([bucket]), BUCKET, "bucket", "nobody")).toBeUndefined();
  });
});
