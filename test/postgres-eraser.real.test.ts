import { once } from "node:events";
import { eventually } from "@plumbline-shop/testing/net";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { postgresMissing } from "../apps/testing/src/postgres.ts";
import type { Identity } from "../components/data/object-store/identities.ts";
import { BARMAN_CLOUD_SIDECAR } from "../rehearsal/images/barman-cloud.ts";
import { POSTGRESQL } from "../rehearsal/images/postgres.ts";
import { LocalEraser, type Login } from "./support/eraser.ts";
import { programsOf } from "./support/image-programs.ts";
import { whyNotUnpacked } from "./support/unpacked-image.ts";
import { type LocalStore, startStore, storePrograms } from "./support/weed.ts";

// What the eraser's pods do, by their own scripts with the real psql, to a real PostgreSQL and a bucket of the real SeaweedFS.

const missing = postgresMissing ?? whyNotUnpacked;
const programs = await storePrograms();
const logMissing = missing ?? ("missing" in programs ? programs.missing : undefined);

const TABLES = {
  order_lines: { by: "placed_at", keep: "90d", subject: "customer_id" },
  orders: { by: "placed_at", keep: "90d", subject: "customer_id" },
  "crm.contacts": { subject: "customer" },
} as const;
const SCHEMA = `
  CREATE SCHEMA crm;
  CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, card text, placed_at timestamptz NOT NULL);
  CREATE INDEX ON orders (placed_at);
  CREATE TABLE order_lines (order_id bigint REFERENCES orders, customer_id bigint NOT NULL, placed_at date NOT NULL);
  CREATE TABLE crm.contacts (customer text PRIMARY KEY, name text);
  CREATE TABLE prices (id int);
  INSERT INTO prices VALUES (1);
  INSERT INTO crm.contacts SELECT i, 'name' FROM generate_series(0, 9) AS i;`;

let eraser: LocalEraser;
let forget: (() => void) | undefined;
beforeAll(async () => {
  if (missing) return;
  forget = await programsOf([POSTGRESQL, BARMAN_CLOUD_SIDECAR]);
  eraser = await LocalEraser.start();
});
beforeEach(async () => {
  if (missing) return;
  await eraser.create();
  asOwner(SCHEMA);
  eraser.declare(TABLES);
});
afterAll(async () => {
  await eraser?.stop();
  forget?.();
});

/** Half a second for each batch: a machine that is busy elsewhere still sees a run while it goes on. */
function slowly(): void {
  asOwner(`
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END';
    CREATE TRIGGER slow BEFORE DELETE ON orders FOR EACH STATEMENT EXECUTE FUNCTION slow();`);
}

function asOwner(sql: string): string {
  const { status, answer, stderr } = eraser.ask("shop_shop", sql);
  expect(status, stderr).toBe(0);
  return answer;
}

/** Orders of customers 0 to 9 by turns, a day apart each, from a minute ago on back. */
const fill = (orders: number) =>
  asOwner(
    `INSERT INTO orders SELECT i, i % 10, 'card', now() - make_interval(days => i, mins => 1) FROM generate_series(0, ${orders - 1}) AS i;
     INSERT INTO order_lines SELECT id, customer_id, placed_at FROM orders`,
  );
const count = (table: string, where = "true") => Number(asOwner(`SELECT count(*) FROM ${table} WHERE ${where}`));
const request = (subject: string) => asOwner(`INSERT INTO plumbline_erasure_requests (subject) VALUES ('${subject}')`);
const waiting = () => count("plumbline_erasure_requests", "done_at IS NULL");
/** Of customer 3: orders, lines. */
const ofThree = () => ["orders", "order_lines"].map((table) => count(table, "customer_id = 3"));

