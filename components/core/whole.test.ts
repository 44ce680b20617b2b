import { expect, test } from "vitest";
import { wholeProblems } from "./whole.ts";

test.each([1, 2, 3])("%j is a whole number from 1 to 3", (given) => {
  expect(wholeProblems("size", given, 1, 3)).toEqual([]);
});

test.each([0, 4, 1.5, Number.NaN, "2", null, undefined])("%j is none, and told with what is allowed", (given) => {
  expect(wholeProblems("size", given, 1, 3)).toEqual([{ field: "size", given, allowed: "a whole number from 1 to 3" }]);
});
