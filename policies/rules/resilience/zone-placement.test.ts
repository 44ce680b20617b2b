import { expect, test } from "vitest";
import { fullestZone } from "./zone-placement.ts";

test.each([
  [3, 3, 1, 1],
  [4, 3, 1, 2],
  [2, 3, 1, 1],
  [5, 2, 1, 3],
  [3, 1, 1, 3],
  [3, 3, 9, 3],
])("of %i replicas in %i zones that differ by %i at most, one holds %i", (replicas, zones, skew, fullest) =>
  expect(fullestZone(replicas, zones, skew)).toBe(fullest),
);

test("no placement that keeps the skew is fuller, and one is as full", () => {
  for (let zones = 2; zones <= 4; zones++)
    for (let skew = 1; skew <= 3; skew++)
      for (let replicas = 1; replicas <= 9; replicas++) {
        const kept = placements(replicas, zones).filter((counts) => Math.max(...counts) - Math.min(...counts) <= skew);
        const fullest = Math.max(...kept.map((counts) => Math.max(...counts)));
        expect(fullestZone(replicas, zones, skew), `${replicas} in ${zones}, ${skew}`).toBe(fullest);
      }
});

/** Every way to put replicas into zones. */
function placements(replicas: number, zones: number): number[][] {
  if (zones === 1) return [[replicas]];
  return Array.from({ length: replicas + 1 }, (_, first) =>
    placements(replicas - first, zones - 1).map((rest) => [first, ...rest]),
  ).flat();
}
