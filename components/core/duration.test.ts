import fc from "fast-check";
import { expect, test } from "vitest";
import { type Duration, isDuration, milliseconds, seconds } from "./duration.ts";

const unit = fc.constantFrom("ms", "s", "m", "h", "d");

test("a whole number and a unit is a duration, and longer units are longer", () => {
  fc.assert(
    fc.property(fc.nat({ max: 1_000_000 }), unit, (count, suffix) => {
      const duration: Duration = `${count}${suffix}` as Duration;
      expect(isDuration(duration)).toBe(true);
      expect(milliseconds(duration)).toBe(count * milliseconds(`1${suffix}` as Duration));
    }),
  );
  expect(milliseconds("1d")).toBe(24 * milliseconds("1h"));
});

test("seconds are rounded up: no probe or grace period becomes shorter than it was written", () => {
  expect(seconds("1500ms")).toBe(2);
  fc.assert(
    fc.property(fc.nat({ max: 1_000_000 }), (count) => {
      expect(seconds(`${count}ms`) * 1_000).toBeGreaterThanOrEqual(count);
    }),
  );
});

test.each(["", "15", "m", "1.5s", "-1s", "1 s", "1w", "1S"])("%j is refused", (text) => {
  expect(isDuration(text)).toBe(false);
  expect(() => milliseconds(text as Duration)).toThrow(/is no duration; allowed: a whole number and ms, s, m, h or d/);
});
