import fc from "fast-check";
import { expect, test } from "vitest";
import { isDnsLabel, nameProblems, nearest } from "./names.ts";

test.each(["orders", "a", "orders-2", "a".repeat(63)])("%j is a DNS label", (text) => {
  expect(isDnsLabel(text)).toBe(true);
});

test.each(["", "Orders", "2orders", "-orders", "orders-", "orders_db", "a".repeat(64)])("%j is none", (text) => {
  expect(isDnsLabel(text)).toBe(false);
});

test("a name leaves room for what Kubernetes adds to the names of pods", () => {
  expect(nameProblems("name", "a".repeat(40))).toEqual([]);
  expect(nameProblems("name", "a".repeat(41))).toEqual([
    { field: "name", given: "a".repeat(41), allowed: expect.stringContaining("at most 40 characters") },
  ]);
});

test("a mistyped word finds what was meant, and a strange one finds nothing", () => {
  expect(nearest("zonse", ["zones", "region"])).toBe("zones");
  expect(nearest("Storage", ["storage"])).toBe("storage");
  expect(nearest("orders", ["payments", "inventory"])).toBeUndefined();
  fc.assert(
    fc.property(fc.string(), (word) => {
      expect(nearest(word, [word, "zones"])).toBe(word);
    }),
  );
});
