import fc from "fast-check";
import { expect, test } from "vitest";
import { type Duration, gatewaySpan, goDuration, isDuration, milliseconds, protobufSpan, seconds } from "./duration.ts";

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

test("the Gateway API's way to write a span takes its own pattern, and loses nothing", () => {
  const part = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
  fc.assert(
    fc.property(fc.nat({ max: 30 * 86_400_000 }), (count) => {
      const written = gatewaySpan(`${count}ms`);
      // The pattern of the API's own definition.
      expect(written).toMatch(/^([0-9]{1,5}(h|m|s|ms)){1,4}$/);
      const parts = [...written.matchAll(/(\d+)(ms|h|m|s)/g)];
      expect(parts.reduce((sum, [, many, unit]) => sum + Number(many) * part[unit as "h"], 0)).toBe(count);
    }),
  );
  const spans: Duration[] = ["0s", "90s", "15m", "1500ms", "150500ms", "27h", "28h", "30d"];
  expect(spans.map(gatewaySpan)).toEqual(["0s", "90s", "900s", "1500ms", "150s500ms", "97200s", "28h", "720h"]);
});

test("protocol buffers' way to write a span is seconds, with milliseconds behind a point", () => {
  expect((["250ms", "1500ms", "15m", "1d"] as const).map(protobufSpan)).toEqual(["0.25s", "1.5s", "900s", "86400s"]);
  fc.assert(
    fc.property(fc.nat({ max: 10 ** 9 }), (count) => {
      const written = protobufSpan(`${count}ms`);
      expect(written).toMatch(/^\d+(\.\d{1,3})?s$/);
      expect(Math.round(Number.parseFloat(written) * 1_000)).toBe(count);
    }),
  );
});