describe.skipIf(missing)(`The eraser of a Postgres${missing ? ` (skipped: ${missing})` : ""}`, () => {
  test("rows that are past their time go, and no others", () => {
    fill(400);
    const { status, said, lines } = eraser.run();
    expect(status, said).toBe(0);
    // 90 days back to the minute is number 89; as a date it is the whole day 90.
    expect([count("orders"), count("orders", "id >= 90")]).toEqual([90, 0]);
    expect(count("order_lines", "placed_at < now() - interval '90 days'")).toBe(0);
    expect(count("crm.contacts")).toBe(10);
    expect(lines).toContainEqual({ eraser: "kept to its time", database: "shop", table: "public.orders", rows: 310 });
    expect(eraser.run().lines).toContainEqual(expect.objectContaining({ table: "public.orders", rows: 0 }));
  });

  test("a request takes all rows of a person, and nobody else's; then it is done", () => {
    fill(80);
    eraser.run();
    request("3");
    expect(eraser.run()).toMatchObject({ status: 0 });
    expect([waiting(), ...ofThree(), count("crm.contacts", "customer = '3'")]).toEqual([0, 0, 0, 0]);
    expect([count("orders"), count("order_lines"), count("crm.contacts")]).toEqual([72, 72, 9]);
    // Who comes back under the same name is not erased again.
    asOwner("INSERT INTO crm.contacts VALUES ('3', 'another')");
    expect(eraser.run()).toMatchObject({ status: 0 });
    expect(count("crm.contacts")).toBe(10);
  });

  test("a request is forgotten when no backup is left that knows its person", () => {
    eraser.run();
    request("3");
    eraser.run();
    expect(count("plumbline_erasure_requests", "done_at IS NOT NULL")).toBe(1);
    eraser.run(0);
    expect(count("plumbline_erasure_requests")).toBe(0);
  });

  test("a run that is cut short has done what it said, and the next one goes on", async () => {
    asOwner("ALTER TABLE order_lines DROP CONSTRAINT order_lines_order_id_fkey");
    asOwner("INSERT INTO orders SELECT i, 3, 'card', '2020-01-01' FROM generate_series(1, 60000) AS i");
    eraser.declare({ orders: TABLES.orders });
    eraser.run(); // gives the rights, and deletes all of them
    asOwner("INSERT INTO orders SELECT i, 3, 'card', '2020-01-01' FROM generate_series(1, 60000) AS i");
    slowly();
    const run = eraser.erasing();
    let said = "";
    run.stdout?.on("data", (text) => {
      said += text;
    });
    await vi.waitFor(() => expect(said).toContain('"rows":10000'), { timeout: 30_000, interval: 5 });
    process.kill(-(run.pid ?? 0), "SIGKILL");
    await once(run, "exit");
    const left = await eventually("the connection ends", 15, async () => {
      const others = asOwner("SELECT count(*) FROM pg_stat_activity WHERE usename = 'eraser_shop'");
      return others === "0" ? count("orders") : Promise.reject(new Error(`${others} go on`));
    });
    expect(left).toBeGreaterThan(0);
    expect(left % 5_000).toBe(0);
    expect(left).toBeLessThanOrEqual(50_000);
    expect(eraser.run()).toMatchObject({ status: 0 });
    expect(count("orders")).toBe(0);
  });

  test("two runs at once: the second says so and fails", async () => {
    eraser.run();
    asOwner("INSERT INTO orders SELECT i, 3, 'card', '2020-01-01' FROM generate_series(1, 60000) AS i");
    slowly();
    const first = eraser.erasing();
    await once(first.stdout ?? first, "data");
    expect(eraser.run()).toMatchObject({ status: 1, said: expect.stringContaining("another run goes on") });
    expect((await once(first, "exit"))[0]).toBe(0);
  });

  test("what cannot be deleted fails the run, by name, and stops nothing else", () => {
    fill(400);
    asOwner(
      "ALTER TABLE crm.contacts ADD COLUMN seen timestamptz; CREATE TABLE holds (order_id bigint REFERENCES orders)",
    );
    asOwner("INSERT INTO holds VALUES (13)");
    eraser.declare({ ...TABLES, "crm.contacts": { by: "seen", subject: "customer" } });
    eraser.run();
    for (const subject of ["3", "three", "04"]) request(subject);
    const { status, said, lines } = eraser.run();
    expect(status, said).toBe(1);
    const problems = lines.flatMap(({ table, eraser: what, problem }) =>
      problem ? [`${table ?? what}: ${problem}`] : [],
    );
    const unfit = "request: its subject is no bigint as public.orders.customer_id has them";
    expect(problems).toEqual([
      "crm.contacts: rows without seen would stay for ever",
      expect.stringMatching(/^request: .*violates foreign key constraint "holds_order_id_fkey"/),
      unfit,
      unfit,
    ]);
    // A person's name is in no log.
    expect(said).not.toContain("three");
    expect([waiting(), count("orders", "customer_id = 4"), count("orders"), ...ofThree()]).toEqual([3, 9, 90, 9, 0]);
    asOwner(
      "DELETE FROM holds; DELETE FROM plumbline_erasure_requests WHERE subject <> '3'; UPDATE crm.contacts SET seen = now()",
    );
    expect(eraser.run()).toMatchObject({ status: 0 });
    expect([waiting(), ...ofThree()]).toEqual([0, 0, 0]);
  });

  test("a table that is not there fails the run, and the rest is done", () => {
    fill(400);
    eraser.run();
    asOwner("INSERT INTO orders VALUES (1000, 3, 'card', '2020-01-01')");
    eraser.declare({ ...TABLES, gone: { by: "at" } });
    expect(eraser.run()).toMatchObject({
      status: 1,
      said: expect.stringContaining('relation "public.gone" does not exist'),
    });
    expect(count("orders", "id = 1000")).toBe(0);
  });

  test("a request is not done while a trigger, or a policy for rows, keeps what it is about; nor is a time over", () => {
    fill(400);
    eraser.run();
    asOwner(`
      INSERT INTO orders VALUES (1000, 5, 'card', '2020-01-01');
      CREATE FUNCTION keeps() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER keeps BEFORE DELETE ON orders FOR EACH ROW EXECUTE FUNCTION keeps();
      ALTER TABLE crm.contacts ENABLE ROW LEVEL SECURITY;`);
    request("3");
    const { status, said, lines } = eraser.run();
    expect(status, said).toBe(1);
    const stay = "rows of public.orders stay that were to go: a trigger keeps them, or somebody changes them";
    expect(lines).toContainEqual(
      expect.objectContaining({ eraser: "kept to its time", table: "public.orders", problem: stay }),
    );
    const hidden = 'query would be affected by row-level security policy for table "contacts"';
    expect(lines).toContainEqual(expect.objectContaining({ eraser: "request", problem: hidden }));
    asOwner("ALTER TABLE crm.contacts DISABLE ROW LEVEL SECURITY");
    expect(eraser.run().lines).toContainEqual(expect.objectContaining({ eraser: "request", problem: stay }));
    expect(waiting()).toBe(1);
    // What a trigger says may name the person.
    asOwner(`CREATE OR REPLACE FUNCTION keeps() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN RAISE WARNING ''customer % has called'', OLD.customer_id; RAISE EXCEPTION ''customer % has called'', OLD.customer_id; END'`);
    const refused = eraser.run();
    expect(refused.said).toContain("public.orders fails with P0001");
    expect(refused.said).not.toContain("has called");
    asOwner("DROP TRIGGER keeps ON orders");
    expect(eraser.run()).toMatchObject({ status: 0 });
    expect([waiting(), ...ofThree()]).toEqual([0, 0, 0]);
  });

  test("what is asked for after a run has begun waits for the next: it is in no log yet", async () => {
    fill(80);
    eraser.run();
    request("3");
    expect((await once(eraser.erasing(), "exit"))[0]).toBe(0);
    expect([waiting(), ...ofThree()]).toEqual([1, 8, 8]);
    expect(eraser.run()).toMatchObject({ status: 0 });
    expect([waiting(), ...ofThree()]).toEqual([0, 0, 0]);
  });

  test("a run whose rights could not be given carries out no request, which would be in no log", () => {
    fill(80);
    eraser.run();
    eraser.declare({ ...TABLES, gone: { by: "at" } });
    request("3");
    expect(eraser.run()).toMatchObject({ status: 1 });
    expect([waiting(), ...ofThree()]).toEqual([1, 8, 8]);
  });

  test("its role deletes, and sees what it finds rows by; nothing else", () => {
    fill(3);
    eraser.run();
    const refused = (sql: string, login: Login = "eraser_shop") => eraser.ask(login, sql).stderr;
    expect(eraser.ask("eraser_shop", "SELECT count(placed_at) FROM orders")).toMatchObject({ answer: "3" });
    for (const sql of [
      "SELECT card FROM orders",
      "SELECT * FROM orders",
      "UPDATE orders SET customer_id = 0",
      "INSERT INTO crm.contacts VALUES ('x', 'y')",
      "TRUNCATE orders",
      "SELECT * FROM prices",
      "DELETE FROM prices",
      "CREATE TABLE mine (n int)",
      "UPDATE plumbline_erasure_requests SET subject = '4'",
    ])
      expect(refused(sql), sql).toMatch(/permission denied/);
    expect(refused("DROP TABLE orders")).toMatch(/must be owner/);
    for (const role of ["shop_owner", "shop_shop", "steward_shop"])
      expect(refused(`SET ROLE ${role}`)).toMatch(/permission denied to set role/);
  });

  test("its right to a table ends with the declaration", () => {
    eraser.run();
    expect(eraser.ask("eraser_shop", "DELETE FROM crm.contacts")).toMatchObject({ status: 0 });
    const { "crm.contacts": _, ...rest } = TABLES;
    eraser.declare(rest);
    expect(eraser.run()).toMatchObject({ status: 0 });
    expect(eraser.ask("eraser_shop", "DELETE FROM crm.contacts").stderr).toMatch(/permission denied/);
    expect(eraser.ask("eraser_shop", "SELECT customer FROM crm.contacts").stderr).toMatch(/permission denied/);
  });
});

