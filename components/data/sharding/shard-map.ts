import { createHash } from "node:crypto";
import { InvalidArgsError, type Problem } from "../../core/invalid.ts";

/**
 * Which shard keeps a key. Keys fall into a fixed number of buckets, and each bucket belongs to one shard: what moves when
 * a shard is added is whole buckets. As JSON it is what a consumer reads, in any language.
 */
export interface ShardMap {
  /** How a key finds its bucket: the first 32 bits of the SHA-256 of its UTF-8 bytes, big-endian, modulo `buckets`. */
  readonly hash: "sha256-32";
  readonly buckets: number;
  readonly shards: readonly Shard[];
}

export interface Shard {
  readonly name: string;
  /** First and last bucket of each run, in order. */
  readonly ranges: readonly (readonly [first: number, last: number])[];
}

/** Buckets that change hands between two maps. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly ranges: Shard["ranges"];
}

/** Of one shard at least: fewer, and shards differ by more than 5 % in what they keep. */
const FEWEST_BUCKETS = 20;

/**
 * The map of some shards. It follows from their order alone: the same on every run, with no state to keep.
 * Each shard has the same number of buckets, give or take one, and a name that is added at the end takes its share from
 * the others evenly, and moves nothing else. A name that is taken away from the end gives back what it took; from any
 * other place it moves more, as does a new order: `movesBetween` tells.
 *
 * @param buckets 4096 by default, which is enough for 204 shards. It never changes over the life of a store, since all keys
 *   would move.
 * @throws InvalidArgsError for no shard, a name twice, or fewer than 20 buckets for each.
 */
export function shardMap(names: readonly string[], buckets = 4096): ShardMap {
  const problems = shardMapProblems(names, buckets);
  if (problems.length > 0) throw new InvalidArgsError("shardMap", problems);
  const owner = new Array<number>(buckets).fill(0);
  for (let added = 1; added < names.length; added++) takeShare(owner, added);
  return {
    hash: "sha256-32",
    buckets,
    shards: names.map((name, shard) => ({ name, ranges: runsOf(owner, (of) => of === shard) })),
  };
}

function shardMapProblems(names: readonly string[], buckets: number): Problem[] {
  const problems: Problem[] = [];
  if (names.length === 0) problems.push({ field: "names", given: names, allowed: "at least one shard" });
  if (new Set(names).size < names.length) problems.push({ field: "names", given: names, allowed: "each name once" });
  if (!Number.isInteger(buckets) || buckets < FEWEST_BUCKETS * names.length || buckets > 2 ** 16)
    problems.push({
      field: "buckets",
      given: buckets,
      allowed: `a whole number from ${FEWEST_BUCKETS} for each shard to 65536`,
    });
  return problems;
}

/** Gives a shard that is added what each of the others has too much by then, from its end: ranges stay few. */
function takeShare(owner: number[], added: number): void {
  const held = Array.from({ length: added }, (): number[] => []);
  for (const [bucket, shard] of owner.entries()) held[shard]?.push(bucket);
  const share = Math.floor(owner.length / (added + 1));
  let larger = owner.length % (added + 1);
  // Those that hold one bucket more than others keep it, so that nothing moves between them.
  for (const buckets of held.toSorted((a, b) => b.length - a.length)) {
    const keeps = share + (larger-- > 0 ? 1 : 0);
    for (const bucket of buckets.slice(keeps)) owner[bucket] = added;
  }
}

/** The bucket of a key. */
export function bucketOf(map: ShardMap, key: string): number {
  return createHash("sha256").update(key, "utf8").digest().readUInt32BE(0) % map.buckets;
}

/** The shard that keeps a key. */
export function shardOf(map: ShardMap, key: string): string {
  const bucket = bucketOf(map, key);
  const shard = map.shards.find(({ ranges }) => ranges.some(([first, last]) => first <= bucket && bucket <= last));
  if (!shard) throw new Error(`bucket ${bucket} belongs to no shard: the map is broken`);
  return shard.name;
}

/** What changes hands when one map takes another's place. Both must be of the same number of buckets. */
export function movesBetween(from: ShardMap, to: ShardMap): Move[] {
  if (from.buckets !== to.buckets)
    throw new InvalidArgsError("movesBetween", [
      {
        field: "to.buckets",
        given: to.buckets,
        allowed: `${from.buckets}, as before: with another number all keys move`,
      },
    ]);
  const [before, after] = [ownersOf(from), ownersOf(to)];
  const pairs = from.shards.flatMap((old) => to.shards.map((next) => [old.name, next.name] as const));
  return pairs
    .filter(([old, next]) => old !== next)
    .map(([old, next]) => ({
      from: old,
      to: next,
      ranges: runsOf(before, (name, bucket) => name === old && after[bucket] === next),
    }))
    .filter(({ ranges }) => ranges.length > 0);
}

function ownersOf(map: ShardMap): string[] {
  const owners = new Array<string>(map.buckets);
  for (const { name, ranges } of map.shards) for (const [first, last] of ranges) owners.fill(name, first, last + 1);
  return owners;
}

/** The runs of neighbours for which something holds. */
function runsOf<T>(items: readonly T[], holds: (item: T, index: number) => boolean): [number, number][] {
  const runs: [number, number][] = [];
  for (const [index, item] of items.entries()) {
    if (!holds(item, index)) continue;
    const last = runs.at(-1);
    if (last?.[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  }
  return runs;
}
