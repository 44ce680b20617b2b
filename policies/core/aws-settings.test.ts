import { expect, test } from "vitest";
import {
  type AwsSetting,
  atLeast,
  broken,
  filled,
  has,
  is,
  isIn,
  off,
  on,
  oneOf,
  setting,
  unless,
} from "./aws-settings.ts";
import { StackObject } from "./stack-object.ts";
import { UNKNOWN, UnknownValue } from "./unknown.ts";

const TYPE = "aws:rds/instance:Instance";

function pathsOf(one: AwsSetting, props: Record<string, unknown>): string[] {
  const object = new StackObject({ type: TYPE, name: "orders", props });
  return Array.from(broken({ [TYPE]: [one] }, object), ({ path }) => path);
}

const CASES: [string, AwsSetting, Record<string, unknown>, boolean][] = [
  ["a switch that is on", on("a"), { a: true }, true],
  ["a switch that is off", on("a"), { a: false }, false],
  ["a switch that is not set", on("a"), {}, false],
  ["a switch that is on by itself", on("a", { unset: true }), {}, true],
  ["a switch that must be off, and is on", off("a"), { a: "true" }, false],
  ["a switch that must be off, and is not set", off("a"), {}, true],
  ["an empty text", filled("a", "a name"), { a: " " }, false],
  ["an empty list", filled("a", "names"), { a: [] }, false],
  ["a list of one", filled("a", "names"), { a: ["one"] }, true],
  ["a text of those allowed", oneOf("a", ["x", "y"]), { a: "y" }, true],
  ["a text of none of those allowed", oneOf("a", ["x", "y"]), { a: "z" }, false],
  ["enough", atLeast("a", 3), { a: "3" }, true],
  ["too few", atLeast("a", 3), { a: 2 }, false],
  ["a test of its own", setting("a", (field) => field.text() !== "no", "yes"), { a: "no" }, false],
  ["what it does not have", on("a", { when: has("b") }), {}, true],
  ["what it has", on("a", { when: has("b") }), { b: "x" }, false],
  ["what it has not, turned round", on("a", { when: unless(has("b")) }), { b: "x" }, true],
  ["what another setting rules out", on("a", { when: is("b", "x", "y") }), { b: "z" }, true],
];

test.each(CASES)("%s", (_name, one, props, right) => expect(pathsOf(one, props)).toEqual(right ? [] : ["a"]));

test("each element of a list is judged, and what is known to be wrong is told", () => {
  const props = { disks: [{ encrypted: UNKNOWN }, { encrypted: false }, { encrypted: true }] };
  const told: string[] = [];
  const object = new StackObject({ type: TYPE, name: "orders", props });
  expect(() => {
    for (const { path } of broken({ [TYPE]: [on("disks[].encrypted")] }, object)) told.push(path);
  }).toThrow(UnknownValue);
  expect(told).toEqual(["disks[1].encrypted"]);
});

test("a table speaks of its own types only, under all their tokens", () => {
  const table = { "aws:lb/listener:Listener": [] };
  const object = (type: string) => new StackObject({ type, name: "web", props: {} });
  expect(isIn(table, object("aws:alb/listener:Listener"))).toBe(true);
  expect(isIn(table, object("aws:lb/loadBalancer:LoadBalancer"))).toBe(false);
  expect(isIn(table, object("kubernetes:core/v1:Pod"))).toBe(false);
  expect(isIn({}, object("toString"))).toBe(false);
});
