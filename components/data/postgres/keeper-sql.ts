import { RECORDED_READING } from "../../security/audit/statements.ts";

/** Months for which there is a place beforehand: a keeper that fails for two is noticed long before. */
const MONTHS_AHEAD = 2;

/** What a service may say of an event. The moment, the login and the event's id are the server's word. */
const SAID = "actor, actor_kind, action, object, subject, purpose, outcome, trace_id";

/**
 * Makes the table of audit events and its months, and drops those that are past their time. It runs as the keeper, whose schema `audit` is; any
 * number of times. A member of `owner` can add events and nothing more, a member of `auditor` can read them, and whoever may read everything
 * reads none of them. Whom an event is about is kept as a key, made with a secret that nobody but the keeper reads. What stands already is left alone: each of `ALTER TABLE`, `CREATE INDEX`, `CREATE TRIGGER` and `CREATE POLICY` would wait for services
 * that write events, and have others wait, though nothing changes.
 */
export const KEEP_SQL = `\\set ON_ERROR_STOP on
\\set VERBOSITY terse
SET client_min_messages = warning;
SET TimeZone = 'UTC';
SET lock_timeout = '10s';
SET search_path = pg_catalog;
SELECT set_config('audit.keep', :'keep', false) AS keep \\gset
BEGIN;
SELECT pg_advisory_xact_lock(hashtext('plumbline.audit')) AS locked \\gset

CREATE TABLE IF NOT EXISTS audit.secret (
  one   boolean PRIMARY KEY DEFAULT true CHECK (one),
  value bytea NOT NULL
);
INSERT INTO audit.secret (value)
  VALUES (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')) ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS audit.events (
  id         uuid NOT NULL DEFAULT gen_random_uuid(),
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  login      name NOT NULL DEFAULT session_user,
  actor      text NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
  actor_kind text NOT NULL CHECK (actor_kind IN ('person', 'service')),
  action     text NOT NULL CHECK (action ~ '^[a-z][a-z0-9.-]{0,62}$'),
  object     text NOT NULL CHECK (length(object) BETWEEN 1 AND 200),
  subject    text CHECK (length(subject) BETWEEN 1 AND 200),
  purpose    text NOT NULL CHECK (purpose ~ '^[a-z][a-z0-9-]{0,62}$'),
  outcome    text NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
  trace_id   text CHECK (trace_id ~ '^[0-9a-f]{32}$')
) PARTITION BY RANGE (at);
SELECT 'CREATE INDEX events_subject_at ON audit.events (subject, at)' WHERE to_regclass('audit.events_subject_at') IS NULL \\gexec
-- An event is never lost for want of a month: it waits here until there is one.
CREATE TABLE IF NOT EXISTS audit.events_rest PARTITION OF audit.events DEFAULT;
SELECT format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', oid::regclass) FROM pg_class
  WHERE relnamespace = 'audit'::regnamespace AND relkind IN ('r', 'p') AND NOT relrowsecurity \\gexec

CREATE OR REPLACE FUNCTION audit.key_of(person text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
  RETURN (SELECT encode(sha256(value || sha256(value || convert_to(person, 'UTF8'))), 'hex') FROM audit.secret);
CREATE OR REPLACE FUNCTION audit.disguise() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  NEW.subject := audit.key_of(NEW.subject);
  RETURN NEW;
END $$;
SELECT 'CREATE TRIGGER disguise BEFORE INSERT ON audit.events
  FOR EACH ROW WHEN (NEW.subject IS NOT NULL) EXECUTE FUNCTION audit.disguise()'
  WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'audit.events'::regclass AND tgname = 'disguise') \\gexec

-- Whoever asks is written down first, in their own transaction. The rows are read with their own right: pgaudit passes over what a function reads
-- with another's.
CREATE OR REPLACE FUNCTION audit.asked(person text, purpose text) RETURNS text
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO audit.events (actor, actor_kind, action, object, subject, purpose, outcome)
    VALUES (session_user, 'service', 'audit.read', 'audit/events', person, purpose, 'done');
  RETURN audit.key_of(person);
END $$;
CREATE OR REPLACE FUNCTION audit.about(person text, purpose text) RETURNS SETOF audit.events
  LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog AS $$
DECLARE
  key text := audit.asked(person, purpose);
BEGIN
  RETURN QUERY SELECT * FROM audit.events AS e WHERE e.subject = key ORDER BY e.at;
END $$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;

-- There are these two policies, and no other.
SELECT format('DROP POLICY %I ON audit.%I', policyname, tablename) FROM pg_policies
  WHERE schemaname = 'audit' AND (tablename, policyname, permissive, roles, cmd, qual, with_check) IS DISTINCT FROM
      ('events', 'added', 'PERMISSIVE', ARRAY[:'owner']::name[], 'INSERT', NULL, 'true')
    AND (tablename, policyname, permissive, roles, cmd, qual, with_check) IS DISTINCT FROM
      ('events', 'looked_into', 'PERMISSIVE', ARRAY[:'auditor']::name[], 'SELECT', 'true', NULL) \\gexec
SELECT format('CREATE POLICY added ON audit.events FOR INSERT TO %I WITH CHECK (true)', :'owner')
  WHERE NOT EXISTS (SELECT FROM pg_policies WHERE schemaname = 'audit' AND policyname = 'added') \\gexec
SELECT format('CREATE POLICY looked_into ON audit.events FOR SELECT TO %I USING (true)', :'auditor')
  WHERE NOT EXISTS (SELECT FROM pg_policies WHERE schemaname = 'audit' AND policyname = 'looked_into') \\gexec
GRANT USAGE ON SCHEMA audit TO :"owner", :"auditor";
GRANT INSERT (${SAID}) ON audit.events TO :"owner";
GRANT SELECT ON audit.events TO :"auditor";
GRANT EXECUTE ON FUNCTION audit.asked(text, text), audit.about(text, text) TO :"auditor";
-- Gives no row, for there is no policy by which it could. It has the database's log tell of every reading.
GRANT SELECT ON audit.events TO ${RECORDED_READING["pgaudit.role"]};

DO $$
DECLARE
  begins date;
  month text;
  past record;
  rows bigint;
BEGIN
  FOR ahead IN 0..${MONTHS_AHEAD} LOOP
    begins := date_trunc('month', now()) + make_interval(months => ahead);
    month := 'events_' || to_char(begins, 'YYYY_MM');
    CONTINUE WHEN to_regclass('audit.' || month) IS NOT NULL;
    EXECUTE format('CREATE TABLE audit.%I (LIKE audit.events INCLUDING ALL)', month);
    EXECUTE format('ALTER TABLE audit.%I ENABLE ROW LEVEL SECURITY', month);
    EXECUTE format('WITH waiting AS (DELETE FROM audit.events_rest WHERE at >= %L AND at < %L RETURNING *)
      INSERT INTO audit.%I SELECT * FROM waiting', begins, begins + interval '1 month', month);
    EXECUTE format('ALTER TABLE audit.events ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)',
      month, begins, begins + interval '1 month');
  END LOOP;
  FOR past IN
    SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'audit.events'::regclass AND relname ~ '^events_\\d{4}_\\d{2}$'
      AND to_date(right(relname, 7), 'YYYY_MM') + interval '1 month' <= now() - make_interval(secs => current_setting('audit.keep')::bigint)
  LOOP
    EXECUTE format('DROP TABLE audit.%I', past.name);
    RAISE INFO '%', json_build_object('keeper', 'dropped a month', 'database', current_database(), 'month', past.name);
  END LOOP;
  DELETE FROM audit.events_rest WHERE at < now() - make_interval(secs => current_setting('audit.keep')::bigint);
  GET DIAGNOSTICS rows = ROW_COUNT;
  IF rows > 0 THEN
    RAISE INFO '%', json_build_object('keeper', 'dropped what had no month', 'database', current_database(), 'rows', rows);
  END IF;
END $$;
COMMIT;
`;
