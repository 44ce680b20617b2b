import { describe, expect, test } from "vitest";
import { worstGap } from "./cron.ts";
import { DAY } from "./span.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;

describe("the longest time between two runs", () => {
  test.each([
    ["* * * * *", MINUTE],
    ["*/15 * * * *", 15 * MINUTE],
    ["0 2 * * *", DAY],
    ["0 */6 * * *", 6 * HOUR],
    // Not every five hours: 20:00 to midnight is shorter, but no gap is longer.
    ["0 */5 * * *", 5 * HOUR],
    // The minutes do not divide the hour: 45 to 0.
    ["*/45 * * * *", 45 * MINUTE],
    ["0 9-17 * * *", 16 * HOUR],
    ["0 9-17 * * MON-FRI", 64 * HOUR],
    ["0 2 * * 1-5", 3 * DAY],
    ["0 2 * * 0", 7 * DAY],
    ["0 2 * * 7", 7 * DAY],
    ["0 2 1 * *", 31 * DAY],
    ["0 2 31 * *", 61 * DAY],
    ["0 2 1 JAN,jul *", 184 * DAY],
    ["0 2 29 2 *", 1461 * DAY],
    // Day of the month or day of the week, whichever comes first.
    ["0 2 1 * 1", 7 * DAY],
    // A star with a step is a restriction like any other: odd days, and Sundays too.
    ["0 2 */2 * 0", 2 * DAY],
    ["30 1,13 * * *", 12 * HOUR],
    ["CRON_TZ=Europe/Berlin 0 2 * * *", DAY],
    ["@daily", DAY],
    ["@hourly", HOUR],
    ["@weekly", 7 * DAY],
    ["@every 90m", 90 * MINUTE],
    ["0 2 30 2 *", Number.POSITIVE_INFINITY],
  ])("%s", (schedule, gap) => expect(worstGap(schedule, "cron")).toBe(gap));

  test.each([
    ["0 0 */6 * * *", 6 * HOUR],
    ["*/10 * * * * *", 10_000],
    ["@daily", DAY],
  ])("with seconds: %s", (schedule, gap) => expect(worstGap(schedule, "seconds")).toBe(gap));

  test.each([
    ["cron(0 5 ? * * *)", DAY],
    ["cron(0 5 ? * 2 *)", 7 * DAY],
    ["cron(0 5 ? * SUN *)", 7 * DAY],
    ["cron(0 5 L * ? *)", 31 * DAY],
    ["cron(0 5 ? * 2#1 *)", 35 * DAY],
    ["cron(0 5 ? * 6L *)", 35 * DAY],
    ["cron(0 5 1W * ? *)", 33 * DAY],
    ["cron(0 0/12 * * ? *)", 12 * HOUR],
    ["cron(0 5 ? * * 2026)", Number.POSITIVE_INFINITY],
    ["rate(12 hours)", 12 * HOUR],
    ["rate(1 day)", DAY],
    ["at(2026-01-01T00:00:00)", Number.POSITIVE_INFINITY],
  ])("on AWS: %s", (schedule, gap) => expect(worstGap(schedule, "aws")).toBe(gap));
});

test.each([
  ["0 2 * *", "cron"],
  ["0 2 * * * *", "cron"],
  ["0 2 * * *", "seconds"],
  ["0 24 * * *", "cron"],
  ["60 2 * * *", "cron"],
  ["0 2 0 * *", "cron"],
  ["0 5-2 * * *", "cron"],
  ["*/0 * * * *", "cron"],
  ["0 2 * * FUNDAY", "cron"],
  ["", "cron"],
  ["@every soon", "cron"],
  ["cron(0 5 * * *)", "aws"],
  ["rate(soon)", "aws"],
  ["0 2 * * *", "aws"],
] as const)("%j is no schedule of %s", (schedule, dialect) => expect(worstGap(schedule, dialect)).toBeUndefined());
