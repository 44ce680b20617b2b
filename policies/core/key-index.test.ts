import { expect, test } from "vitest";
import { KeyIndex } from "./key-index.ts";
import { fromManifest } from "./resource.ts";
import { Stack } from "./stack.ts";
import { eachKnown, UNKNOWN } from "./unknown.ts";

const map = (name: string, data: unknown) =>
  fromManifest({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data });
const byData = () =>
  new KeyIndex(
    ({ kind }) => kind === "ConfigMap",
    (object) =>
      eachKnown(object.root.at("data").entries(), function* ([key, value]) {
        yield `${key}=${value.text()}`;
      }),
  );
const names = (index: KeyIndex, stack: Stack, key: string) =>
  Array.from(index.candidates(stack, key), ({ name }) => name);

test("an object is found by each of its keys, once", () => {
  const stack = new Stack([
    ...map("a", { x: "1", y: "2" }),
    ...map("b", { x: "1" }),
    ...fromManifest({ apiVersion: "v1", kind: "Secret", metadata: { name: "c" }, data: { x: "1" } }),
  ]);
  const index = byData();
  expect(names(index, stack, "x=1")).toEqual(["a", "b"]);
  expect(names(index, stack, "y=2")).toEqual(["a"]);
  expect(names(index, stack, "z=3")).toEqual([]);
  expect([index.count(stack, "x=1"), index.count(stack, "z=3")]).toEqual([2, 0]);
});

test("what is not known yet is always among the candidates; what is misshapen never is", () => {
  const stack = new Stack([...map("a", { x: UNKNOWN, y: "2" }), ...map("b", "text"), ...map("c", { z: "3" })]);
  const index = byData();
  expect(names(index, stack, "x=1")).toEqual(["a"]);
  expect(index.count(stack, "x=1")).toBe(0);
  expect(names(index, stack, "y=2")).toEqual(["a", "a"]);
  expect(names(index, stack, "z=3")).toEqual(["c", "a"]);
});

test("each stack has its own", () => {
  const index = byData();
  expect(names(index, new Stack(map("a", { x: "1" })), "x=1")).toEqual(["a"]);
  expect(names(index, new Stack(map("b", { x: "1" })), "x=1")).toEqual(["b"]);
});

test("an error of the keys' own is not swallowed", () => {
  const index = new KeyIndex(
    () => true,
    () => {
      throw new RangeError("broken");
    },
  );
  expect(() => index.count(new Stack(map("a", {})), "x")).toThrow("broken");
});
