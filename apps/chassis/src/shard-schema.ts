/** SQLSTATEs of `sharding.claim`. Classes from `I` on are for the use of programs; `SH` is ours. */
export const SHARD_ERRORS = {
  /** The bucket is kept by another shard. Where that is, is the error's detail: `{"bucket": …, "name": …, "host": …, "port": …}`. */
  elsewhere: "SH001",
  /** The bucket is on its way to this shard, and a moment from being here. */
  arriving: "SH002",
  /** What a sharded table does not allow, such as another key for a row. */
  refused: "SH003",
} as const;

/** First of the two numbers of each advisory lock of a bucket; the second is the bucket. "shar", in ASCII. */
export const BUCKET_LOCKS = 0x73_68_61_72;

/** Has a shard know where the shards of a map ($1, as JSON) are, so that whoever has an older one is told. */
export const RECORD_PEERS = `INSERT INTO sharding.peers (name, host, port)
  SELECT name, host, port FROM jsonb_to_recordset($1) AS s (name text, host text, port integer)
  ON CONFLICT (name) DO UPDATE SET host = excluded.host, port = excluded.port
  WHERE (peers.host, peers.port) <> (excluded.host, excluded.port)`;

/**
 * What a shard knows of its buckets, and how it holds everyone to that: SQL that may run any number of times, as the owner of
 * the database. Who keeps a bucket is decided here, in the database, and nowhere else: a shard map is a hint.
 *
 * `sharding.buckets` has a row for each bucket of the store, in one of these states:
 *
 * | state | means |
 * |---|---|
 * | `here` | this shard keeps it |
 * | `leaving` | likewise, and whatever changes is written down in `sharding.changes`, for `peer` to follow |
 * | `left` | `peer` has it; its rows are still to be deleted here |
 * | `gone` | another shard has it, `peer` when this was last known |
 * | `arriving` | its rows are being copied from `peer`, which keeps it |
 * | `copied` | it follows the changes on `peer`; if `peer` has let go of it, all is here |
 *
 * Functions: `bucket(key)`, the same as in a shard map; `claim(bucket)`, the first statement of a transaction; `here(key)`, for
 * queries over all shards; `protect(table, column)`, once for each sharded table.
 */
