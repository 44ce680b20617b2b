import { describe, expect, it } from "vitest";
import { bucketOf, ownersOf, parseShardMap } from "./shard-map.ts";

const shard = (name: string, ...ranges: [number, number][]) => ({ name, host: `${name}.data.svc`, port: 5432, ranges });
const map = (...shards: unknown[]) => JSON.stringify({ hash: "sha256-32", buckets: 8, shards });

describe("a shard map", () => {
  it("says who keeps each bucket; one that keeps none may be there", () => {
    const parsed = parseShardMap(map(shard("a", [0, 2], [7, 7]), shard("b", [3, 6]), shard("c")));
    expect(ownersOf(parsed)).toEqual(["a", "a", "a", "b", "b", "b", "b", "a"]);
  });

  it("finds the bucket of a key by the first 32 bits of its SHA-256", () => {
    // `printf customer-7 | sha256sum` begins with acade5fe.
    expect(bucketOf(65_536, "customer-7")).toBe(0xe5fe);
    expect(bucketOf(4_096, "customer-7")).toBe(0x5fe);
  });

  it.each([
    ["is no JSON", "{", /JSON/],
    ["has another hash", JSON.stringify({ hash: "md5", buckets: 8, shards: [shard("a", [0, 7])] }), /sha256-32/],
    ["has no shard", map(), /shards/],
    ["leaves a bucket out", map(shard("a", [0, 6])), /bucket 7 to 0 shards/],
    ["gives one twice", map(shard("a", [0, 4]), shard("b", [4, 7])), /bucket 4 to 2 shards/],
    ["goes beyond its buckets", map(shard("a", [0, 8])), /bucket 8 to 1 shards of 8/],
    ["has two shards of one name", map(shard("a", [0, 3]), shard("a", [4, 7])), /two shards of one name/],
    ["has a shard without a host", map({ name: "a", port: 1, ranges: [[0, 7]] }), /host/],
  ])("that %s is refused", (_, text, message) => {
    expect(() => parseShardMap(text)).toThrow(message);
  });
});
