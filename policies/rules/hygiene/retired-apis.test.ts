import { expect, test } from "vitest";
import { RETIRED } from "./retired-apis.ts";

test("an API is removed after it was deprecated, and never replaced by one that is gone by then", () => {
  for (const [version, apis] of Object.entries(RETIRED))
    for (const { kinds, deprecated, removed = Infinity, instead = "" } of apis) {
      expect(removed, version).toBeGreaterThanOrEqual(deprecated);
      expect(instead, version).not.toBe(version);
      for (const successor of RETIRED[instead.split(" ")[0] ?? ""] ?? [])
        if (successor.kinds.some((kind) => kinds.includes(kind)))
          expect(successor.removed ?? Infinity, version).toBeGreaterThan(removed);
    }
});

test("no kind stands twice under one version", () => {
  for (const [version, apis] of Object.entries(RETIRED)) {
    const kinds = apis.flatMap((api) => api.kinds);
    expect(new Set(kinds).size, version).toBe(kinds.length);
  }
});
