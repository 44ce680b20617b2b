import { bucketOf as bucketInService, ownersOf, parseShardMap } from "@plumbline-shop/chassis/shard-map";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bucketOf, shardMap, shardOf } from "../components/data/index.ts";
import { mapDocument } from "../components/data/sharding/plan.ts";

test("a service finds each key where the component says, by the file that the component writes", () => {
  const letters = fc.array(fc.integer({ min: 0, max: 0xd7ff }), { maxLength: 12 });
  const key = letters.map((codes) => String.fromCodePoint(...codes));
  const keys = fc.array(key, { minLength: 10, maxLength: 50 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.nat({ max: 3 }), keys, (filled, empty, some) => {
      const names = Array.from({ length: filled + empty }, (_, index) => `ledger-${index}`);
      const map = shardMap(names.slice(0, filled));
      const places = new Map(names.map((name) => [name, { host: `${name}-rw.data.svc`, port: 5432 }]));
      const read = parseShardMap(mapDocument(map, places));
      expect(read.shards.map(({ name }) => name)).toEqual(names);
      const owners = ownersOf(read);
      for (const key of some) {
        expect(bucketInService(read.buckets, key)).toBe(bucketOf(map, key));
        expect(owners[bucketOf(map, key)]).toBe(shardOf(map, key));
      }
    }),
    { numRuns: 25 },
  );
});
