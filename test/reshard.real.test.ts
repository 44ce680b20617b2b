import { setTimeout as sleep } from "node:timers/promises";
import { bucketOf as bucketInService } from "@plumbline-shop/chassis/shard-map";
import type { Shards } from "@plumbline-shop/chassis/shards";
import { eventually } from "@plumbline-shop/testing/net";
import { postgresMissing } from "@plumbline-shop/testing/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bucketOf, shardMap, shardOf } from "../components/data/index.ts";
import { Ledger, SCHEMA } from "./sharding/ledger.ts";
import { Writers } from "./sharding/writers.ts";

const CUSTOMERS = Array.from({ length: 2_000 }, (_, index) => `customer-${index}`);

const TITLE = `a store over several servers${postgresMissing ? ` (${postgresMissing})` : ""}`;

describe.skipIf(postgresMissing)(TITLE, () => {
  let ledger: Ledger;
  const clients: Shards[] = [];
  const client = (mapFile: string) => {
    const shards = ledger.client(mapFile);
    clients.push(shards);
    return shards;
  };

  beforeAll(async () => {
    ledger = await Ledger.start(4);
    const shards = client(ledger.map("old.json", 3));
    // Several replicas start at once.
    await Promise.all([shards, client(ledger.map("old.json", 3))].map((each) => each.prepare(SCHEMA)));
    const fill = async (some: readonly string[]) => {
      for (const customer of some)
        await shards.query(customer, 'INSERT INTO accounts (customer, "Note") VALUES ($1, \'{"a": [1, null]}\')', [
          customer,
        ]);
    };
    await Promise.all(Array.from({ length: 8 }, (_, n) => fill(CUSTOMERS.filter((_, index) => index % 8 === n))));
  });
  afterAll(async () => {
    await Promise.all(clients.map((each) => each.close()));
    await ledger?.stop();
  });

  test("a key has one bucket, in SQL as in TypeScript, in services as in components", async () => {
    const keys = [...CUSTOMERS, "", "ü", "\\x41", "\\\\", "日本", "a'b", "\t", "😀", "e\u0301", "x".repeat(5_000)];
    const map = shardMap(ledger.names.slice(0, 3));
    const rows = await ledger.on<{ bucket: number }>(
      0,
      `SELECT sharding.bucket(key) AS bucket FROM jsonb_array_elements_text('${JSON.stringify(keys).replaceAll("'", "''")}') AS key`,
    );
    expect(rows.map(({ bucket }) => bucket)).toEqual(keys.map((key) => bucketOf(map, key)));
    expect(keys.map((key) => bucketInService(map.buckets, key))).toEqual(keys.map((key) => bucketOf(map, key)));
  });

  test("a shard refuses what is not its own, however old the map and whoever writes", async () => {
    const map = shardMap(ledger.names.slice(0, 3));
    const elsewhere = CUSTOMERS.find((customer) => shardOf(map, customer) === "ledger-1") ?? "";
    const own = CUSTOMERS.find((customer) => shardOf(map, customer) === "ledger-0") ?? "";
    await expect(ledger.on(0, `INSERT INTO accounts (customer) VALUES ('${elsewhere}')`)).rejects.toMatchObject({
      code: "SH001",
      detail: expect.stringMatching(/"name": "ledger-1", "port": \d+, "bucket": \d+/),
    });
    const claim = `SELECT sharding.claim(${bucketOf(map, elsewhere)})`;
    await expect(ledger.on(0, claim)).rejects.toMatchObject({ code: "SH001" });
    const other = `UPDATE accounts SET customer = 'another' WHERE customer = '${own}'`;
    await expect(ledger.on(0, other)).rejects.toMatchObject({ code: "SH003" });
    const mixed = client(ledger.map("old.json", 3)).transaction(own, (at) =>
      at.query("INSERT INTO accounts (customer) VALUES ($1)", [elsewhere]),
    );
    await expect(mixed).rejects.toMatchObject({ code: "SH001" });
    const [here] = await ledger.on(0, `SELECT sharding.here('${own}') AS own, sharding.here('${elsewhere}') AS other`);
    expect(here).toEqual({ own: true, other: false });

    // A transaction that reads what it saw at its start does not see that the bucket has left since: it fails.
    const bucket = bucketOf(map, own);
    const set = (state: string) =>
      ledger.on(0, `UPDATE sharding.buckets SET state = '${state}' WHERE bucket = ${bucket}`);
    const began = await ledger.session(0);
    await began.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    await began.query("SELECT count(*) FROM accounts");
    await set("left");
    const late = began.query("UPDATE accounts SET balance = balance WHERE customer = $1", [own]);
    await expect(late).rejects.toMatchObject({ code: "40001" });
    await began.end();
    await set("leaving");
    await expect(ledger.on(0, "TRUNCATE accounts CASCADE")).rejects.toMatchObject({ code: "SH003" });
    await set("here");
  });

  test.each([
    ["without a primary key", "CREATE TABLE loose (customer text NOT NULL)", /no primary key/],
    ["whose key may be missing", "CREATE TABLE loose (id integer PRIMARY KEY, customer text)", /NOT NULL/],
    ["without that column", "CREATE TABLE loose (id integer PRIMARY KEY)", /no column customer/],
  ])("a table %s is not sharded", async (_, sql, message) => {
    await expect(ledger.on(0, `${sql}; SELECT sharding.protect('loose', 'customer')`)).rejects.toThrow(message);
  });

  test("a fourth server takes its share while services write, whoever is killed on the way", async () => {
    const writers = new Writers();
    // Half of the services never see the new map.
    const stale = client(ledger.map("old.json", 3));
    const mapFile = ledger.map("new.json", 4);
    const fresh = client(mapFile);
    const joined = ledger.mover("plan", mapFile);
    expect((await joined.exit()).code).toBe(1);
    expect(joined.output).toContain("shard ledger-3 knows nothing of its buckets");
    await fresh.prepare(SCHEMA);
    const planned = ledger.mover("plan", mapFile);
    expect((await planned.exit()).code).toBe(0);
    expect(planned.output).toMatch(/ledger-3 keeps 0 buckets, and is to keep 1024/);
    writers.start(stale, CUSTOMERS);
    writers.start(fresh, CUSTOMERS);
    await sleep(300);

    const began = performance.now();
    let output = "";
    for (const milliseconds of [700, 900, 1_100, 1_300]) {
      const mover = ledger.mover("run", mapFile);
      await sleep(milliseconds);
      await mover.stop("SIGKILL");
      output += mover.output;
    }
    const undisturbed = writers.longest;
    const last = ledger.mover("run", mapFile);
    await sleep(800);
    await ledger.servers[1]?.crash();
    expect((await last.exit()).code, last.output).toBe(0);
    output += last.output;
    const seconds = (performance.now() - began) / 1_000;
    await sleep(300);
    await writers.stop();

    expect(writers.refusals).toEqual([]);
    await expectWhole(ledger, writers, 4);
    const plan = ledger.mover("plan", mapFile);
    expect((await plan.exit()).code).toBe(0);
    expect(plan.output).toContain("nothing to do");
    const moved = CUSTOMERS.filter(
      (key) => shardOf(shardMap(ledger.names.slice(0, 3)), key) !== shardOf(shardMap(ledger.names), key),
    );
    expect(moved.length / CUSTOMERS.length).toBeLessThanOrEqual(1 / 4 + 0.02);
    const fences = [...output.matchAll(/no writes for (\d+) ms/g)].map(([, ms]) => Number(ms));
    console.log(
      `3 -> 4 shards in ${seconds.toFixed(1)} s with 4 kills and a crash: ${writers.kept.size} writes acknowledged, ${writers.unknown.size} unknown, ${writers.deleted.size} deleted; ` +
        `${fences.length} moves of up to 16 buckets, fenced for ${Math.max(...fences)} ms at most; longest write ${undisturbed.toFixed(0)} ms before the crash, ${writers.longest.toFixed(0)} ms with it; moved ${((moved.length / CUSTOMERS.length) * 100).toFixed(1)} % of the keys`,
    );
  });

  test("what is in the way of a row leaves it where it was; without that all goes back, and the fourth is empty", async () => {
    const [grown, back] = [shardMap(ledger.names), shardMap(ledger.names.slice(0, 3))];
    const mapFile = ledger.map("back.json", 4, 3);
    const shards = client(mapFile);
    const guest = CUSTOMERS.find((customer) => shardOf(grown, customer) === "ledger-3") ?? "";
    const home = ledger.names.indexOf(shardOf(back, guest));
    const host = CUSTOMERS.find((customer) => shardOf(grown, customer) === `ledger-${home}`) ?? "";
    const id = "00000000-0000-4000-8000-000000000001";
    const insert = "INSERT INTO entries (id, customer, text) VALUES ($1, $2, 'twice')";
    for (const customer of [guest, host]) await shards.query(customer, insert, [id, customer]);
    const stopped = ledger.mover("run", mapFile);
    expect((await stopped.exit()).code, stopped.output).toBe(1);
    expect(stopped.output).toMatch(/move ledger-3 -> ledger-\d: 16 buckets from \d+ on: duplicate key value/);
    expect(await ledger.on(home, `SELECT sharding.here('${guest}')`)).toEqual([{ here: false }]);
    expect(await ledger.on(home, `SELECT FROM accounts WHERE customer = '${guest}'`)).toEqual([]);
    for (const customer of [guest, host]) await shards.query(customer, "DELETE FROM entries WHERE id = $1", [id]);

    const writers = new Writers();
    writers.start(shards, CUSTOMERS);
    // Another run takes over: the first one ends, and touches nothing any more.
    const first = ledger.mover("run", mapFile, 2);
    await eventually("the first run has moved something", 60, async () =>
      expect(first.output).toMatch(/no writes for/),
    );
    const second = ledger.mover("run", mapFile);
    const ends = await Promise.all([first.exit(), second.exit()]);
    await writers.stop();
    const output = `${first.output}${second.output}`;
    expect([ends.map(({ code }) => code), writers.refusals], output).toEqual([[1, 0], []]);
    expect(first.output).toContain("another run has taken over");
    for (const table of ["accounts", "entries"]) expect(await ledger.on(3, `TABLE ${table}`)).toEqual([]);
    expect(await ledger.on(3, "SELECT DISTINCT state FROM sharding.buckets")).toEqual([{ state: "gone" }]);
  });
});

