import { MASTER } from "./aurora-plan.ts";
import { type Access, loginRole, ownerRole } from "./plan.ts";

/** Where the setup's files are. */
export const PATHS = {
  config: "/etc/postgres-setup",
  logins: "/etc/postgres-logins",
  run: "/run/postgres-setup",
} as const;

/** All logins that we made are members: so it is known which of them nobody declares any more. */
const LOGINS = "plumbline_logins";

/** Fetches the master's password with the rights of the pod, into memory. */
const FETCH_SH = `#!/bin/sh
set -eu
umask 077
aws secretsmanager get-secret-value --secret-id "$MASTER_ARN" --query SecretString --output text > ${PATHS.run}/master.json
`;

/** Runs the statements as the master. What RDS keeps is JSON: {"username":"…","password":"…"}. */
const SETUP_SH = `#!/bin/bash
set -euo pipefail
umask 077
password="$(sed -n 's/.*"password" *: *"\\(\\([^"\\\\]\\|\\\\.\\)*\\)".*/\\1/p' ${PATHS.run}/master.json | sed 's/\\\\\\(.\\)/\\1/g')"
# In the file a colon and a backslash have a backslash before them.
printf '*:*:*:%s:%s\\n' "$PGUSER" "$(printf '%s' "$password" | sed 's/[\\\\:]/\\\\&/g')" > ${PATHS.run}/passwords
export PGPASSFILE=${PATHS.run}/passwords
psql --no-psqlrc --quiet --no-password --file ${PATHS.config}/setup.sql
`;

/**
 * Brings databases, roles and rights to what is declared; it may run any number of times. Nothing is taken away but rights: a login that
 * is no longer declared loses its password, and what it owned stays.
 */
function setupSql(databases: readonly string[], accesses: readonly Access[]): string {
  const logins = [...accesses].sort((a, b) => (loginRole(a) < loginRole(b) ? -1 : 1));
  return [
    "\\set ON_ERROR_STOP on",
    // Taking away what was not given is no news.
    "SET client_min_messages = error;",
    ...role(LOGINS),
    ...databases.flatMap(databaseSql),
    ...logins.flatMap(loginSql),
    ...othersSql(logins.map(loginRole)),
    "",
  ].join("\n");
}

/** A database belongs to a role as which nobody logs in. Whoever is not let in by name stays out: a new one is open to all. */
function databaseSql(database: string): string[] {
  const owner = ownerRole(database);
  return [
    ...role(owner),
    // Who gives a database to a role must be a member.
    `GRANT ${quoted(owner)} TO CURRENT_USER;`,
    unless(
      `CREATE DATABASE ${quoted(database)} OWNER ${quoted(owner)}`,
      `pg_database WHERE datname = ${text(database)}`,
    ),
    `REVOKE ALL ON DATABASE ${quoted(database)} FROM PUBLIC;`,
  ];
}

function loginSql(access: Access): string[] {
  const login = loginRole(access);
  const [given, taken] = rights(access);
  return [
    ...role(login),
    // Only what SCRAM keeps of the password; it is in no statement's text.
    `\\set verifier \`cat ${PATHS.logins}/${login}\``,
    `SELECT format('ALTER ROLE ${quoted(login)} LOGIN CONNECTION LIMIT ${access.connections} PASSWORD %L', :'verifier') \\gexec`,
    "\\unset verifier",
    `GRANT ${quoted(LOGINS)}, ${quoted(given)} TO ${quoted(login)};`,
    `REVOKE ${quoted(taken)} FROM ${quoted(login)};`,
    `GRANT CONNECT ON DATABASE ${quoted(access.database)} TO ${quoted(login)};`,
  ];
}

/** What an access gives, and what it would have been the other way round. */
function rights({ right, database }: Access): [given: string, taken: string] {
  const owner = ownerRole(database);
  return right === "reader" ? ["pg_read_all_data", owner] : [owner, "pg_read_all_data"];
}

/** Our logins that nobody declares any more. */
function othersSql(logins: readonly string[]): string[] {
  const declared = logins.length === 0 ? "" : ` AND login.rolname NOT IN (${logins.map(text).join(", ")})`;
  return [
    "SELECT format('ALTER ROLE %I NOLOGIN PASSWORD NULL', login.rolname)",
    "  FROM pg_auth_members JOIN pg_roles login ON login.oid = member JOIN pg_roles ours ON ours.oid = roleid",
    `  WHERE ours.rolname = ${text(LOGINS)} AND login.rolcanlogin AND login.rolname <> CURRENT_USER${declared} \\gexec`,
  ];
}

function role(name: string): string[] {
  return [unless(`CREATE ROLE ${quoted(name)} NOLOGIN`, `pg_roles WHERE rolname = ${text(name)}`)];
}

/** Runs a statement unless there is a row. */
function unless(statement: string, row: string): string {
  return `SELECT ${text(statement)} WHERE NOT EXISTS (SELECT FROM ${row}) \\gexec`;
}

/** Names are made of DNS labels: no quote is in them. */
function quoted(name: string): string {
  return `"${name}"`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Every file of the setup's ConfigMap. */
export function setupFiles(
  databases: readonly string[],
  accesses: readonly Access[],
  authorities: string,
): Record<string, string> {
  return {
    "fetch.sh": FETCH_SH,
    "setup.sh": SETUP_SH,
    "setup.sql": setupSql(databases, accesses),
    "ca.crt": authorities,
  };
}

/** The environment by which psql finds the server, and checks that it is the one. */
export const CONNECTION = {
  PGUSER: MASTER,
  PGDATABASE: "postgres",
  PGSSLMODE: "verify-full",
  PGSSLROOTCERT: `${PATHS.config}/ca.crt`,
  PGCONNECT_TIMEOUT: "10",
} as const;
