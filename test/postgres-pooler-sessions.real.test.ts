import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { postgresMissing, TestPostgres } from "../apps/testing/src/postgres.ts";
import type { Access } from "../components/data/postgres/plan.ts";
import { completePooler } from "../components/data/postgres/pooler-args.ts";
import { askingPlan } from "../components/data/postgres/pooler-plan.ts";
import { LocalPooler } from "./support/pgbouncer.ts";
import { whyNotUnpacked } from "./support/unpacked-image.ts";

// What a consumer can and cannot do through a pooler: by the real PgBouncer of its image, with the settings and rules of the plan, before a
// real PostgreSQL. All clients share one connection to the server, so that whatever is a session's is everybody's.

const missing = postgresMissing ?? whyNotUnpacked;
const PASSWORD = "of-a-test";
const ACCESS: Access = {
  ...{ consumer: "orders", database: "shop", right: "owner", namespace: "shop", podLabels: {} },
  ...{ connections: 4, pooled: 8 },
};

let postgres: TestPostgres;
let pooler: LocalPooler;
const clients: pg.Client[] = [];

beforeAll(async () => {
  if (missing) return;
  postgres = await TestPostgres.start();
  const { role } = askingPlan("postgres", completePooler({}, []), []);
  await postgres.admin(`CREATE ROLE ${role.name} LOGIN PASSWORD '${PASSWORD}' IN ROLE ${role.inRoles}`);
  await postgres.createDatabase("shop", "orders_shop", PASSWORD);
  await postgres.createDatabase("other", "stock_other", PASSWORD);
  const behind = { port: postgres.port, password: PASSWORD };
  pooler = await LocalPooler.start(behind, { size: 1 }, [ACCESS]);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()));
});
afterAll(async () => {
  await pooler?.stop();
  await postgres?.stop();
});

async function client(more: pg.ClientConfig = {}): Promise<pg.Client> {
  const { port, ca } = pooler;
  const one = new pg.Client({
    ...{ host: "127.0.0.1", port, user: "orders_shop", password: PASSWORD, database: "shop", ssl: { ca } },
    ...more,
  });
  one.on("error", () => undefined);
  await one.connect();
  clients.push(one);
  return one;
}
const answer = async (one: pg.Client, query: string | pg.QueryConfig) =>
  Object.values((await one.query(query)).rows[0]);

describe.skipIf(missing)(`through a pooler${missing ? ` (skipped: ${missing})` : ""}`, () => {
  test("only a declared consumer comes in, with its password, over TLS, to its database", async () => {
    expect(await answer(await client(), "SELECT current_user")).toEqual(["orders_shop"]);
    await expect(client({ ssl: false })).rejects.toThrow(/login rejected/);
    await expect(client({ database: "other" })).rejects.toThrow(/login rejected/);
    await expect(client({ user: "stock_other", database: "other" })).rejects.toThrow(/login rejected/);
    await expect(client({ user: "pgbouncer", database: "pgbouncer" })).rejects.toThrow(/config error/);
    await expect(client({ user: "postgres" })).rejects.toThrow(/no such user/);
    await expect(client({ password: "another" })).rejects.toThrow(/authentication failed/);
  });

  test("prepared statements of the protocol are each client's own, though they share a connection", async () => {
    const [one, two] = [await client(), await client()];
    for (const round of [1, 2]) {
      expect(await answer(one, { name: "twin", text: "SELECT $1::int + 1", values: [round] })).toEqual([round + 1]);
      expect(await answer(two, { name: "twin", text: "SELECT $1::int * 10", values: [round] })).toEqual([round * 10]);
    }
  });

  test("locks and settings of a transaction hold, those of a session are everybody's", async () => {
    const [one, two] = [await client(), await client()];
    await one.query("BEGIN; SELECT pg_advisory_xact_lock(1); SET LOCAL lock_timeout = '7s'; COMMIT");
    expect(await answer(two, "SHOW lock_timeout")).toEqual(["0"]);
    await one.query("SELECT pg_advisory_lock(2)");
    // What one client holds, another gets as well.
    expect(await answer(two, "SELECT pg_try_advisory_lock(2)")).toEqual([true]);
    await one.query("SET lock_timeout = '9s'");
    expect(await answer(two, "SHOW lock_timeout")).toEqual(["9s"]);
    await one.query("SET lock_timeout = 0; SELECT pg_advisory_unlock_all()");
  });

  test("an owner who puts an operator of his own before PostgreSQL's is asked by nobody with more rights than his", async () => {
    const owner = await client();
    await owner.query(`
      CREATE SCHEMA first;
      CREATE TABLE first.seen (by_whom text);
      GRANT USAGE ON SCHEMA first TO public;
      GRANT INSERT ON first.seen TO public;
      CREATE FUNCTION first.same(name, text) RETURNS bool LANGUAGE sql AS
        'INSERT INTO first.seen VALUES (current_user); SELECT $1 OPERATOR(pg_catalog.=) $2';
      CREATE FUNCTION first.same(name, name) RETURNS bool LANGUAGE sql AS
        'INSERT INTO first.seen VALUES (current_user); SELECT $1 OPERATOR(pg_catalog.=) $2';
      CREATE OPERATOR first.= (LEFTARG = name, RIGHTARG = text, FUNCTION = first.same);
      CREATE OPERATOR first.= (LEFTARG = name, RIGHTARG = name, FUNCTION = first.same);
      ALTER DATABASE shop SET search_path = first, pg_catalog, public`);
    await postgres.crash();
    // PgBouncer asks anew on a new connection, which has the new search path; so has this one, whose own operator is its own.
    const another = await client();
    expect(await answer(another, "SELECT 'a'::name = 'a'::name")).toEqual([true]);
    expect((await another.query("TABLE first.seen")).rows).toEqual([{ by_whom: "orders_shop" }]);
    await another.query("ALTER DATABASE shop RESET search_path");
    await postgres.crash();
  });

  test("options of the start are ignored", async () => {
    expect(await answer(await client({ options: "-c lock_timeout=5s" }), "SHOW lock_timeout")).toEqual(["0"]);
  });

  test("who is between two transactions outlives the server, and who is in one is told", async () => {
    const [between, within] = [await client(), await client()];
    expect(await answer(between, "SELECT 1")).toEqual([1]);
    await within.query("BEGIN");
    const cut = expect(within.query("SELECT pg_sleep(60)")).rejects.toThrow();
    await postgres.crash();
    await cut;
    expect(await answer(between, "SELECT 2")).toEqual([2]);
  });
});
