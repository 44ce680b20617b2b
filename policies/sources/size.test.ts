import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_DEPTH, refuseEndless } from "./size.ts";

const nested = (levels: number) => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { a: value };
  return value;
};

test("a value that holds itself is refused", () => {
  const value: Record<string, unknown> = { a: [{}] };
  (value.a as object[]).push(value);
  expect(() => refuseEndless(value)).toThrow("a value holds itself");
});

test("what is used twice is no circle", () => {
  const shared = { a: 1 };
  expect(() => refuseEndless([shared, [shared], { shared }])).not.toThrow();
});

test("depth is allowed up to its limit, and no stack overflows beyond it", () => {
  expect(() => refuseEndless(nested(MAX_DEPTH))).not.toThrow();
  expect(() => refuseEndless(nested(MAX_DEPTH + 1))).toThrow(`nested deeper than ${MAX_DEPTH} levels`);
  expect(() => refuseEndless(nested(100_000))).toThrow("nested deeper");
});

test("aliases that multiply are refused without being written out", () => {
  let value: unknown[] = ["lol"];
  for (let level = 0; level < 60; level++) value = [value, value, value, value, value, value, value, value];
  expect(() => refuseEndless(value)).toThrow("more than 1,000,000 values");
});

test("whatever JSON can say is let through, keys of objects' own kind too", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(() => refuseEndless(value)).not.toThrow();
    }),
  );
  expect(() => refuseEndless(JSON.parse('{"__proto__": {"__proto__": []}, "constructor": null}'))).not.toThrow();
});
