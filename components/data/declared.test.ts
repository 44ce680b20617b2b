import { describe, expect, test } from "vitest";
import { optOut } from "../core/opt-out.ts";
import { type DataClass, dataLabels, declaredAnnotations, declaredProblems, unkeptProblems } from "./declared.ts";

describe("what a store says of its data", () => {
  test("stands in labels and annotations", () => {
    expect(dataLabels({ dataClass: "personal" })).toEqual({ "plumbline.dev/data-class": "personal" });
    expect(dataLabels({})).toEqual({ "plumbline.dev/data-class": "confidential" });
    expect(declaredAnnotations({ objectives: { rto: "1h", rpo: "5m" }, retention: "365d" })).toEqual({
      "plumbline.dev/rto": "1h",
      "plumbline.dev/rpo": "5m",
      "plumbline.dev/retention": "365d",
    });
  });

  test("personal data has an end", () => {
    expect(declaredProblems({ dataClass: "personal" }).map(({ field }) => field)).toEqual(["retention"]);
    expect(declaredProblems({ dataClass: "personal", retention: "365d" })).toEqual([]);
  });

  test("a class that there is not, and spans that are none, are refused by their names", () => {
    const objectives = { rto: "soon", rpo: "0s" } as never;
    expect(declaredProblems({ dataClass: "secret" as DataClass, objectives }).map(({ field }) => field)).toEqual([
      "dataClass",
      "objectives.rto",
      "objectives.rpo",
    ]);
  });

  test("what is not backed up promises nothing for a disaster", () => {
    const without = optOut("rebuilt nightly from the event log");
    expect(unkeptProblems(without, { rto: "1h", rpo: "5m" }).map(({ field }) => field)).toEqual(["objectives"]);
    expect(unkeptProblems(without, undefined)).toEqual([]);
    expect(unkeptProblems(undefined, { rto: "1h", rpo: "5m" })).toEqual([]);
  });
});
