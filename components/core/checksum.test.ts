import { expect, test } from "vitest";
import { checksum } from "./checksum.ts";

test("the order of keys does not count, the order of a list does", () => {
  expect(checksum({ a: 1, b: { c: 2, d: 3 } })).toBe(checksum({ b: { d: 3, c: 2 }, a: 1 }));
  expect(checksum([1, 2])).not.toBe(checksum([2, 1]));
});
