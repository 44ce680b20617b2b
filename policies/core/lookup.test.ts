import { expect, test } from "vitest";
import { Lookup } from "./lookup.ts";
import { fromManifest } from "./resource.ts";
import { anyOf } from "./sound.ts";
import { Stack } from "./stack.ts";
import { UNKNOWN, UnknownValue } from "./unknown.ts";

const { objects } = new Stack(
  ["a", "b", UNKNOWN, ["c"]].flatMap((name) => fromManifest({ apiVersion: "v1", kind: "Service", metadata: { name } })),
);
const lookup = new Lookup(objects, (object) => [object.name, "any"]);

test("finds by every key, once; what is not known may be the one, what is misshapen is none", () => {
  expect(lookup.of("a")).toEqual([objects[0], objects[2]]);
  expect(lookup.of("a", "any")).toEqual([objects[0], objects[1], objects[2]]);
  expect(lookup.of("c")).toEqual([objects[2]]);
});

test("one that serves decides, before what is not known and what is misshapen", () => {
  expect(anyOf(objects, (object) => object.name === "b")).toBe(true);
  expect(() => anyOf(objects, (object) => object.name === "c")).toThrow(UnknownValue);
  expect(anyOf([objects[0], objects[3]], (object) => object?.name === "c")).toBe(false);
});