export function shardSchema(buckets: number): string {
  return `
CREATE SCHEMA IF NOT EXISTS sharding;

CREATE TABLE IF NOT EXISTS sharding.shard (
  name    text PRIMARY KEY,
  buckets integer NOT NULL,
  mover   text NOT NULL DEFAULT ''
);

CREATE TABLE IF NOT EXISTS sharding.buckets (
  bucket integer PRIMARY KEY,
  state  text NOT NULL CHECK (state IN ('here', 'leaving', 'left', 'gone', 'arriving', 'copied')),
  peer   text
);

CREATE TABLE IF NOT EXISTS sharding.peers (
  name text PRIMARY KEY,
  host text NOT NULL,
  port integer NOT NULL
);

CREATE TABLE IF NOT EXISTS sharding.tables (
  name       text PRIMARY KEY,
  key_column text NOT NULL,
  position   integer GENERATED ALWAYS AS IDENTITY
);

CREATE TABLE IF NOT EXISTS sharding.changes (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  bucket  integer NOT NULL,
  of      text NOT NULL,
  row_key jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS changes_bucket ON sharding.changes (bucket);

-- The bytes of a text are those of its bytea with every backslash doubled, in a database whose encoding is UTF8. Unlike
-- convert_to, which PostgreSQL calls merely stable, that lets it put the expression in the place of the call.
CREATE OR REPLACE FUNCTION sharding.bucket(key text) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT (('x' || encode(substring(sha256(replace(key, '\\', '\\\\')::bytea) FOR 4), 'hex'))::bit(32)::bigint % ${buckets})::integer
$$;

CREATE OR REPLACE FUNCTION sharding.here(key text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT EXISTS (
    SELECT FROM sharding.buckets WHERE bucket = sharding.bucket(key) AND state IN ('here', 'leaving')
  )
$$;

-- Holds the bucket here to the end of the transaction, and says whether its changes are to be written down. The lock is
-- waited for in turn, so that whoever moves the bucket gets it between two writers; after it, the state is read anew. Where a
-- transaction reads what it saw at its start, the row is locked too: if it has changed since, that fails with 40001.
CREATE OR REPLACE FUNCTION sharding.claim(which integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  state text;
  peer  text;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(${BUCKET_LOCKS}, which);
  IF current_setting('transaction_isolation') IN ('read committed', 'read uncommitted') THEN
    SELECT b.state, b.peer INTO state, peer FROM sharding.buckets b WHERE b.bucket = which;
  ELSE
    SELECT b.state, b.peer INTO state, peer FROM sharding.buckets b WHERE b.bucket = which FOR SHARE;
  END IF;
  IF state IN ('here', 'leaving') THEN
    RETURN state = 'leaving';
  ELSIF state IN ('arriving', 'copied') THEN
    RAISE EXCEPTION 'bucket % is on its way here', which USING ERRCODE = '${SHARD_ERRORS.arriving}';
  END IF;
  RAISE EXCEPTION 'bucket % is kept by another shard', which
    USING ERRCODE = '${SHARD_ERRORS.elsewhere}',
          DETAIL = jsonb_build_object('bucket', which) ||
                   coalesce((SELECT to_jsonb(p) FROM sharding.peers p WHERE p.name = peer), '{}');
END $$;

CREATE OR REPLACE FUNCTION sharding.guard_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM sharding.buckets WHERE state IN ('leaving', 'arriving', 'copied')) THEN
    RAISE EXCEPTION '% cannot be truncated while buckets move', TG_TABLE_NAME USING ERRCODE = '${SHARD_ERRORS.refused}';
  END IF;
  RETURN NULL;
END $$;

-- Guards a table: each row that is written claims its bucket. Tables that others refer to come first.
CREATE OR REPLACE FUNCTION sharding.protect(target regclass, column_name name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  table_name text;
  old_key    text;
  new_key    text;
  guard      text;
  body       text;
BEGIN
  SELECT format('%I.%I', n.nspname, c.relname) INTO table_name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target;
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = target AND attname = column_name AND attnotnull) THEN
    RAISE EXCEPTION '% has no column % that is NOT NULL: a row without a key belongs to no shard', table_name, column_name
      USING ERRCODE = '${SHARD_ERRORS.refused}';
  END IF;
  SELECT string_agg(format('%L, OLD.%I', a.attname, a.attname), ', '), string_agg(format('%L, NEW.%I', a.attname, a.attname), ', ')
    INTO old_key, new_key
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = target AND i.indisprimary;
  IF old_key IS NULL THEN
    RAISE EXCEPTION '% has no primary key: its changes cannot be followed', table_name USING ERRCODE = '${SHARD_ERRORS.refused}';
  END IF;
  IF EXISTS (SELECT FROM sharding.tables t WHERE t.name = table_name AND t.key_column <> column_name) THEN
    RAISE EXCEPTION '% is sharded by another column', table_name USING ERRCODE = '${SHARD_ERRORS.refused}';
  END IF;
  INSERT INTO sharding.tables (name, key_column) VALUES (table_name, column_name) ON CONFLICT DO NOTHING;
  guard := 'guard_' || md5(table_name);
  body := format($body$
    DECLARE
      which integer;
    BEGIN
      IF current_setting('sharding.mover', true) = 'on' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
      END IF;
      IF TG_OP = 'UPDATE' AND NEW.%1$I IS DISTINCT FROM OLD.%1$I THEN
        RAISE EXCEPTION 'the sharding key of a row never changes: delete it, and insert it where it belongs'
          USING ERRCODE = '${SHARD_ERRORS.refused}';
      END IF;
      which := sharding.bucket(CASE TG_OP WHEN 'DELETE' THEN OLD.%1$I ELSE NEW.%1$I END::text);
      IF sharding.claim(which) THEN
        IF TG_OP <> 'INSERT' THEN
          INSERT INTO sharding.changes (bucket, of, row_key) VALUES (which, %2$L, jsonb_build_object(%3$s));
        END IF;
        IF TG_OP <> 'DELETE' THEN
          INSERT INTO sharding.changes (bucket, of, row_key) VALUES (which, %2$L, jsonb_build_object(%4$s));
        END IF;
      END IF;
      RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END
  $body$, column_name, table_name, old_key, new_key);
  -- Whatever follows locks the table, and waits for all who write to it: only where there is something to do.
  IF EXISTS (SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
             WHERE t.tgrelid = target AND t.tgname = 'zz_sharding' AND p.prosrc = body) THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE OR REPLACE FUNCTION sharding.%I() RETURNS trigger LANGUAGE plpgsql AS %L', guard, body);
  -- Triggers fire by name: after those that may still change the row.
  EXECUTE format('CREATE OR REPLACE TRIGGER zz_sharding BEFORE INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION sharding.%I()', target, guard);
  EXECUTE format('CREATE OR REPLACE TRIGGER zz_sharding_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION sharding.guard_truncate()', target);
  EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON %s (sharding.bucket(%I::text))', 'sharding_' || md5(table_name), target, column_name);
  -- Whoever moves buckets is a member of the database's owner.
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %I', target,
    (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()));
END $$;
`;
}
