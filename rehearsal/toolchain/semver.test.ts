import { expect, it } from "vitest";
import { compareVersions, parseVersion, rangeInWords, serves } from "./semver.ts";

it.each([
  ["v3.259.0", [3, 259, 0]],
  ["go1.26.8", [1, 26, 8]],
  ["1.26", [1, 26, 0]],
  [" 1.2.3\n", [1, 2, 3]],
  ["3.259.0-dev.1", undefined],
  ["v1.32.4-dispatcher", undefined],
  ["go1.26rc1", undefined],
  ["", undefined],
])("reads %j", (text, version) => {
  expect(parseVersion(text)).toEqual(version);
});

it("compares by number, not by text", () => {
  expect(compareVersions([3, 99, 0], [3, 259, 0])).toBeLessThan(0);
  expect(compareVersions([1, 2, 10], [1, 2, 9])).toBeGreaterThan(0);
  expect(compareVersions([1, 2, 3], [1, 2, 3])).toBe(0);
});

it.each([
  ["3.258.9", false],
  ["3.259.0", true],
  ["3.300.1", true],
  ["4.0.0", false],
  ["unknown", false],
])("%s in 3.259.0 to below 4.0.0: %s", (version, expected) => {
  expect(serves(version, { from: "3.259.0", below: "4.0.0" })).toBe(expected);
});

it("puts a range in words", () => {
  expect(rangeInWords({ from: "1.26.0" })).toBe("1.26.0 or later");
  expect(rangeInWords({ from: "3.259.0", below: "4.0.0" })).toBe("3.259.0 or later, below 4.0.0");
});
