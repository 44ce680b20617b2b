import { expect, test } from "vitest";
import { Field, MalformedValue } from "./field.ts";
import { UNKNOWN, UnknownValue } from "./unknown.ts";

const root = new Field({
  spec: { replicas: 3, name: "orders", on: false, nothing: null, items: [{ a: 1 }, "b"], later: UNKNOWN },
  metadata: { annotations: { "plumbline.dev/x": "y" } },
});

test("a path reads as people write it", () => {
  expect(root.path).toBe("");
  expect(root.at("spec", "replicas").path).toBe("spec.replicas");
  expect(root.at("spec", "items").items()[0]?.at("a").path).toBe("spec.items[0].a");
  expect(root.at("metadata", "annotations", "plumbline.dev/x").path).toBe('metadata.annotations["plumbline.dev/x"]');
});

test("below nothing there is nothing", () => {
  expect(root.at("no", "where", "at").absent).toBe(true);
  expect(root.at("spec", "nothing", "below").absent).toBe(true);
  expect(root.at("spec", "nothing").items()).toEqual([]);
  expect(root.at("spec", "nothing").entries()).toEqual([]);
  expect([root.at("x").text(), root.at("x").number(), root.at("x").boolean()]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect([root.at("spec", "nothing").text(), root.at("spec", "nothing").boolean()]).toEqual([undefined, undefined]);
});

test("values come in their own type", () => {
  expect(root.at("spec", "replicas").number()).toBe(3);
  expect(root.at("spec", "name").text()).toBe("orders");
  expect(root.at("spec", "on").boolean()).toBe(false);
  expect(
    root
      .at("metadata", "annotations")
      .entries()
      .map(([key, field]) => [key, field.text()]),
  ).toEqual([["plumbline.dev/x", "y"]]);
});

test("another shape is told with its path, what is there and what is wanted", () => {
  const replicas = root.at("spec", "replicas");
  for (const [read, wanted] of [
    [() => replicas.text(), "a string"],
    [() => replicas.items(), "a list"],
    [() => replicas.entries(), "an object"],
    [() => replicas.at("below"), "an object"],
    [() => replicas.boolean(), "true or false"],
  ] as const)
    expect(read).toThrow(new MalformedValue("spec.replicas", "a number", wanted));
  expect(() => root.at("spec", "name").number()).toThrow("spec.name is a string; a number is wanted");
  expect(() => new Field({ n: Number.NaN }).at("n").number()).toThrow(MalformedValue);
  expect(() => root.at("spec", "items").at("a")).toThrow("spec.items is a list of 2; an object is wanted");
  expect(() => new Field({ l: [] }).at("l").text()).toThrow("l is an empty list; a string is wanted");
});

test("what is not known throws, however it is read", () => {
  const later = root.at("spec", "later");
  for (const read of [
    () => later.value,
    () => later.absent,
    () => later.text(),
    () => later.number(),
    () => later.boolean(),
    () => later.items(),
    () => later.entries(),
    () => later.at("below"),
    () => later.shown(),
  ])
    expect(read).toThrow(new UnknownValue("spec.later"));
});

test("only an object's own properties are there", () => {
  for (const key of ["constructor", "toString", "__proto__", "hasOwnProperty"])
    expect(new Field({}).at(key).absent, key).toBe(true);
  expect(new Field(JSON.parse('{"__proto__": {"a": 1}}')).at("__proto__", "a").number()).toBe(1);
});

test("shown: short, and never the inside of an object", () => {
  expect(
    ["a", 1, true, undefined, null, { password: "x" }, [1, 2], []].map((value) => new Field(value).shown()),
  ).toEqual(['"a"', "1", "true", "not set", "not set", "an object", "a list of 2", "an empty list"]);
  expect(new Field("x".repeat(120)).shown()).toBe(`"${"x".repeat(120)}"`);
  expect(new Field("x".repeat(121)).shown()).toBe(`"${"x".repeat(117)}..."`);
});

test("set changes the object itself, and makes what is missing above", () => {
  const object = { spec: { kept: 1 } };
  const field = new Field(object).at("spec", "a", "b", "c");
  field.set(true);
  new Field(object).at("spec", "a", "d").set(2);
  expect(object).toEqual({ spec: { kept: 1, a: { b: { c: true }, d: 2 } } });
  expect(() => new Field(object).set(1)).toThrow(TypeError);
});
