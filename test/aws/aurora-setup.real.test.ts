import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shardSchema } from "../../apps/chassis/src/shard-schema.ts";
import { runs } from "../../apps/testing/src/command.ts";
import { postgresMissing, TestPostgres } from "../../apps/testing/src/postgres.ts";
import { type Access, loginRole, ownerRole } from "../../components/data/postgres/plan.ts";
import { scramVerifier } from "../../components/data/postgres/scram.ts";
import { PATHS, setupFiles } from "../../components/data/postgres/setup-files.ts";

// What the setup of an Aurora does, done by its own script with the real psql to a real PostgreSQL, as a master who is no superuser.

const missing = postgresMissing ?? (runs("psql", "--version") ? undefined : "there is no psql");
/** Everything that JSON, a password file and a shell could take for their own. */
const MASTER_PASSWORD = String.raw`m"a\s:t$e'r #\"1`;

const pods = { namespace: "shop", podLabels: {}, connections: 7 };
const orders: Access = { ...pods, consumer: "orders", database: "orders", right: "owner" };
const report: Access = { ...pods, consumer: "report", database: "orders", right: "reader" };
const mover: Access = { ...pods, consumer: "reshard", database: "orders", right: "mover" };
const stock: Access = { ...pods, consumer: "stock-keeper", database: "stock", right: "owner" };

let postgres: TestPostgres;
let dir: string;

beforeAll(async () => {
  if (missing) return;
  dir = mkdtempSync(join(tmpdir(), "plumbline-setup-"));
  for (const path of Object.values(PATHS)) mkdirSync(join(dir, path), { recursive: true });
  postgres = await TestPostgres.start();
  await postgres.admin(
    `CREATE ROLE plumbline LOGIN CREATEROLE CREATEDB PASSWORD '${MASTER_PASSWORD.replaceAll("'", "''")}'`,
  );
  // As rds_superuser has it.
  await postgres.admin("GRANT pg_read_all_data TO plumbline WITH ADMIN OPTION");
});
afterAll(async () => {
  if (missing) return;
  await postgres.stop();
  rmSync(dir, { recursive: true });
});

/** Runs the setup's own files, in other folders and without TLS, which this server does not have. */
function setUp(databases: readonly string[], accesses: readonly Access[], password: (role: string) => string) {
  const placed = (text: string) => Object.values(PATHS).reduce((all, path) => all.replaceAll(path, dir + path), text);
  for (const [name, text] of Object.entries(setupFiles(databases, accesses, "")))
    writeFileSync(join(dir, PATHS.config, name), placed(text));
  for (const role of accesses.map(loginRole))
    writeFileSync(join(dir, PATHS.logins, role), scramVerifier(role, password(role)));
  writeFileSync(
    join(dir, PATHS.run, "master.json"),
    JSON.stringify({ username: "plumbline", password: MASTER_PASSWORD }),
  );
  return run("bash", [join(dir, PATHS.config, "setup.sh")], { PGUSER: "plumbline", PGDATABASE: "postgres" });
}

function query(role: string, password: string, database: string, sql: string) {
  const args = ["--no-psqlrc", "--no-password", "--tuples-only", "--no-align", "--command", sql];
  return run("psql", args, { PGUSER: role, PGPASSWORD: password, PGDATABASE: database });
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv) {
  const { PATH } = process.env;
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    timeout: 60_000,
    env: { PATH, PGHOST: "127.0.0.1", PGPORT: String(postgres.port), ...env },
  });
  return { status, stdout: stdout.trim(), stderr };
}

const first = (role: string) => `first-of-${role}`;
const second = (role: string) => `second-of-${role}`;

