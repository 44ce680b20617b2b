import type { ClientBase } from "pg";

interface Column {
  readonly name: string;
  readonly type: string;
  /** Computed by the database from other columns: never written. */
  readonly generated: boolean;
}

/** A sharded table as one shard has it. Names are quoted where SQL wants it. */
export interface Table {
  readonly name: string;
  /** The column that its rows are sharded by. */
  readonly key: string;
  /** In the order of the table. */
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
}

/** The sharded tables, those first that others refer to. */
export async function tablesOf(client: ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Table>(`
    SELECT t.name, quote_ident(t.key_column) AS key,
      (SELECT jsonb_agg(jsonb_build_object('name', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod),
                                           'generated', a.attgenerated <> '') ORDER BY a.attnum)
       FROM pg_attribute a WHERE a.attrelid = t.name::regclass AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
      (SELECT jsonb_agg(quote_ident(a.attname) ORDER BY a.attname)
       FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
       WHERE i.indrelid = t.name::regclass AND i.indisprimary) AS "primaryKey"
    FROM sharding.tables t WHERE to_regclass(t.name) IS NOT NULL ORDER BY t.position`);
  return rows;
}

/** Why rows of these tables cannot go from one shard to another; nothing if they can. */
export function tableProblems(from: string, has: readonly Table[], to: string, wants: readonly Table[]): string[] {
  const problems = has.flatMap((table) => {
    const other = wants.find(({ name }) => name === table.name);
    if (!other) return [`${to} has no sharded table ${table.name}, as ${from} has: run the service's migrations there`];
    return shapeOf(other) === shapeOf(table)
      ? []
      : [`${table.name} differs between ${from} and ${to}: ${shapeOf(table)} and ${shapeOf(other)}`];
  });
  if (has.length === 0)
    problems.push(`${from} has no sharded table: nothing says which rows belong to a key (sharding.protect)`);
  return problems;
}

/** In no order: it differs where columns were added at different times. */
function shapeOf({ key, columns, primaryKey }: Table): string {
  const all = columns.map(({ name, type, generated }) => `${name} ${type}${generated ? " generated" : ""}`);
  return `(${all.sort().join(", ")}; by ${key}; primary key ${primaryKey.join(", ")})`;
}

const ofBuckets = ({ key }: Table, alias: string, parameter: string) =>
  `sharding.bucket(${alias}.${key}::text) = ANY (${parameter}::integer[])`;
const list = (columns: readonly string[], alias?: string) =>
  columns.map((name) => (alias === undefined ? name : `${alias}.${name}`)).join(", ");
const written = ({ columns }: Table) => columns.filter(({ generated }) => !generated).map(({ name }) => name);

/**
 * All rows of some buckets ($1), each as the text of a row of the other shard's table: by the input and output of the types
 * themselves, nothing is lost on the way.
 */
export function selectRows(table: Table, other: Table): string {
  return `SELECT ROW(${list(
    other.columns.map(({ name }) => name),
    "t",
  )})::text AS row FROM ${table.name} t WHERE ${ofBuckets(table, "t", "$1")}`;
}

/** Rows of some buckets ($1) with some primary keys ($2, a JSON array), with their keys. */
export function selectChanged(table: Table, other: Table): string {
  const key = table.primaryKey.map((name) => `${literal(name)}, t.${name}`).join(", ");
  return `SELECT ROW(${list(
    other.columns.map(({ name }) => name),
    "t",
  )})::text AS row, jsonb_build_object(${key})::text AS key
    FROM ${table.name} t WHERE ${ofBuckets(table, "t", "$1")}
    AND (${list(table.primaryKey, "t")}) IN (SELECT ${list(table.primaryKey, "k")} FROM jsonb_populate_recordset(NULL::${table.name}, $2) k)`;
}

/** Inserts rows ($1, an array of texts). */
export function insertRows(table: Table): string {
  return `INSERT INTO ${table.name} (${list(written(table))}) OVERRIDING SYSTEM VALUE
    SELECT ${list(written(table), "(r)")} FROM (SELECT row::${table.name} AS r FROM unnest($1::text[]) AS row OFFSET 0) AS rows`;
}

/** Inserts rows ($1), or brings those that are there up to date. */
export function upsertRows(table: Table): string {
  const set = written(table).filter((name) => !table.primaryKey.includes(name));
  const update =
    set.length === 0 ? "NOTHING" : `UPDATE SET ${set.map((name) => `${name} = excluded.${name}`).join(", ")}`;
  return `${insertRows(table)} ON CONFLICT (${list(table.primaryKey)}) DO ${update}`;
}

/** Deletes rows of some buckets ($1) by their primary keys ($2, a JSON array). */
export function deleteRows(table: Table): string {
  return `DELETE FROM ${table.name} t USING jsonb_populate_recordset(NULL::${table.name}, $2) k
    WHERE (${list(table.primaryKey, "t")}) = (${list(table.primaryKey, "k")}) AND ${ofBuckets(table, "t", "$1")}`;
}

/** Deletes up to so many rows ($2) of some buckets ($1). */
export function deleteSome(table: Table): string {
  return `DELETE FROM ${table.name} WHERE (${list(table.primaryKey)}) IN
    (SELECT ${list(table.primaryKey, "t")} FROM ${table.name} t WHERE ${ofBuckets(table, "t", "$1")} LIMIT $2)`;
}

/** The name in a key of `sharding.changes`, which is not quoted. */
function literal(quoted: string): string {
  const name = quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll('""', '"') : quoted;
  return `'${name.replaceAll("'", "''")}'`;
}
