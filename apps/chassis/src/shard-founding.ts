import type { ClientBase } from "pg";
import { ownersOf, type ShardMap } from "./shard-map.ts";
import { BUCKET_LOCKS, RECORD_PEERS, shardSchema } from "./shard-schema.ts";

type Shard = ShardMap["shards"][number];

/** Runs work in one transaction on one shard. */
export type OnShard = <Result>(shard: Shard, work: (client: ClientBase) => Promise<Result>) => Promise<Result>;

/** Beside the locks of buckets: whoever founds a store, or has a shard join it, holds this one on its first shard. */
const FOUNDING = -1;

/**
 * Brings every shard of the map to know its buckets. Runs any number of times, on any number of replicas at once. In a store that
 * is new, each shard is given what the map says. One that is added to a store gets nothing: it knows who keeps what, and a reshard
 * moves its share to it.
 *
 * A store is new as long as its first shard has no buckets, which it is given last: a founding that was cut short is done again.
 *
 * @throws if a database is another shard than the map says, or was founded with another map.
 */
export async function foundShards(map: ShardMap, on: OnShard): Promise<void> {
  const [first, ...others] = map.shards;
  if (first === undefined) return;
  await on(first, async (client) => {
    const isNew = (await install(client, first, map)).length === 0;
    const owners = ownersOf(map);
    for (const shard of others) {
      await on(shard, async (other) => {
        const known = await install(other, shard, map);
        if (known.length > 0) {
          if (isNew && known.some(({ bucket, state }) => (state === "here") !== (owners[bucket] === shard.name)))
            throw new Error(
              `shard ${shard.name} has buckets that the map gives to others, and ${first.name} has none: was it lost?`,
            );
        } else if (isNew) await setBuckets(other, shard, owners, "given");
        else await setBuckets(other, shard, await keepersOf(map, on, shard, { of: first, client }), "known");
      });
    }
    if (isNew) await setBuckets(client, first, owners, "given");
  });
}

interface Known {
  readonly bucket: number;
  readonly state: string;
}

/** Makes the schema, in the name of the database's owner, and gives what the shard knows of its buckets. */
async function install(client: ClientBase, shard: Shard, map: ShardMap): Promise<Known[]> {
  const { rows } = await client.query<{ owner: string }>(
    "SELECT quote_ident(pg_get_userbyid(datdba)) AS owner FROM pg_database WHERE datname = current_database()",
  );
  await client.query("SELECT pg_advisory_xact_lock($1, $2)", [BUCKET_LOCKS, FOUNDING]);
  await client.query(`SET LOCAL ROLE ${rows[0]?.owner}`);
  await client.query(shardSchema(map.buckets));
  await client.query(
    "INSERT INTO sharding.shard (name, buckets) SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM sharding.shard)",
    [shard.name, map.buckets],
  );
  const { rows: names } = await client.query<{ name: string; buckets: number }>(
    "SELECT name, buckets FROM sharding.shard",
  );
  const is = names[0];
  if (names.length !== 1 || is?.name !== shard.name || is.buckets !== map.buckets)
    throw new Error(
      `the database of shard ${shard.name} says that it is ${is?.name} of ${is?.buckets} buckets: the map has another host for it, or other buckets (${map.buckets})`,
    );
  await client.query(RECORD_PEERS, [JSON.stringify(map.shards)]);
  const { rows: known } = await client.query<Known>("SELECT bucket, state FROM sharding.buckets");
  await client.query("RESET ROLE");
  return known;
}

/** Writes down who keeps what; what is merely known gives the shard nothing. */
async function setBuckets(
  client: ClientBase,
  { name }: Shard,
  owners: readonly string[],
  how: "given" | "known",
): Promise<void> {
  await client.query(
    `INSERT INTO sharding.buckets (bucket, state, peer)
     SELECT i - 1, CASE WHEN owner = $2 AND $3 THEN 'here' ELSE 'gone' END, nullif(owner, $2)
     FROM unnest($1::text[]) WITH ORDINALITY AS o (owner, i)`,
    [owners, name, how === "given"],
  );
}

/** Who keeps each bucket, as the other shards say it. What is on its way at this moment is found by asking on. */
async function keepersOf(
  map: ShardMap,
  on: OnShard,
  joining: Shard,
  first: { readonly of: Shard; readonly client: ClientBase },
): Promise<string[]> {
  const keepers = ownersOf(map);
  for (const shard of map.shards) {
    if (shard === joining) continue;
    const held = shard === first.of ? await heldBy(first.client) : await on(shard, heldBy);
    for (const bucket of held) keepers[bucket] = shard.name;
  }
  return keepers;
}

async function heldBy(client: ClientBase): Promise<number[]> {
  const { rows: there } = await client.query("SELECT to_regclass('sharding.buckets') IS NOT NULL AS known");
  if (!there[0]?.known) return [];
  const { rows } = await client.query<Known>(
    "SELECT bucket, state FROM sharding.buckets WHERE state IN ('here', 'leaving')",
  );
  return rows.map(({ bucket }) => bucket);
}
