import fc from "fast-check";
import { expect, test } from "vitest";
import { type Duration, goDuration, isDuration, milliseconds, seconds } from "./duration.ts";

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

test("Go's way to write a span reads as the same span, without parts that are nothing before the first", () => {
  const part = { h: 3_600, m: 60, s: 1 };
  fc.assert(
    fc.property(fc.nat({ max: 10 ** 7 }), (whole) => {
      const parts = [...goDuration(whole * 1_000 + 999).matchAll(/(\d+)([hms])/g)];
      expect(parts.reduce((sum, [, count, unit]) => sum + Number(count) * part[unit as "h"], 0)).toBe(whole);
    }),
  );
  expect([goDuration(milliseconds("90d")), goDuration(milliseconds("5m")), goDuration(0)]).toEqual([
    "2160h0m0s",
    "5m0s",
    "0s",
  ]);
});
