import fc from "fast-check";
import { expect, test } from "vitest";
import { hundredths, isPercent, type Percent } from "./percent.ts";

test("a number and its text with a sign are the same", () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000 }), (basisPoints) => {
      const percent = basisPoints / 100;
      expect(hundredths(`${percent}%`)).toBe(hundredths(percent));
    }),
  );
});

test.each([-1, 100.1, Number.NaN, "70", "101%", "-1%", "%", "7 %", null])("%j is refused", (value) => {
  expect(isPercent(value)).toBe(false);
  expect(() => hundredths(value as Percent)).toThrow(/allowed: 0 to 100/);
});
