import fc from "fast-check";
import { expect, test } from "vitest";
import { amount, bytes, cores, isQuantity, type Quantity } from "./quantity.ts";

test("suffixes are those of Kubernetes", () => {
  expect(amount("512Mi")).toBe(512 * 1024 * 1024);
  expect(amount("10G")).toBe(10_000_000_000);
  expect(amount("300m")).toBe(0.3);
  expect(amount("2")).toBe(2);
});

test.each(["", "Gi", "1.5Gi", "-1Gi", "1e3", "10 Gi", "10GiB", "10gi"])("%j is refused", (text) => {
  expect(isQuantity(text)).toBe(false);
  expect(() => amount(text as Quantity)).toThrow(/is no quantity; allowed: a whole number and a suffix/);
});

test("bytes come back as they were, in the largest unit that loses nothing", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (count) => {
      expect(amount(bytes(count))).toBe(count);
    }),
  );
  expect(bytes(2048 * 2 ** 20)).toBe("2Gi");
  expect(bytes(1536 * 2 ** 20)).toBe("1536Mi");
});

test("cores come back as they were, to a thousandth", () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000_000 }), (thousandths) => {
      expect(amount(cores(thousandths / 1_000))).toBe(thousandths / 1_000);
    }),
  );
  expect(cores(0.0001)).toBe("1m");
});

test("what is no amount is refused", () => {
  expect(() => bytes(-1)).toThrow(RangeError);
  expect(() => bytes(0.5)).toThrow(RangeError);
  expect(() => cores(Number.NaN)).toThrow(RangeError);
});
