import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Audit } from "@plumbline-shop/chassis/audit";
import { logger } from "@plumbline-shop/chassis/log";
import { Postgres } from "@plumbline-shop/chassis/postgres";
import { postgresMissing, TestPostgres } from "@plumbline-shop/testing/postgres";
import { Scratch } from "@plumbline-shop/testing/scratch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PostgresOrders } from "../apps/orders/src/store.ts";
import { KEEPER_PATHS, keeperFiles } from "../components/data/postgres/keeper-plan.ts";
import { POSTGRESQL } from "../rehearsal/images/postgres.ts";
import { programsOf } from "./support/image-programs.ts";
import { whyNotUnpacked } from "./support/unpacked-image.ts";

// The keeper's own script with the real psql, and the orders service's own store, on a real PostgreSQL.

const missing = postgresMissing ?? whyNotUnpacked;
const PASSWORD = "of-a-test";
/** Who logs in, and whose member each is, as CloudNativePG makes them of the plan. */
const LOGINS = {
  keeper_orders: "",
  orders_orders: "IN ROLE orders_owner",
  reports_orders: "IN ROLE pg_read_all_data",
  auditing_orders: "IN ROLE orders_auditor",
} as const;
type Login = keyof typeof LOGINS;

const SUPPORT = { actor: { kind: "person", id: "support-17" }, purpose: "customer-request" } as const;
const REQUEST = {
  customer: "anna@example.com",
  currency: "EUR",
  items: [{ sku: "anvil", quantity: 1, unitPrice: 100 }],
};

let server: TestPostgres;
let database: Postgres;
let orders: PostgresOrders;
let forget: (() => void) | undefined;
const scratch = new Scratch();
const opened: Postgres[] = [];

function connect(user: Login): Postgres {
  const credentials = { user: { read: () => user }, password: { read: () => PASSWORD } };
  const settings = { host: "127.0.0.1", port: server.port, database: "orders", poolSize: 4, ...credentials };
  const made = new Postgres(user, settings, logger("test", "fatal"));
  opened.push(made);
  return made;
}

function keep(audit: `${number}d` = "400d") {
  const here = (text: string) =>
    Object.values(KEEPER_PATHS).reduce((all, path) => all.replaceAll(path, scratch.directory + path), text);
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(scratch.directory, path)), { recursive: true });
    writeFileSync(join(scratch.directory, path), text);
  };
  for (const [name, text] of Object.entries(keeperFiles({ audit: { events: { orders: audit } } })))
    put(`${KEEPER_PATHS.files}/${name}`, here(text));
  put(`${KEEPER_PATHS.logins}/orders/username`, "keeper_orders");
  put(`${KEEPER_PATHS.logins}/orders/password`, PASSWORD);
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, DATABASES: "orders", PGHOST: "127.0.0.1", PGPORT: String(server.port) };
  const script = join(scratch.directory, KEEPER_PATHS.files, "keep.sh");
  const { status, stdout, stderr } = spawnSync("bash", [script], { encoding: "utf8", timeout: 60_000, env });
  return { status, said: stdout + stderr };
}

const asAdmin = (sql: string) => server.admin(sql, "orders");
const months = async () =>
  (
    await asAdmin(
      "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE relkind = 'r' ORDER BY 1",
    )
  ).map(({ relname }) => relname);

beforeAll(async () => {
  if (missing) return;
  forget = await programsOf([POSTGRESQL]);
  server = await TestPostgres.start();
  for (const role of ["orders_owner", "orders_auditor"]) await server.admin(`CREATE ROLE ${role} NOLOGIN`);
  for (const [login, member] of Object.entries(LOGINS))
    await server.admin(`CREATE ROLE ${login} LOGIN PASSWORD '${PASSWORD}' ${member}`);
  await server.admin("CREATE DATABASE orders OWNER orders_owner");
  await asAdmin("CREATE SCHEMA audit AUTHORIZATION keeper_orders");
  expect(keep()).toEqual({ status: 0, said: "" });
  database = connect("orders_orders");
  orders = new PostgresOrders(database, new Audit(database, true));
  await orders.createSchema();
}, 300_000);
afterAll(async () => {
  await Promise.all(opened.map((one) => one.close()));
  await server?.stop();
  forget?.();
  scratch.remove();
});