/** Every acknowledged write once, where the map says, and nothing that nobody wrote. */
async function expectWhole(ledger: Ledger, writers: Writers, filled: number): Promise<void> {
  const map = shardMap(ledger.names.slice(0, filled));
  const accounts = new Map<string, string>();
  const entries = new Map<string, string>();
  for (const [index, name] of ledger.names.entries()) {
    for (const { customer, balance, twice, entries: n } of await ledger.on<{
      customer: string;
      balance: number;
      twice: number;
      entries: number;
    }>(
      index,
      "SELECT a.*, (SELECT count(*)::integer FROM entries e WHERE e.customer = a.customer) AS entries FROM accounts a",
    )) {
      expect(accounts.has(customer), `${customer} is on two shards`).toBe(false);
      accounts.set(customer, name);
      expect([balance, twice], customer).toEqual([n, 2 * n]);
    }
    for (const { id, customer, text } of await ledger.on<{ id: string; customer: string; text: string }>(
      index,
      "TABLE entries",
    )) {
      expect(entries.has(id), `${id} is on two shards`).toBe(false);
      expect(text).toBe(`"ü\\,(${id}`);
      entries.set(id, customer);
    }
  }
  expect(accounts).toEqual(new Map(CUSTOMERS.map((customer) => [customer, shardOf(map, customer)])));
  const open = new Set([...writers.deleted, ...writers.unknown]);
  const lost = [...writers.kept.keys()].filter((id) => !entries.has(id) && !open.has(id));
  expect(lost).toEqual([]);
  const nobodys = [...entries.keys()].filter((id) => !writers.kept.has(id) && !writers.unknown.has(id));
  expect(nobodys).toEqual([]);
  expect([...writers.deleted].filter((id) => entries.has(id))).toEqual([]);
}
