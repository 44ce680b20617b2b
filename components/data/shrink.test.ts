import { describe, expect, test } from "vitest";
import { shrinkProblems } from "./shrink.ts";

describe("a size that is less than there is", () => {
  test("is refused with what is allowed", () => {
    expect(shrinkProblems("storage", "6Gi", "5Gi")).toEqual([
      { field: "storage", given: "5Gi", allowed: "6Gi, which it has, or more: a volume grows, and never shrinks" },
    ]);
    expect(shrinkProblems("storage", "1Gi", "1000Mi")).toHaveLength(1);
    expect(shrinkProblems("storage", "1Gi", "1G")).toHaveLength(1);
  });

  test("is none if it is the same in other words, or more", () => {
    expect(shrinkProblems("storage", "1Gi", "1024Mi")).toEqual([]);
    expect(shrinkProblems("storage", "6Gi", "12Gi")).toEqual([]);
  });

  test("is not looked for where one of the two is not known, or no size that we can read", () => {
    for (const odd of [undefined, null, 5, "1.5Gi", "much", { Gi: 1 }]) {
      expect(shrinkProblems("storage", odd, "1Gi")).toEqual([]);
      expect(shrinkProblems("storage", "1Gi", odd)).toEqual([]);
    }
  });
});