describe.skipIf(missing)(`Audit events in a real PostgreSQL${missing ? ` (${missing})` : ""}`, () => {
  test("say who read one person's data, when and what for; whoever asks is among them", async () => {
    const placed = await orders.place("key-00001", REQUEST, { ...SUPPORT, purpose: "telephone-order" });
    const other = await orders.place("key-00002", { ...REQUEST, customer: "bert@example.com" }, SUPPORT);
    if (placed.outcome === "conflict" || other.outcome === "conflict") throw new Error("a new key is in conflict");
    await orders.find(placed.order.id, SUPPORT);
    await orders.find(other.order.id, SUPPORT);
    const about =
      "SELECT login, actor, actor_kind, action, object, purpose, outcome, at <= now() AS is_past FROM audit.about($1, $2)";
    const answer = await connect("auditing_orders").query(about, ["anna@example.com", "data-subject-request"]);
    const object = `orders/${placed.order.id}`;
    const done = { outcome: "done", is_past: expect.any(Boolean) };
    const byOrders = { ...done, login: "orders_orders", actor: "support-17", actor_kind: "person", object };
    expect(answer).toEqual([
      { ...byOrders, action: "order.place", purpose: "telephone-order" },
      { ...byOrders, action: "order.read", purpose: "customer-request" },
      expect.objectContaining({ action: "audit.read", actor: "auditing_orders", purpose: "data-subject-request" }),
    ]);
  });

  test("hold nothing that says who the person is", async () => {
    const rows = await asAdmin("SELECT e::text AS event, subject FROM audit.events AS e");
    expect(JSON.stringify(rows)).not.toMatch(/anna|bert|example\.com/);
    expect(new Set(rows.map(({ subject }) => subject)).size).toBe(2);
    for (const { subject } of rows) expect(subject).toMatch(/^[0-9a-f]{64}$/);
  });

  test("outlive the person's data, under the key alone", async () => {
    const [{ before } = {}] = await asAdmin("SELECT count(*)::int AS before FROM audit.events");
    await asAdmin("DELETE FROM orders WHERE request->>'customer' = 'anna@example.com'");
    expect(await asAdmin("SELECT count(*)::int AS before FROM audit.events")).toEqual([{ before }]);
  });

  test.each([
    ["change one", "UPDATE audit.events SET actor = 'nobody'", /permission denied for table events/],
    ["delete one", "DELETE FROM audit.events", /permission denied for table events/],
    ["delete all", "TRUNCATE audit.events", /permission denied for table events/],
    ["read one", "SELECT * FROM audit.events", /permission denied for table events/],
    ["drop the table", "DROP TABLE audit.events", /must be owner of table events/],
    ["drop the schema", "DROP SCHEMA audit CASCADE", /must be owner of schema audit/],
    ["take the table", "ALTER TABLE audit.events OWNER TO orders_owner", /must be owner of table events/],
    ["make a table beside it", "CREATE TABLE audit.mine (id int)", /permission denied for schema audit/],
    ["stop the trigger", "ALTER TABLE audit.events DISABLE TRIGGER ALL", /must be owner of table events/],
    ["read the secret", "SELECT * FROM audit.secret", /permission denied for table secret/],
    ["make a key", "SELECT audit.key_of('anna')", /permission denied for function key_of/],
    ["ask for a person", "SELECT audit.about('anna', 'x')", /permission denied for function about/],
    ["become the keeper", "SET ROLE keeper_orders", /permission denied to set role/],
    [
      "say when it was",
      "INSERT INTO audit.events (at, actor, actor_kind, action, object, purpose, outcome) VALUES ('2020-01-01', 'a', 'person', 'a', 'a', 'a', 'done')",
      /permission denied for table events/,
    ],
    [
      "say that another service did it",
      "INSERT INTO audit.events (login, actor, actor_kind, action, object, purpose, outcome) VALUES ('x', 'a', 'person', 'a', 'a', 'a', 'done')",
      /permission denied for table events/,
    ],
  ])("the service that writes them, and owns the database, cannot %s", async (_, sql, says) => {
    await expect(database.query(sql)).rejects.toThrow(says);
  });

  test("whoever may read everything reads none of them, nor the secret; an auditor changes none", async () => {
    const reports = connect("reports_orders");
    const all = [
      "audit.events",
      "audit.secret",
      "audit.events_rest",
      ...(await months()).map((month) => `audit.${month}`),
    ];
    for (const table of all) expect(await reports.query(`SELECT * FROM ${table}`), table).toEqual([]);
    const auditing = connect("auditing_orders");
    for (const sql of [
      "DELETE FROM audit.events",
      "UPDATE audit.events SET actor = 'x'",
      "SELECT * FROM orders",
      "SELECT * FROM audit.secret",
    ])
      await expect(auditing.query(sql), sql).rejects.toThrow(/permission denied/);
  });

  test("wait for no keeper, and no keeper waits for them", async () => {
    const event = { ...SUPPORT, action: "order.read", object: "orders/y", subject: "dora", outcome: "done" } as const;
    // Every lock that adding takes is held while the keeper runs.
    const ran = await new Audit(database, true).run(async (_ask, record) => {
      await record(event);
      return keep();
    });
    expect(ran).toEqual({ status: 0, said: "" });
  });

  test("are kept although the database's owner has everyone's sessions read only, and cut short", async () => {
    try {
      for (const setting of ["statement_timeout = 1", "default_transaction_read_only = on"])
        await database.query(`ALTER DATABASE orders SET ${setting}`);
      expect(keep()).toEqual({ status: 0, said: "" });
    } finally {
      await server.admin("ALTER DATABASE orders RESET ALL");
    }
  });

  test("have their two policies and rows' security again after somebody has changed them", async () => {
    const policies = "SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2";
    const before = await asAdmin(policies);
    const events = { tablename: "events", qual: null, with_check: null };
    expect(before).toEqual([
      { ...events, policyname: "added", roles: "{orders_owner}", cmd: "INSERT", with_check: "true" },
      { ...events, policyname: "looked_into", roles: "{orders_auditor}", cmd: "SELECT", qual: "true" },
    ]);
    await asAdmin("ALTER POLICY added ON audit.events TO PUBLIC");
    await asAdmin("CREATE POLICY looked_into_too ON audit.events FOR SELECT USING (true)");
    for (const table of ["events", "events_rest", "secret"])
      await asAdmin(`ALTER TABLE audit.${table} DISABLE ROW LEVEL SECURITY`);
    expect(keep()).toEqual({ status: 0, said: "" });
    expect(await asAdmin(policies)).toEqual(before);
    const open = "SELECT relname FROM pg_class WHERE relnamespace = 'audit'::regnamespace AND relkind IN ('r', 'p')";
    expect(await asAdmin(`${open} AND NOT relrowsecurity`)).toEqual([]);
  });

  test("stand with the change or not at all", async () => {
    const audit = new Audit(database, true);
    const event = { ...SUPPORT, action: "order.read", object: "orders/x", subject: "carl", outcome: "done" } as const;
    const failing = audit.run(async (ask, record) => {
      await record(event);
      await ask("SELECT 1 / 0");
    });
    await expect(failing).rejects.toThrow(/division by zero/);
    const count = "SELECT count(*)::int AS events FROM audit.events WHERE object = 'orders/x'";
    expect(await asAdmin(count)).toEqual([{ events: 0 }]);
    await audit.run((_ask, record) => record(event));
    expect(await asAdmin(count)).toEqual([{ events: 1 }]);
  });

  test("go by whole months: those past their time are dropped, those to come are there, and what had none finds its own", async () => {
    const now = new Date();
    const name = (ahead: number) => {
      const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1)).toISOString();
      return `events_${month.slice(0, 7).replace("-", "_")}`;
    };
    expect(await months()).toEqual([...[0, 1, 2].map(name), "events_rest"].sort());
    // The last month's place is taken away with what it would have held, as if no keeper had run.
    await asAdmin(`DROP TABLE audit.${name(2)}`);
    await asAdmin(
      `INSERT INTO audit.events (at, actor, actor_kind, action, object, purpose, outcome)
       VALUES (date_trunc('month', now()) + interval '2 months 3 days', 'late', 'service', 'a', 'a', 'a', 'done')`,
    );
    await asAdmin(
      `CREATE TABLE audit.events_2020_01 PARTITION OF audit.events FOR VALUES FROM ('2020-01-01') TO ('2020-02-01')`,
    );
    await asAdmin("ALTER TABLE audit.events_2020_01 OWNER TO keeper_orders");
    const { status, said } = keep();
    expect(status, said).toBe(0);
    expect(JSON.parse(said)).toEqual({ keeper: "dropped a month", database: "orders", month: "events_2020_01" });
    expect(await months()).toEqual([...[0, 1, 2].map(name), "events_rest"].sort());
    expect(await asAdmin(`SELECT actor FROM audit.${name(2)}`)).toEqual([{ actor: "late" }]);
    expect(keep()).toEqual({ status: 0, said: "" });
  });
});
