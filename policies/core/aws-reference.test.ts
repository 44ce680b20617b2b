import { expect, test } from "vitest";
import { refersTo } from "./aws-reference.ts";
import { Field } from "./field.ts";
import { StackObject } from "./stack-object.ts";
import { UNKNOWN, UnknownValue } from "./unknown.ts";

const bucket = new StackObject({ type: "aws:s3/bucket:Bucket", name: "uploads", props: { bucket: "shop-uploads" } });
const field = (value: unknown) => new Field({ bucket: value }).at("bucket");

/** As it stands in YAML. */
const idOf = (name: string) => `\${${name}.id}`;

test.each([
  ["shop-uploads", true],
  [idOf("uploads"), true],
  [idOf("uploads-old"), false],
  ["uploads", false],
  [undefined, false],
])("%s names it: %s", (text, expected) => expect(refersTo(field(text), bucket)).toBe(expected));

test("what is not known is no one's name yet", () => {
  expect(() => refersTo(field(UNKNOWN), bucket)).toThrow(UnknownValue);
});
