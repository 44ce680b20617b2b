import { expect, test } from "vitest";
import { fits } from "./glob.ts";

test.each([
  ["", ""],
  ["*", ""],
  ["**", "orders"],
  ["shop/*", "shop/orders"],
  ["db:ord*s", "db:orders"],
  ["*/orders", "shop/orders"],
  ["s*/o*s", "shop/orders"],
  ["*ab*ab", "xabyabab"],
  ["a.b", "a.b"],
  ["*\n*", "a\nb"],
  ["*", "a\nb"],
])("%j fits %j", (pattern, text) => {
  expect(fits(pattern, text)).toBe(true);
});

test.each([
  ["", "a"],
  ["a", ""],
  ["a*", "ba"],
  ["*a", "ab"],
  ["a.b", "axb"],
  ["a?c", "abc"],
  ["*ab*ab", "xab"],
])("%j does not fit %j", (pattern, text) => {
  expect(fits(pattern, text)).toBe(false);
});

test("a question mark stands for one character where it is said to", () => {
  expect(fits("a?c*", "abcd", { one: true })).toBe(true);
  expect(fits("a?c", "ac", { one: true })).toBe(false);
});

test("a star in the text is a character like any", () => {
  expect(fits("sts:*", "sts:*")).toBe(true);
  expect(fits("a*b", "a**")).toBe(false);
});

// A regular expression of this shape would not come back.
test("many stars are no trap", () => {
  expect(fits(`${"*a".repeat(200)}b`, "a".repeat(2000))).toBe(false);
});
