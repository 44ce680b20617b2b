import fc from "fast-check";
import { expect, test } from "vitest";
import { SECRET, UNKNOWN } from "../core/unknown.ts";
import { plainProps, plainValue } from "./pulumi-values.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secret = (rest: object) => ({ [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", ...rest });
const output = (rest: object) => ({ [SIGNATURE]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...rest });

test.each([
  ["04da6b54-80e4-46f7-96ec-b56ff0331ba9", UNKNOWN],
  ["[secret]", SECRET],
  [secret({ ciphertext: "v1:abc" }), SECRET],
  [secret({ plaintext: '"hunter2"' }), SECRET],
  [output({ value: 1 }), 1],
  [output({ value: [secret({})] }), [SECRET]],
  [output({ value: 1, secret: true }), SECRET],
  [output({}), UNKNOWN],
  [{ a: [{ b: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }, 2] }, { a: [{ b: UNKNOWN }, 2] }],
  [null, null],
])("%j", (given, plain) => expect(plainValue(given)).toEqual(plain));

test("keys that mean something to JavaScript are keys like others", () => {
  expect(Object.keys(plainProps(JSON.parse('{"__proto__": {"a": 1}}')))).toEqual(["__proto__"]);
});

test("whatever is secret, however deep, is nowhere in what rules read", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(fc.oneof(fc.string(), fc.nat(3)), { maxLength: 5 }), (value, path) => {
      const hidden = secret({ plaintext: JSON.stringify({ value, mark: "hunter2" }) });
      const holder = path.reduceRight<unknown>(
        (inner, key) => (typeof key === "number" ? [inner] : { [key]: inner }),
        hidden,
      );
      expect(JSON.stringify(plainValue(holder)) ?? "").not.toContain("hunter2");
    }),
  );
});