describe.skipIf(missing)("the setup of an Aurora", () => {
  test("makes databases and logins, and may run again", () => {
    for (const _ of ["once", "again"])
      expect(setUp(["orders", "stock"], [orders, report, stock], first)).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("an owner makes tables in its database, and a reader reads them and no more", () => {
    const owned = query("orders_orders", first("orders_orders"), "orders", "CREATE TABLE t AS SELECT 42 AS n");
    expect(owned.status, owned.stderr).toBe(0);
    const read = query("report_orders", first("report_orders"), "orders", "SELECT n FROM t");
    expect(read).toMatchObject({ status: 0, stdout: "42" });
    for (const sql of ["INSERT INTO t VALUES (1)", "CREATE TABLE mine (n int)", "CREATE TEMPORARY TABLE mine (n int)"])
      expect(query("report_orders", first("report_orders"), "orders", sql).stderr).toMatch(/permission denied/);
  });

  test("a mover of keys writes what the owner of a sharded store keeps, and a reader only reads it", () => {
    expect(setUp(["orders", "stock"], [orders, report, stock, mover], first).status).toBe(0);
    // As the chassis founds a shard: in the name of the database's owner.
    const found = `BEGIN; SET LOCAL ROLE ${ownerRole("orders")}; ${shardSchema(16)}; COMMIT`;
    const table = "CREATE TABLE entries (id int PRIMARY KEY, customer text NOT NULL)";
    for (const sql of [found, table, "SELECT sharding.protect('entries', 'customer')"]) {
      const made = query("orders_orders", first("orders_orders"), "orders", sql);
      expect(made.status, made.stderr).toBe(0);
    }
    const keep = "INSERT INTO sharding.buckets SELECT n, 'here' FROM generate_series(0, 15) n";
    const write = "INSERT INTO entries VALUES (1, 'anna')";
    for (const sql of [keep, write])
      expect(query("report_orders", first("report_orders"), "orders", sql).stderr).toMatch(/permission denied/);
    for (const sql of [keep, write]) {
      const moved = query("reshard_orders", first("reshard_orders"), "orders", sql);
      expect(moved.status, moved.stderr).toBe(0);
    }
    expect(query("report_orders", first("report_orders"), "orders", "SELECT customer FROM entries").stdout).toBe(
      "anna",
    );
  });

  test("nobody connects to another's database", () => {
    for (const role of ["orders_orders", "report_orders"])
      expect(query(role, first(role), "stock", "SELECT 1").stderr).toMatch(/permission denied for database "stock"/);
    const keeper = query("stock_keeper_stock", first("stock_keeper_stock"), "orders", "SELECT 1");
    expect(keeper.stderr).toMatch(/permission denied for database "orders"/);
  });

  test("a login has the connections of its share, and its password is kept by SCRAM", async () => {
    const [row] = await postgres.admin(
      "SELECT rolconnlimit, rolpassword FROM pg_authid WHERE rolname = 'orders_orders'",
    );
    expect(row).toEqual({ rolconnlimit: 7, rolpassword: scramVerifier("orders_orders", first("orders_orders")) });
  });

  test("another rotation is another password; who is no longer declared is locked out, and its data stays", () => {
    expect(setUp(["orders", "stock"], [orders, stock], second).status).toBe(0);
    const old = query("orders_orders", first("orders_orders"), "orders", "SELECT 1");
    expect(old.stderr).toMatch(/password authentication failed/);
    expect(query("orders_orders", second("orders_orders"), "orders", "SELECT n FROM t").stdout).toBe("42");
    const gone = query("report_orders", first("report_orders"), "orders", "SELECT 1");
    expect(gone.stderr).toMatch(/password authentication failed|not permitted to log in/);
  });

  test("an owner that becomes a reader owns nothing more", () => {
    expect(setUp(["orders", "stock"], [{ ...orders, right: "reader" }, stock], second).status).toBe(0);
    const write = query("orders_orders", second("orders_orders"), "orders", "CREATE TABLE other (n int)");
    expect(write.stderr).toMatch(/permission denied for schema public/);
  });

  test("stops at the first statement that fails, and says which", () => {
    const { status, stderr } = setUp(["pg_wrong"], [], first);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/setup\.sql:\d+: ERROR: {2}role name "pg_wrong_owner" is reserved/);
  });
});

test.runIf(missing)(`the setup of an Aurora cannot be tried here: ${missing}`, () => {
  expect(missing).toBeTypeOf("string");
});
