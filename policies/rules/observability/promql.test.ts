import { expect, test } from "vitest";
import { burnWindows } from "./promql.ts";

const HOUR = 3_600_000;
const long = 'sum(rate(http_requests_total{code=~"5.."}[1h])) / sum(rate(http_requests_total[1h])) > 14.4 * 0.001';
const short = long.replaceAll("1h", "5m");
const slow = long.replaceAll("1h", "6h");

test.each([
  ["one window", long, []],
  ["two windows", `${long} and ${short}`, [HOUR]],
  ["the same window twice", `${long} and ${long}`, []],
  ["either window", `${long} or ${short}`, []],
  ["two speeds in one", `(${long} and ${short}) or (${slow} and ${long})`, [HOUR, 6 * HOUR]],
  ["brackets around all", `((${long}) and (${short}))`, [HOUR]],
  ["two brackets are not one around all", `(${long}) and (${short})`, [HOUR]],
  ["an or inside", `(${long.replace(" >", " or vector(0) >")}) and (${short})`, [HOUR]],
  ["recorded windows", 'slo:errors:ratio_rate6h{slo="a"} > 6 and ignoring(w) slo:errors:ratio_rate30m > 6', [6 * HOUR]],
  ["subqueries", "max_over_time(a[3d:5m]) > 1 and max_over_time(a[6h:5m]) > 1", [72 * HOUR]],
  ["an and in a string", 'rate(a{job="x[1h] and y[5m]"}[5m]) > 1', []],
  ["an and in a comment", "rate(a[5m]) > 1 # and rate(a[1h]) > 1", []],
  ["a window and a constant", "rate(a[5m]) > 1 and on() up == 1", []],
])("%s", (_, expression, windows) => expect(burnWindows(expression)).toEqual(windows));

test.each(["a:", '"\\"', "[a:", "(", "#", "a5m ", "1"])("an expression of many %s is read once", (part) =>
  expect(burnWindows(part.repeat(300_000))).toEqual([]),
);
