import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import pg, { type ClientBase } from "pg";
import type { Logger } from "pino";
import { type Dependency, reasonOf } from "./dependency.ts";
import { Postgres, type PostgresSettings } from "./postgres.ts";
import type { Settings } from "./settings.ts";
import { foundShards } from "./shard-founding.ts";
import { bucketOf, ownersOf, parseShardMap, type ShardMap } from "./shard-map.ts";
import { SHARD_ERRORS } from "./shard-schema.ts";

export interface ShardSettings extends Omit<PostgresSettings, "host" | "port"> {
  /** The shard map: JSON, which changes while the program runs. */
  readonly mapFile: string;
}

/**
 * `<PREFIX>_FILE` (the shard map), `_NAME` (of the database on each shard), `_USER_FILE`, `_PASSWORD_FILE`, and if wanted `_CA_FILE`
 * and `_POOL_SIZE` (most connections of this process to each shard, 10).
 */
export function readShardSettings(settings: Settings, prefix: string): ShardSettings {
  return {
    mapFile: settings.text(`${prefix}_FILE`),
    database: settings.text(`${prefix}_NAME`),
    user: settings.credential(`${prefix}_USER_FILE`),
    password: settings.credential(`${prefix}_PASSWORD_FILE`),
    caFile: settings.optionalFile(`${prefix}_CA_FILE`),
    poolSize: settings.integer(`${prefix}_POOL_SIZE`, { min: 1, max: 1_000, fallback: 10 }),
  };
}

/** What a service keeps on each shard. */
export interface ShardedSchema {
  /** Idempotent SQL that makes the tables. */
  readonly sql: string;
  /** The column of each table that its rows are sharded by; a table that others refer to comes before them. */
  readonly keys: Readonly<Record<string, string>>;
}

type Place = Omit<ShardMap["shards"][number], "ranges">;

/** The kubelet takes a minute or more to change the file; to read it costs less than a millisecond. */
const LOOK_EVERY_MS = 2_000;
/** How long a key may be on its way between two shards: milliseconds, unless whoever moves it was killed at that moment. */
const PATIENCE_MS = 30_000;

/**
 * A store over several PostgreSQL servers, of which each key has one. The map tells where a key most likely is; the shard itself
 * knows, and names another if the key has moved there. So a map that is old costs a question more, and never a wrong answer.
 */
export class Shards implements Dependency {
  readonly name: string;
  readonly #settings: ShardSettings;
  readonly #log: Logger;
  readonly #pools = new Map<string, Postgres>();
  /** What shards said of buckets that were not where the map has them. */
  readonly #moved = new Map<number, Place>();
  #map: ShardMap;
  #owners: string[];
  #text: string;
  #lookedAt = Date.now();
  #schema: ShardedSchema | undefined;
  #founding: Promise<void> = Promise.resolve();

  /** @throws if the map cannot be used. */
  constructor(name: string, settings: ShardSettings, log: Logger) {
    this.name = name;
    this.#settings = settings;
    this.#log = log;
    this.#text = readFileSync(settings.mapFile, "utf8");
    this.#map = parseShardMap(this.#text);
    this.#owners = ownersOf(this.#map);
  }

  /** Makes the tables on every shard, and later on each that is added to the map. */
  async prepare(schema: ShardedSchema): Promise<void> {
    this.#schema = schema;
    await this.#found();
  }

  /**
   * Runs work in one transaction on the shard that keeps the key, which keeps it to the end of the transaction. All that is read
   * and written belongs to this key. The work may run more than once, and counts once: it must do nothing but talk to the client.
   */
  async transaction<Result>(key: string, work: (client: ClientBase) => Promise<Result>): Promise<Result> {
    this.#look();
    const bucket = bucketOf(this.#map.buckets, key);
    const deadline = Date.now() + PATIENCE_MS;
    for (let tries = 1; ; tries++) {
      try {
        return await this.#pool(this.#moved.get(bucket) ?? this.#placeOf(bucket)).transaction(async (client) => {
          await client.query("SELECT sharding.claim($1)", [bucket]);
          return await work(client);
        });
      } catch (error) {
        const { code, detail = "{}" } = error as { code?: string; detail?: string };
        const known = code === SHARD_ERRORS.elsewhere || code === SHARD_ERRORS.arriving;
        if (!known || Date.now() > deadline) throw error;
        if (code === SHARD_ERRORS.elsewhere) {
          const { bucket: refused, ...place }: Place & { bucket: number } = JSON.parse(detail);
          // A row of another key than the one that was asked for: no other shard will take it.
          if (refused !== bucket) throw error;
          if (place.name) this.#moved.set(bucket, place);
        }
        // At once where it is said to be; between two shards that both deny it, a little later each time.
        if (tries > 1) await sleep(Math.min(5 * tries, 200));
      }
    }
  }

  /** One statement in a transaction of its own. */
  query<Row extends object>(key: string, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.transaction(key, async (client) => (await client.query<Row>(sql, [...values])).rows);
  }

  /** Fails if no shard answers: while one is away, the keys of the others are served. */
  async check(): Promise<void> {
    const checks = this.#map.shards.map((shard) => this.#pool(shard).check());
    await Promise.any(checks).catch((all: AggregateError) => {
      throw all.errors[0];
    });
  }

  async close(): Promise<void> {
    await this.#founding;
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  /** Reads the map again, and takes it in if it has changed. What cannot be used changes nothing. */
  #look(): void {
    if (Date.now() - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = Date.now();
    try {
      const text = readFileSync(this.#settings.mapFile, "utf8");
      if (text === this.#text) return;
      this.#text = text;
      this.#map = parseShardMap(text);
      this.#owners = ownersOf(this.#map);
      this.#moved.clear();
      this.#log.info({ shards: this.#map.shards.map(({ name }) => name) }, "the shard map is read");
      this.#founding = this.#found().catch((error) => {
        this.#log.warn({ reason: reasonOf(error) }, "a shard of the new map is not prepared: trying again");
        this.#text = "";
      });
    } catch (error) {
      this.#log.warn({ reason: reasonOf(error) }, "the shard map cannot be read: the last one stands");
    }
  }

  async #found(): Promise<void> {
    const { shards } = this.#map;
    await foundShards(this.#map, (shard, work) => this.#pool(shard).transaction(work));
    if (this.#schema === undefined) return;
    const { sql, keys } = this.#schema;
    const guards = Object.entries(keys).map(
      ([table, column]) => `SELECT sharding.protect(${pg.escapeLiteral(table)}, ${pg.escapeLiteral(column)})`,
    );
    for (const shard of shards) await this.#pool(shard).createSchema([sql, ...guards].join(";\n"));
  }

  #placeOf(bucket: number): Place {
    const owner = this.#owners[bucket];
    const place = this.#map.shards.find(({ name }) => name === owner);
    if (!place) throw new Error(`the shard map has nobody for bucket ${bucket}`);
    return place;
  }

  /** By its address: a shard may get another one. */
  #pool({ name, host, port }: Place): Postgres {
    const address = `${host}:${port}`;
    const known = this.#pools.get(address);
    if (known) return known;
    const pool = new Postgres(name, { ...this.#settings, host, port }, this.#log);
    this.#pools.set(address, pool);
    return pool;
  }
}