describe.skipIf(logMissing)(`The log of requests${logMissing ? ` (skipped: ${logMissing})` : ""}`, () => {
  const LOG: Identity = {
    bucket: "erasures",
    right: "owner",
    consumer: "postgres-eraser",
    namespace: "data",
    accessKey: "KEY-OF-ERASER",
    secretKey: "secret-of-eraser",
  };
  let store: LocalStore;

  beforeAll(async () => {
    if ("missing" in programs) return;
    store = await startStore(programs, { erasures: {} }, [LOG]);
    await vi.waitFor(() => expect(store.setUp(), store.log("gateway")).toBe(0), { timeout: 120_000, interval: 1_000 });
  }, 300_000);
  afterAll(() => store?.stop());

  test("a person who comes back with a restored backup is erased again", async () => {
    eraser.logTo(store, LOG, "postgres");
    fill(80);
    eraser.run();
    await eraser.create("shop", "backup");
    request("3");
    const first = eraser.run();
    expect(first, first.said).toMatchObject({ status: 0 });
    expect(ofThree()).toEqual([0, 0]);

    await eraser.create("backup");
    expect([...ofThree(), count("plumbline_erasure_requests")]).toEqual([8, 8, 0]);
    // Under another name, as a server that is restored may have it.
    eraser.logTo(store, LOG, "postgres-2", "postgres");
    const again = eraser.run();
    expect(again, again.said).toMatchObject({ status: 0 });
    expect(again.lines).toContainEqual({ eraser: "kept", database: "shop", waiting: 0, missing: 1, forgotten: 0 });
    expect([...ofThree(), count("crm.contacts", "customer = '3'"), waiting()]).toEqual([0, 0, 0, 0]);
    expect([count("orders"), count("order_lines"), count("crm.contacts")]).toEqual([72, 72, 9]);

    // A third one, restored from the second, knows it too.
    await eraser.create("backup");
    eraser.logTo(store, LOG, "postgres-3", "postgres-2");
    expect(eraser.run()).toMatchObject({ status: 0 });
    expect(ofThree()).toEqual([0, 0]);
    // After all backups are gone, the log is too.
    expect(eraser.run(0).lines).toContainEqual(expect.objectContaining({ eraser: "kept", forgotten: 1 }));
    expect(eraser.run(0).lines).toContainEqual(expect.objectContaining({ eraser: "kept", forgotten: 0 }));
  });

  test("nobody is erased whose request could not be kept", () => {
    eraser.logTo(store, { ...LOG, secretKey: "of somebody else" }, "postgres");
    fill(80);
    asOwner(
      "CREATE TABLE plumbline_erasure_requests (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), subject text NOT NULL, requested_at timestamptz NOT NULL DEFAULT now(), done_at timestamptz)",
    );
    request("3");
    expect(eraser.run()).toMatchObject({ status: 1 });
    expect([...ofThree(), waiting()]).toEqual([8, 8, 1]);
  });
});
