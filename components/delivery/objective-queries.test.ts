import { expect, test } from "vitest";
import { releaseQueries } from "./objective-queries.ts";

test("each objective is one question, and a number that is bad from there on", () => {
  const queries = releaseQueries({ availability: "99.9%", latency: { p50: "80ms", p99: "300ms" } });
  expect(queries.map(({ name, max }) => [name, max])).toEqual([
    ["error-rate", 0.001],
    ["latency-p50", 0.08],
    ["latency-p99", 0.3],
  ]);
  for (const { query } of queries) expect(query).toContain('pod=~"{{pods}}"');
  expect(queries[1]?.query).toContain("histogram_quantile(0.50,");
});

test.each([
  [90, 0.1],
  [99.99, 0.0001],
  [99.999, 0.00001],
])("%s %% may fail so many of one: %s", (availability, max) => {
  expect(releaseQueries({ availability })[0]?.max).toBe(max);
});

test("no objective, no question", () => {
  expect(releaseQueries({})).toEqual([]);
});
