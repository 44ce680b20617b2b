import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Scratch } from "@plumbline-shop/testing/scratch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KEEP_SQL } from "../components/data/postgres/keeper-sql.ts";
import { AUDITED_STATEMENTS, NO_VALUES, RECORDED_READING } from "../components/security/audit/statements.ts";
import { POSTGRESQL } from "../rehearsal/images/postgres.ts";
import { unpackedImage, whyNotUnpacked } from "./support/unpacked-image.ts";

// The PostgreSQL of the rehearsal's image with its pgaudit, and what it writes into its log by our settings.

const DATA = "/var/lib/postgresql/data";
const scratch = new Scratch();
let root = "";
const log = () => readFileSync(join(root, "tmp/log"), "utf8");
/** Runs a program of the image as the user that CloudNativePG runs it as. */
function run(...words: readonly string[]): string {
  const env = { ...POSTGRESQL.env, PGHOST: "/tmp", PGUSER: "postgres" };
  const { uid = 26, gid = 26 } = POSTGRESQL.user ?? {};
  return execFileSync("chroot", [`--userspec=${uid}:${gid}`, root, ...words], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
}
const ask = (...statements: readonly string[]) =>
  run(
    "psql",
    "--no-psqlrc",
    "--quiet",
    "--tuples-only",
    "--no-align",
    ...statements.flatMap((one) => ["--command", one]),
  );

beforeAll(async () => {
  if (whyNotUnpacked) return;
  ({ root } = await unpackedImage(POSTGRESQL.reference, scratch.directory));
  mkdirSync(join(root, "dev"), { recursive: true });
  execFileSync("mknod", ["-m", "666", join(root, "dev/null"), "c", "1", "3"]);
  run("initdb", "--pgdata", DATA, "--username=postgres", "--auth=trust", "--no-sync");
  const settings = {
    ...AUDITED_STATEMENTS,
    ...NO_VALUES,
    ...RECORDED_READING,
    // What the operator adds, and what a place in /tmp needs.
    shared_preload_libraries: "pgaudit",
    log_error_verbosity: "terse",
    log_min_duration_statement: "0",
    listen_addresses: "",
    unix_socket_directories: "/tmp",
    fsync: "off",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
  appendFileSync(join(root, DATA, "postgresql.conf"), lines.join(""));
  run("pg_ctl", "--pgdata", DATA, "--wait", "--log", "/tmp/log", "start");
  ask("CREATE EXTENSION pgaudit");
}, 300_000);
afterAll(() => {
  if (root !== "") run("pg_ctl", "--pgdata", DATA, "--mode=fast", "--wait", "stop");
  scratch.remove();
});

describe.skipIf(whyNotUnpacked)(`pgaudit by our settings${whyNotUnpacked ? ` (${whyNotUnpacked})` : ""}`, () => {
  test("records what is made and changed, also from within a block, by the object's name", () => {
    ask(
      "CREATE TABLE people (name text)",
      "ALTER TABLE people ADD card text",
      "DO $$ BEGIN EXECUTE 'DROP TABLE people'; END $$",
    );
    expect(log()).toMatch(/AUDIT: SESSION,\d+,\d+,DDL,CREATE TABLE,TABLE,public\.people,/);
    expect(log()).toMatch(/AUDIT: SESSION,\d+,\d+,DDL,ALTER TABLE,TABLE,public\.people,/);
    expect(log()).toMatch(/AUDIT: SESSION,\d+,\d+,DDL,DROP TABLE,TABLE,public\.people,/);
  });

  test("records who is given what, without a password", () => {
    ask("CREATE TABLE held (name text)", "CREATE ROLE anna LOGIN", "GRANT SELECT ON held TO anna");
    ask("SET log_min_duration_statement = -1; ALTER ROLE anna PASSWORD 'hush-4711'");
    expect(log()).toMatch(/AUDIT: SESSION,\d+,\d+,ROLE,GRANT,TABLE,,GRANT SELECT ON held TO anna/);
    expect(log()).toMatch(/AUDIT: SESSION,\d+,\d+,ROLE,ALTER ROLE,,,[^\n]*PASSWORD <REDACTED>/);
  });

  test("records no row that is read or written, and no line has a parameter's value", () => {
    ask("CREATE TABLE orders (customer text)");
    const before = log().length;
    run(
      "bash",
      "-c",
      `printf '%s\\n' "INSERT INTO orders VALUES (\\$1) \\bind 'anna-4711' \\g" "SELECT customer FROM orders WHERE customer = \\$1 \\bind 'anna-4711' \\g" | psql --no-psqlrc --quiet`,
    );
    const since = log().slice(before);
    expect(since).toMatch(/execute <unnamed>: INSERT INTO orders VALUES \(\$1\)/);
    expect(since).not.toMatch(/AUDIT/);
    expect(since).not.toContain("anna-4711");
  });

  test("records every reading of audit events, also one that is taken back, and not whom it was about", () => {
    ask(
      "CREATE ROLE keeper LOGIN",
      "CREATE ROLE owner",
      "CREATE ROLE auditor",
      "CREATE ROLE auditing LOGIN IN ROLE auditor",
      "CREATE SCHEMA audit AUTHORIZATION keeper",
    );
    writeFileSync(join(root, "tmp/keep.sql"), KEEP_SQL);
    const roles = ["owner=owner", "auditor=auditor", "keep=34560000"].flatMap((one) => ["--set", one]);
    const file = ["--no-psqlrc", "--quiet", "--dbname=postgres", ...roles, "--file=/tmp/keep.sql"];
    run("psql", "--username=keeper", ...file);
    const readings = (...statements: readonly string[]) => {
      const before = log().length;
      ask(...statements);
      return log()
        .slice(before)
        .split("\n")
        .filter((line) => line.includes("AUDIT"));
    };
    const one = "SELECT action FROM audit.about('anna-4711', 'x')";
    const [line, ...others] = readings("SET SESSION AUTHORIZATION auditing", `BEGIN; ${one}; ROLLBACK`);
    expect(others).toEqual([]);
    expect(line).toMatch(/AUDIT: OBJECT,\d+,\d+,READ,SELECT,TABLE,audit\.events,/);
    expect(line).not.toContain("anna-4711");
    const direct = [expect.stringMatching(/OBJECT,.*,audit\.events,SELECT count\(\*\) FROM audit\.events/)];
    expect(readings("SET SESSION AUTHORIZATION auditing", "SELECT count(*) FROM audit.events")).toEqual(direct);
    expect(
      readings("SET SESSION AUTHORIZATION auditing", "SET ROLE auditor", "SELECT count(*) FROM audit.events"),
    ).toEqual(direct);
    expect(readings("SELECT count(*) FROM audit.events")).toEqual(direct);
    // None of them is an event: what was asked for by its function was taken back.
    expect(ask("SELECT count(*) FROM audit.events").trim()).toBe("0");
    // Adding is no reading, nor is the keeper's own work.
    const add =
      "INSERT INTO audit.events (actor, actor_kind, action, object, purpose, outcome) VALUES ('a', 'person', 'a', 'a', 'a', 'done')";
    expect(readings(`SET ROLE owner; ${add}`)).toEqual([]);
  });
});
