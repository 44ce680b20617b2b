import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { logger } from "@plumbline-shop/chassis/log";
import type { ShardedSchema, ShardSettings } from "@plumbline-shop/chassis/shards";
import { Shards } from "@plumbline-shop/chassis/shards";
import { TestPostgres } from "@plumbline-shop/testing/postgres";
import { RealProcess } from "@plumbline-shop/testing/process";
import { Scratch } from "@plumbline-shop/testing/scratch";
import pg from "pg";
import { shardMap } from "../../components/data/index.ts";
import { mapDocument } from "../../components/data/sharding/plan.ts";

/** Accounts and their entries, by customer. A balance tells of an entry that was lost or counted twice. */
export const SCHEMA: ShardedSchema = {
  sql: `
    CREATE TABLE IF NOT EXISTS accounts (
      customer text PRIMARY KEY,
      balance  integer NOT NULL DEFAULT 0,
      twice    integer GENERATED ALWAYS AS (balance * 2) STORED,
      "Note"   jsonb,
      seal     bytea NOT NULL DEFAULT sha256('')
    );
    CREATE TABLE IF NOT EXISTS entries (
      id       uuid PRIMARY KEY,
      customer text NOT NULL REFERENCES accounts ON DELETE CASCADE,
      at       timestamptz NOT NULL DEFAULT clock_timestamp(),
      text     text
    )`,
  keys: { accounts: "customer", entries: "customer" },
};

const MOVER = new URL("../../apps/reshard/src/main.ts", import.meta.url).pathname;

/** A sharded store as the component makes it: a server for each shard, a role for the service and one for whoever moves keys. */
export class Ledger {
  readonly servers: readonly TestPostgres[];
  readonly names: readonly string[];
  readonly #scratch = new Scratch();
  readonly #password = randomBytes(16).toString("hex");

  private constructor(servers: readonly TestPostgres[]) {
    this.servers = servers;
    this.names = servers.map((_, index) => `ledger-${index}`);
    this.#scratch.file("user", "ledger");
    this.#scratch.file("mover", "ledger_mover");
    this.#scratch.file("password", this.#password);
  }

  static async start(shards: number): Promise<Ledger> {
    const ledger = new Ledger(await Promise.all(Array.from({ length: shards }, () => TestPostgres.start())));
    for (const server of ledger.servers) {
      await server.admin("CREATE ROLE ledger_owner");
      for (const role of ["ledger", "ledger_mover"])
        await server.admin(`CREATE ROLE ${role} LOGIN PASSWORD '${ledger.#password}' IN ROLE ledger_owner`);
      await server.admin("CREATE DATABASE ledger OWNER ledger_owner");
    }
    return ledger;
  }

  /** Writes a map of the first shards, of which the first `filled` keep keys; all by default. Gives its path. */
  map(file: string, shards: number, filled = shards): string {
    const places = this.servers.slice(0, shards).map(({ port }) => ({ host: "127.0.0.1", port }));
    const map = shardMap(this.names.slice(0, filled));
    const named = new Map(places.map((place, index) => [this.names[index] ?? "", place]));
    const path = join(this.#scratch.directory, file);
    writeFileSync(path, mapDocument(map, named));
    return path;
  }

  settings(mapFile: string): ShardSettings {
    const password = { read: () => this.#password };
    return { mapFile, database: "ledger", user: { read: () => "ledger" }, password, poolSize: 8 };
  }

  client(mapFile: string): Shards {
    return new Shards("ledger", this.settings(mapFile), logger("ledger", "fatal"));
  }

  /** The program that moves keys, as it runs in a container. */
  mover(command: "plan" | "run", mapFile: string, together = 16): RealProcess {
    const file = (name: string) => join(this.#scratch.directory, name);
    return new RealProcess(process.execPath, [MOVER, command, "ledger-shards", String(together)], {
      LEDGER_SHARDS_FILE: mapFile,
      LEDGER_SHARDS_NAME: "ledger",
      LEDGER_SHARDS_USER_FILE: file("mover"),
      LEDGER_SHARDS_PASSWORD_FILE: file("password"),
    });
  }

  /** Runs SQL on one shard as the superuser, whom nothing holds back but the guards. */
  async on<Row extends object>(shard: number, sql: string): Promise<Row[]> {
    return (await this.servers[shard]?.admin(sql, "ledger")) as Row[];
  }

  /** A connection of the service to one shard. */
  async session(shard: number): Promise<pg.Client> {
    const port = this.servers[shard]?.port ?? 0;
    const client = new pg.Client({
      host: "127.0.0.1",
      port,
      database: "ledger",
      user: "ledger",
      password: this.#password,
    });
    await client.connect();
    return client;
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
    this.#scratch.remove();
  }
}
