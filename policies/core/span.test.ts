import { expect, test } from "vitest";
import { DAY, shownSpan, spanOf } from "./span.ts";

test.each([
  ["90s", 90_000],
  ["1h30m", 5_400_000],
  ["720h0m0s", 30 * DAY],
  ["1.5h", 5_400_000],
  ["250ms", 250],
  ["2w", 14 * DAY],
  ["0", 0],
])("%s is %i ms", (text, milliseconds) => expect(spanOf(text)).toBe(milliseconds));

test.each(["", "5", "h", "5 m", "-5m", "5M", "1h,"])("%j is no span", (text) => expect(spanOf(text)).toBeUndefined());

test.each([
  [DAY, "1d"],
  [36 * 3_600_000, "36h"],
  [90_000, "90s"],
  [0, "0ms"],
  [Number.POSITIVE_INFINITY, "never again"],
])("%i ms reads %s", (milliseconds, text) => expect(shownSpan(milliseconds)).toBe(text));
