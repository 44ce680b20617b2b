import { createHash } from "node:crypto";
import { z } from "zod";

const bucket = z.int().min(0).max(65_535);

/** Which shard keeps which keys, and where it is: the file that a relation to a sharded store gives. */
const shardMap = z.object({
  hash: z.literal("sha256-32"),
  buckets: z.int().min(1).max(65_536),
  shards: z
    .array(
      z.object({
        name: z.string().min(1),
        host: z.string().min(1),
        port: z.int().min(1).max(65_535),
        ranges: z.array(z.tuple([bucket, bucket])),
      }),
    )
    .min(1),
});

export type ShardMap = z.infer<typeof shardMap>;

/** Reads a shard map. Throws unless each bucket is given to exactly one shard, and each shard has a name of its own. */
export function parseShardMap(text: string): ShardMap {
  const map = shardMap.parse(JSON.parse(text));
  if (new Set(map.shards.map(({ name }) => name)).size < map.shards.length)
    throw new Error("the shard map has two shards of one name");
  const given = new Array<number>(map.buckets).fill(0);
  for (const { ranges } of map.shards)
    for (const [first, last] of ranges)
      for (let bucket = first; bucket <= last; bucket++) given[bucket] = (given[bucket] ?? 0) + 1;
  const wrong = given.length > map.buckets ? map.buckets : given.findIndex((times) => times !== 1);
  if (wrong >= 0)
    throw new Error(`the shard map gives bucket ${wrong} to ${given[wrong]} shards of ${map.buckets} buckets`);
  return map;
}

/** The bucket of a key: the first 32 bits of the SHA-256 of its UTF-8 bytes, modulo the number of buckets. */
export function bucketOf(buckets: number, key: string): number {
  return createHash("sha256").update(key, "utf8").digest().readUInt32BE(0) % buckets;
}

/** Name of the shard that the map gives each bucket to. */
export function ownersOf({ buckets, shards }: ShardMap): string[] {
  const owners = new Array<string>(buckets);
  for (const { name, ranges } of shards) for (const [first, last] of ranges) owners.fill(name, first, last + 1);
  return owners;
}
