import fc from "fast-check";
import { expect, test } from "vitest";
import { isRate, perWindow, type Rate, rateProblems } from "./rate.ts";

const window = fc.constantFrom("1s", "1m", "1h", "1d");

test("a whole number and a window is a rate, and is given back in parts", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000_000 }), window, (requests, of) => {
      const rate = `${requests}/${of}` as Rate;
      expect(isRate(rate)).toBe(true);
      expect(perWindow(rate)).toEqual({ requests, window: of });
      expect(rateProblems("perClient", rate)).toEqual([]);
    }),
  );
});

test("what is no rate is refused, whatever it is, and nothing else is", () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const isText = typeof value === "string" && /^[1-9]\d*\/1[smhd]$/.test(value);
      expect(isRate(value)).toBe(isText);
    }),
  );
});

test.each([
  "0/1m",
  "100",
  "100/m",
  "100/2m",
  "1.5/1s",
  "-1/1s",
  "01/1s",
  "1000000001/1d",
  "100/1w",
  " 1/1s",
  100,
  null,
])("%j is refused", (value) => {
  expect(isRate(value)).toBe(false);
  expect(() => perWindow(value as Rate)).toThrow(/is no rate; allowed: a whole number from 1 and a window/);
  expect(rateProblems("perClient", value)).toEqual([expect.objectContaining({ field: "perClient", given: value })]);
});
