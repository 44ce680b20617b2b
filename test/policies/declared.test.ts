import { expect, test } from "vitest";
import { DATA_CLASSES, dataLabels, declaredAnnotations } from "../../components/data/declared.ts";
import { DECLARED, DATA_CLASSES as KNOWN } from "../../policies/core/declared.ts";

test("policies know every class that a store may have, and rank none of them below the one before", () => {
  const ranks = DATA_CLASSES.map((one) => KNOWN[one] ?? -1);
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  expect(ranks).not.toContain(-1);
});

test("what a store says stands where policies look for it", () => {
  expect(dataLabels({ dataClass: "personal" })).toEqual({ [DECLARED.dataClass]: "personal" });
  const objectives = { rto: "1h", rpo: "5m" } as const;
  expect(declaredAnnotations({ objectives, retention: "365d" })).toEqual({
    [DECLARED.rto]: "1h",
    [DECLARED.rpo]: "5m",
    [DECLARED.retention]: "365d",
  });
});
