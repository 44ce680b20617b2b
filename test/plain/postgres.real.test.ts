import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Postgres } from "../../components/data/index.ts";
import type { Role } from "../../components/data/postgres/cnpg.ts";
import { PORT } from "../../components/data/postgres/plan.ts";
import { POSTGRESQL } from "../../rehearsal/images/postgres.ts";
import { bucketOf } from "../support/one-object-store.ts";
import { addresses, Ground, whyNotPlain } from "./ground.ts";
import { type Ingredients, madeBy, type Objects } from "./objects.ts";
import { consumerOf } from "./pod.ts";

const why = await whyNotPlain([PORT]);
const PATIENCE = { timeout: 30_000, interval: 200 };

/** One server with the parameters, roles and databases that CloudNativePG is asked for. The tests build on each other, in this order. */
describe.skipIf(why)(`PostgreSQL as a plain process${why ? ` (skipped: ${why})` : ""}`, () => {
  const [own = ""] = addresses(1);
  const ground = new Ground();
  const path = (name: string) => `${ground.folder}/server/${name}`;
  let objects: Objects;

  beforeAll(async () => {
    await ground.take(POSTGRESQL);
    objects = await madeBy(program, [own]);
    const { postgresql, certificates, bootstrap, managed } = objects.of("Cluster").spec;
    const { dataChecksums, encoding } = bootstrap.initdb;
    const data = path("data");
    ground.makeFolder(path("socket"));
    const made = ["--username=postgres", "--auth-local=trust", "--auth-host=reject", "--no-sync"];
    expect(dataChecksums).toBe(true);
    await ground.said(["initdb", "-D", data, ...made, "--data-checksums", `--encoding=${encoding}`]);
    for (const [name, text] of Object.entries(objects.data("Secret", certificates.serverTLSSecret)))
      ground.write(path(`tls/${name}`), text);
    ground.write(path("cluster.conf"), settings(postgresql.parameters));
    // As the operator has it: who may do what over the socket, then ours, then what PostgreSQL says by itself.
    ground.write(
      path("pg_hba.conf"),
      ["local all all trust", ...postgresql.pg_hba, "host all all all scram-sha-256", ""].join("\n"),
    );
    ground.write(path("operators.conf"), settings({ ...operators(), hba_file: path("pg_hba.conf") }));
    ground.write(`${data}/postgresql.conf`, `include '${path("cluster.conf")}'\ninclude '${path("operators.conf")}'\n`);
    const server = ground.run(["postgres", "-D", data], {});
    await vi.waitFor(async () => expect(await admin("SELECT 1"), server.output).toBe("1"), PATIENCE);
    for (const role of managed.roles) await admin(roleSql(role));
    const { name, owner } = objects.of("Database").spec;
    await admin(`CREATE DATABASE ${name} OWNER ${owner}`);
  });
  afterAll(() => ground.remove());

  function program({ store, consumer }: Ingredients): void {
    const backup = { to: bucketOf(store.issuer) };
    const postgres = new Postgres("postgres", { ...store, databases: ["orders"], backup });
    consumer("orders", [postgres.database("orders").owner]);
    consumer("reports", [postgres.database("orders").reader]);
  }

  /** What the operator sets by itself: where it listens, and TLS. */
  const operators = () => ({
    listen_addresses: own,
    unix_socket_directories: path("socket"),
    ssl: "on",
    ssl_cert_file: path("tls/tls.crt"),
    ssl_key_file: path("tls/tls.key"),
    ssl_ca_file: path("tls/ca.crt"),
  });
  const settings = (all: Readonly<Record<string, string>>) =>
    Object.entries(all)
      .map(([name, value]) => `${name} = '${value}'\n`)
      .join("");

  /** A role as the operator makes it, and keeps it. */
  function roleSql({ name, login, connectionLimit = -1, inRoles = [], passwordSecret }: Role): string {
    const { password } = passwordSecret ? objects.data("Secret", passwordSecret.name) : {};
    const member = inRoles.length > 0 ? ` IN ROLE ${inRoles.join(", ")}` : "";
    const secret = password === undefined ? "" : ` PASSWORD '${password}'`;
    return `CREATE ROLE ${name} ${login ? "LOGIN" : "NOLOGIN"} CONNECTION LIMIT ${connectionLimit}${member}${secret}`;
  }

  /** Runs SQL as the superuser, over the socket; rows by line, columns by `|`. */
  function admin(sql: string): Promise<string> {
    ground.write(path("admin.sql"), sql);
    return psql({ PGHOST: path("socket"), PGUSER: "postgres", PGDATABASE: "postgres" }, ["--file", path("admin.sql")]);
  }
  function psql(environment: Readonly<Record<string, string>>, words: readonly string[]): Promise<string> {
    return ground.said(
      ["psql", "--no-psqlrc", "--no-password", "--tuples-only", "--no-align", "--quiet", ...words],
      environment,
    );
  }
  /** Runs SQL as a consumer, by what its container is told. */
  function as(consumer: string, sql: string, other: Readonly<Record<string, string>> = {}): Promise<string> {
    const { files, folders, environment } = consumerOf(consumer, { objects, folder: ground.folder, changes: {} });
    ground.lay({ files, folders });
    const of = (key: string) => environment[`ORDERS_DB_${key}`] ?? "";
    const read = (key: string) => files.get(of(key)) ?? "";
    // The name stays what it is, and is checked; only where it is, is said.
    const told = {
      PGHOST: of("HOST"),
      PGHOSTADDR: own,
      PGPORT: of("PORT"),
      PGDATABASE: of("NAME"),
      PGSSLROOTCERT: of("CA_FILE"),
    };
    const user = { PGUSER: read("USER_FILE"), PGPASSWORD: read("PASSWORD_FILE"), PGSSLMODE: "verify-full" };
    return psql({ ...told, ...user, ...other }, ["--command", sql]);
  }

  test("takes every parameter as it is given, and none waits for a restart", async () => {
    const { parameters } = objects.of("Cluster").spec.postgresql;
    const taken = await admin(
      `SELECT name, setting, applied, error IS NULL FROM pg_file_settings WHERE sourcefile = '${path("cluster.conf")}' ORDER BY 1`,
    );
    const lines = Object.entries(parameters).map(([name, value]) => `${name}|${value}|t|t`);
    expect(lines.length).toBeGreaterThan(3);
    expect(taken.split("\n")).toEqual(lines.sort());
    expect(await admin("SELECT name FROM pg_settings WHERE pending_restart")).toBe("");
    const rest = Object.keys(parameters)
      .map((name) => `'${name}'`)
      .join(", ");
    expect(
      await admin(`SELECT count(*) FROM pg_settings WHERE name IN (${rest}) AND source = 'configuration file'`),
    ).toBe(String(lines.length));
    expect(await admin("SHOW data_checksums")).toBe("on");
  });

  test("takes every line of who may connect, in their order", async () => {
    const rules = await admin(
      "SELECT error IS NULL, type, array_to_string(database, ','), array_to_string(user_name, ','), auth_method FROM pg_hba_file_rules ORDER BY rule_number",
    );
    expect(rules.split("\n")).toEqual([
      "t|local|all|all|trust",
      "t|hostssl|orders|orders_orders|scram-sha-256",
      "t|hostssl|orders|reports_orders|scram-sha-256",
      "t|host|all|all|reject",
      "t|host|all|all|scram-sha-256",
    ]);
  });

  test("lets a consumer in over TLS 1.3 with its password, and in no other way", async () => {
    const told = "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    expect(await as("orders", told)).toBe("TLSv1.3");
    expect(await as("orders", told, { PGSSLMODE: "disable" })).toMatch(
      /pg_hba.conf rejects connection .* no encryption/,
    );
    expect(await as("orders", told, { PGPASSWORD: "guessed" })).toMatch(/password authentication failed/);
    expect(await as("orders", told, { PGDATABASE: "postgres" })).toMatch(/pg_hba.conf rejects connection/);
    expect(await as("orders", told, { PGHOST: "another.data.svc" })).toMatch(
      /certificate for .* does not match host name/,
    );
  });

  test("an owner makes and fills tables, a reader reads them and no more", async () => {
    expect(await as("orders", "CREATE TABLE t AS SELECT 42 AS n")).toBe("");
    expect(await as("reports", "SELECT n FROM t")).toBe("42");
    for (const sql of ["INSERT INTO t VALUES (1)", "DROP TABLE t", "CREATE TABLE mine (n int)"])
      expect(await as("reports", sql)).toMatch(/permission denied|must be owner/);
  });

  test("keeps passwords by SCRAM, and to each login the connections of its share", async () => {
    const roles = await admin(
      "SELECT rolname, rolcanlogin, rolconnlimit, left(rolpassword, 13) FROM pg_authid WHERE rolname LIKE '%orders%' ORDER BY 1",
    );
    const asked = (objects.of("Cluster").spec.managed.roles as Role[]).map(
      ({ name, login, connectionLimit }) =>
        `${name}|${login ? "t" : "f"}|${connectionLimit ?? -1}|${login ? "SCRAM-SHA-256" : ""}`,
    );
    expect(roles.split("\n")).toEqual(asked.sort());
  });
});
