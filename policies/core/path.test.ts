import fc from "fast-check";
import { expect, test } from "vitest";
import { Field } from "./field.ts";
import { keysOf } from "./path.ts";

test.each([
  ["", []],
  ["spec.replicas", ["spec", "replicas"]],
  ['spec.containers[10].env["a/b"]["c\\"d"].value', ["spec", "containers", 10, "env", "a/b", 'c"d', "value"]],
  ['data[""]', ["data", ""]],
])("%s", (path, keys) => expect(keysOf(path)).toEqual(keys));

test("whatever path a field has, its keys come back", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.nat(1000)), { maxLength: 6 }), (keys) => {
      let field = new Field(undefined);
      for (const key of keys) field = new Field(undefined, field, key);
      expect(keysOf(field.path)).toEqual(keys);
    }),
  );
});
