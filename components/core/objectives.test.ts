import { expect, test } from "vitest";
import { type Objectives, objectiveAnnotations, objectiveProblems } from "./objectives.ts";

test("objectives are shown as they were given, a percentage without its sign", () => {
  expect(objectiveAnnotations({ availability: "99.95%", latency: { p50: "80ms", p99: "300ms" } })).toEqual({
    "plumbline.dev/objective.availability": "99.95",
    "plumbline.dev/objective.latency-p50": "80ms",
    "plumbline.dev/objective.latency-p99": "300ms",
  });
  expect(objectiveAnnotations({})).toEqual({});
});

test.each<[what: string, objectives: object, field: string, allowed: RegExp]>([
  ["hardly ever", { availability: 50 }, "objectives.availability", /from 90 to 99.999/],
  ["always", { availability: 100 }, "objectives.availability", /from 90 to 99.999/],
  ["a share of one", { availability: 0.999 }, "objectives.availability", /from 90 to 99.999/],
  ["a percentile that is none of these", { latency: { p98: "1s" } }, "objectives.latency.p98", /p50, p90, p95, p99/],
  ["no duration", { latency: { p99: "fast" } }, "objectives.latency.p99", /from "1ms"/],
  ["no time", { latency: { p99: "0ms" } }, "objectives.latency.p99", /from "1ms"/],
  ["what no bucket can show", { latency: { p99: "10s" } }, "objectives.latency.p99", /shorter than "10s"/],
])("%s is refused", (_, objectives, field, allowed) => {
  expect(objectiveProblems(objectives as Objectives)).toEqual([
    { field, given: expect.anything(), allowed: expect.stringMatching(allowed) },
  ]);
});

test("what can be measured is accepted", () => {
  expect(objectiveProblems({ availability: "99.9%", latency: { p95: "9999ms" } })).toEqual([]);
  expect(objectiveProblems({})).toEqual([]);
});
