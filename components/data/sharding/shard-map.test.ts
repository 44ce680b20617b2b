import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bucketOf, movesBetween, type ShardMap, shardMap, shardOf } from "./shard-map.ts";

const BUCKETS = 1024;
const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/), { minLength: 1, maxLength: 16 });

const sizes = (map: ShardMap) =>
  map.shards.map(({ ranges }) => ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0));
const moved = (from: ShardMap, to: ShardMap) =>
  movesBetween(from, to).reduce((sum, { ranges }) => sum + ranges.reduce((n, [a, b]) => n + b - a + 1, 0), 0);

describe("a shard map", () => {
  test("gives every bucket to one shard, and each shard as many as any other, give or take one", () => {
    fc.assert(
      fc.property(names, (shards) => {
        const map = shardMap(shards, BUCKETS);
        const all = map.shards.flatMap(({ ranges }) => ranges).toSorted(([a], [b]) => a - b);
        expect(all[0]?.[0]).toBe(0);
        for (const [index, [first]] of all.entries()) if (index > 0) expect(first).toBe((all[index - 1]?.[1] ?? 0) + 1);
        expect(all.at(-1)?.[1]).toBe(BUCKETS - 1);
        expect(Math.max(...sizes(map)) - Math.min(...sizes(map))).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });

  test("moves to a shard that is added its share, and nothing between the others", () => {
    fc.assert(
      fc.property(names, (shards) => {
        const [before, after] = [shardMap(shards, BUCKETS), shardMap([...shards, "added!"], BUCKETS)];
        expect(new Set(movesBetween(before, after).map(({ to }) => to))).toEqual(new Set(["added!"]));
        expect(moved(before, after)).toBe(Math.floor(BUCKETS / (shards.length + 1)));
        expect(moved(after, before)).toBe(moved(before, after));
      }),
      { numRuns: 60 },
    );
  });

  test("takes evenly from the others", () => {
    const from = movesBetween(shardMap(["a", "b", "c", "d"]), shardMap(["a", "b", "c", "d", "e"]));
    const taken = from.map(({ ranges }) => ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0));
    expect(Math.max(...taken) - Math.min(...taken)).toBeLessThanOrEqual(1);
    expect(taken).toHaveLength(4);
  });

  test("keeps within 5 % of each other what its shards keep of many keys", () => {
    const map = shardMap(["a", "b", "c", "d", "e"]);
    const counts = new Map<string, number>();
    for (let key = 0; key < 100_000; key++) {
      const shard = shardOf(map, `customer-${key}`);
      counts.set(shard, (counts.get(shard) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(Math.abs(count - 20_000)).toBeLessThan(1000);
  });

  test("is the same on every run and every machine", () => {
    const map = shardMap(["orders-0", "orders-1", "orders-2"], 64);
    expect(map.shards).toEqual([
      { name: "orders-0", ranges: [[0, 21]] },
      { name: "orders-1", ranges: [[32, 52]] },
      {
        name: "orders-2",
        ranges: [
          [22, 31],
          [53, 63],
        ],
      },
    ]);
    // From `printf customer-7 | sha256sum`: its first eight digits, acade5fe, modulo 64.
    expect(bucketOf(map, "customer-7")).toBe(62);
    expect(shardOf(map, "customer-7")).toBe("orders-2");
  });

  test("keeps keys where they are when the map goes through JSON", () => {
    const map = shardMap(["a", "b", "c"]);
    const read = JSON.parse(JSON.stringify(map)) as ShardMap;
    for (const key of ["", "ü", "a".repeat(1000), "customer-1"]) expect(shardOf(read, key)).toBe(shardOf(map, key));
  });

  test.each([
    [[], 4096, "names: [] was given; allowed: at least one shard"],
    [["a", "a"], 4096, "allowed: each name once"],
    [["a", "b"], 39, "buckets: 39 was given; allowed: a whole number from 20 for each shard"],
    [["a"], 100_000, "to 65536"],
    [["a"], 20.5, "buckets: 20.5 was given"],
  ])("of %j in %d buckets is refused", (shards, buckets, message) => {
    expect(() => shardMap(shards, buckets)).toThrow(message);
  });

  test("is not compared with one of other buckets", () => {
    expect(() => movesBetween(shardMap(["a"], 64), shardMap(["a"], 128))).toThrow("to.buckets: 128 was given");
  });
});
