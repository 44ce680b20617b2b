import { randomUUID } from "node:crypto";
import type { ShardMap } from "@plumbline-shop/chassis/shard-map";
import { RECORD_PEERS } from "@plumbline-shop/chassis/shard-schema";
import pg from "pg";

/** How to connect to one shard, anew each time. */
export interface Access {
  readonly name: string;
  config(): pg.ClientConfig;
}

/** By this name the sessions of an earlier run are found. */
const APPLICATION = "plumbline-reshard";
/** Texts of values are read by another server: both write them alike. A run that is cut off holds nothing for longer than a minute. */
const OPTIONS = [
  "datestyle=ISO",
  "intervalstyle=postgres",
  "timezone=UTC",
  "idle_in_transaction_session_timeout=60s",
  // What a policy would hide must fail, and not stay behind.
  "row_security=off",
  "client_min_messages=warning",
]
  .map((option) => `-c ${option}`)
  .join(" ");

/** Another run has begun, and this one must touch nothing any more. */
export class Superseded extends Error {
  constructor(shard: string) {
    super(`another run has taken over (seen on ${shard})`);
  }
}

/** One run of the program, over all its connections. */
export class Run {
  readonly id = randomUUID();
  /** Shards that it has taken over. */
  readonly taken = new Set<string>();
}

/**
 * One run's connection to one shard. Each transaction holds the shard to this run: when another run takes over, it waits for what
 * is under way here, and nothing of this run comes after it. So it does no harm that a run which was thought dead is not.
 */
export class Session {
  readonly name: string;
  readonly #client: pg.Client;
  readonly #run: Run | undefined;

  private constructor(name: string, client: pg.Client, run: Run | undefined) {
    this.name = name;
    this.#client = client;
    this.#run = run;
  }

  /** Connects. With a run, it takes over from whichever run was there before; without one it only looks. */
  static async open({ name, config }: Access, map: ShardMap, run?: Run): Promise<Session> {
    const client = new pg.Client({ ...config(), application_name: APPLICATION, options: OPTIONS, keepAlive: true });
    // What breaks it fails the next statement.
    client.on("error", () => undefined);
    try {
      await client.connect();
      const session = new Session(name, client, run);
      if (run !== undefined && (await session.isPrepared())) await session.#takeOver(map, run);
      return session;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  /** Whether the shard knows anything of buckets. */
  async isPrepared(): Promise<boolean> {
    const { rows } = await this.#client.query("SELECT to_regclass('sharding.changes') IS NOT NULL AS there");
    return rows[0]?.there === true;
  }

  /** Ends what an earlier run has under way here: a machine that is gone closes no connection. What was taken is taken once. */
  async #takeOver({ shards }: ShardMap, { id, taken }: Run): Promise<void> {
    if (taken.has(this.name) && (await this.#mover()) !== id) throw new Superseded(this.name);
    await this.#client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = $1 AND usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()`,
      [APPLICATION],
    );
    await this.#client.query("UPDATE sharding.shard SET mover = $1", [id]);
    await this.#client.query(RECORD_PEERS, [JSON.stringify(shards)]);
    taken.add(this.name);
  }

  async #mover(lock = ""): Promise<string | undefined> {
    return (await this.#client.query<{ mover: string }>(`SELECT mover FROM sharding.shard ${lock}`)).rows[0]?.mover;
  }

  /** One transaction of this run. `snapshot` has all of it read what stands at its start. */
  async transaction<Result>(
    work: (client: pg.ClientBase) => Promise<Result>,
    { snapshot = false } = {},
  ): Promise<Result> {
    const client = this.#client;
    await client.query(`BEGIN ISOLATION LEVEL ${snapshot ? "REPEATABLE READ" : "READ COMMITTED"}`);
    try {
      await client.query("SET LOCAL sharding.mover = 'on'");
      if ((await this.#mover("FOR SHARE")) !== this.#run?.id) throw new Superseded(this.name);
      const result = await work(client);
      await client.query("COMMIT");
      return result;
    } catch (error) {
      await client.query("ROLLBACK").catch(() => undefined);
      // A snapshot from before a take-over cannot lock what has changed since.
      throw (error as { code?: string }).code === "40001" ? new Superseded(this.name) : error;
    }
  }

  /** For what only looks, outside of a transaction. */
  get client(): pg.ClientBase {
    return this.#client;
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }
}
