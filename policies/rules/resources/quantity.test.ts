import { describe, expect, test } from "vitest";
import { Field } from "../../core/field.ts";
import { quantityIn, quantityOf } from "./quantity.ts";

describe("a quantity", () => {
  test.each([
    [1, 1],
    [0.5, 0.5],
    ["0", 0],
    ["500m", 0.5],
    ["1.5Gi", 1.5 * 2 ** 30],
    [".5", 0.5],
    ["128Mi", 2 ** 27],
    ["6G", 6e9],
    ["1e3", 1000],
    ["1E3", 1000],
    ["1E", 1e18],
    ["100k", 1e5],
    ["1000m", 1],
    [104857600, 104857600],
    ["+2", 2],
    ["2.", 2],
    ["3u", 3e-6],
  ])("%s is %d", (written, number) => expect(quantityIn(written)).toBeCloseTo(number));

  test.each(["", "much", "1 Gi", "1GB", "1KiB", "1K", "--1", "m", "1e"])("%j is none", (written) =>
    expect(quantityIn(written)).toBeUndefined(),
  );

  test("a text as long as an object may be is read once", () => {
    expect(quantityIn(`${"1".repeat(1e6)}x`)).toBeUndefined();
  });

  test("one that is not set is undefined", () => {
    expect(quantityOf(new Field({}).at("cpu"))).toBeUndefined();
    expect(quantityOf(new Field({ cpu: null }).at("cpu"))).toBeUndefined();
  });

  test.each([true, {}, ["1"], "lots"])("%j is malformed", (cpu) =>
    expect(() => quantityOf(new Field({ cpu }).at("cpu"))).toThrow(/a quantity/),
  );
});
