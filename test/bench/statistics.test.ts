import { describe, expect, it } from "vitest";
import { median, Samples } from "./statistics.ts";

describe("the median", () => {
  it("is the value in the middle, whatever the order", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 100])).toBe(3.5);
    expect(median([7])).toBe(7);
    expect(() => median([])).toThrow(RangeError);
  });
});

describe("samples", () => {
  it("are kept apart by name", () => {
    const samples = new Samples();
    for (const value of [3, 1, 2]) samples.add("up", value);
    samples.add("preview", 10);
    expect(samples.median("up")).toBe(2);
    expect(samples.range("up")).toEqual([1, 3]);
    expect(samples.median("preview")).toBe(10);
    expect(() => samples.median("destroy")).toThrow(/destroy/);
  });
});
