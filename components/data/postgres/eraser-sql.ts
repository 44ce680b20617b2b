/** Requests of people, one a row, in each database that has a table with a subject. The owning service writes `subject`. */
const REQUESTS = "plumbline_erasure_requests";
/** Rows that go in one transaction, and the pause after it, in seconds: replicas follow, and nobody waits for a lock for long. */
const BATCH = 5_000;
const PAUSE = 0.02;

/** What both files begin with. What is declared stays data: it is read as JSON, and is never a part of the text of SQL. */
const SETTINGS = `\\set ON_ERROR_STOP on
\\set VERBOSITY terse
\\set tables \`cat :'tables'\`
SET search_path = public;
SET TimeZone = 'UTC';
SET lock_timeout = '10s';
-- Rows that a policy hides are told of as an error, not left out.
SET row_security = off;
SELECT set_config('eraser.tables', :'tables', false) AS tables, set_config('eraser.database', :'database', false) AS database,
  EXISTS (SELECT FROM jsonb_array_elements(:'tables') AS t (one) WHERE one ? 'subject') AS requests \\gset
`;

/** The declared tables, in their order. */
const DECLARED = `SELECT one->>'table' AS name, one->>'by' AS moment, one->>'subject' AS subject, (one->>'keep')::bigint AS keep
      FROM jsonb_array_elements(current_setting('eraser.tables')::jsonb) WITH ORDINALITY AS t (one, place)`;

/**
 * Rights are taken and given in one transaction: those to what is no longer declared end here. Then it tells the requests: those that wait
 * first, so that none of them is missing among all, which are kept in the log.
 */
export const PREPARE_SQL = `${SETTINGS}
SELECT set_config('eraser.role', :'eraser', false) AS role, pg_get_userbyid(datdba) AS owner
  FROM pg_database WHERE datname = current_database() \\gset
BEGIN;
\\if :requests
SET LOCAL client_min_messages = warning;
SET LOCAL ROLE :"owner";
CREATE TABLE IF NOT EXISTS ${REQUESTS} (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  subject      text NOT NULL CHECK (subject <> ''),
  requested_at timestamptz NOT NULL DEFAULT now(),
  done_at      timestamptz
);
RESET ROLE;
\\endif
DO $$
DECLARE
  eraser name := current_setting('eraser.role');
  declared record;
  given record;
BEGIN
  FOR given IN
    SELECT attrelid::regclass AS relation FROM pg_attribute, aclexplode(attacl) AS a WHERE a.grantee = eraser::regrole
    UNION SELECT oid::regclass FROM pg_class, aclexplode(relacl) AS a WHERE a.grantee = eraser::regrole
  LOOP
    EXECUTE format('REVOKE ALL ON %s FROM %I', given.relation, eraser);
  END LOOP;
  FOR declared IN ${DECLARED} ORDER BY place
  LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA %s TO %I',
      (SELECT relnamespace::regnamespace FROM pg_class WHERE oid = declared.name::regclass), eraser);
    EXECUTE format('GRANT DELETE, SELECT (tableoid, ctid, %s) ON %s TO %I',
      concat_ws(', ', quote_ident(declared.moment), quote_ident(declared.subject)), declared.name::regclass, eraser);
  END LOOP;
END $$;
\\if :requests
GRANT SELECT, INSERT (id, subject, requested_at), UPDATE (done_at), DELETE ON ${REQUESTS} TO :"eraser";
\\endif
COMMIT;
\\o :waiting
\\if :requests
SELECT coalesce(json_agg(id), '[]') FROM ${REQUESTS} WHERE done_at IS NULL;
\\else
SELECT '[]';
\\endif
\\o :known
\\if :requests
SELECT coalesce(json_agg(json_build_object('id', id, 'subject', subject, 'requested_at', requested_at, 'done', done_at IS NOT NULL)), '[]')
  FROM ${REQUESTS};
\\else
SELECT '[]';
\\endif
`;

/**
 * Deletes batch by batch, each a transaction of its own: whatever ends a run, the next one goes on where it was. What cannot be deleted
 * does not stop the rest, and the run has failed. A request is done when no table has a row of its person, and stays one until then.
 *
 * A batch is found by where its rows lie, so that it takes no right to lock them; one that was changed in between waits for the next. After
 * the last batch it looks whether any is left: a trigger may have kept it.
 *
 * Only requests that waited when the run began are carried out, and those out of the log: one that came since is in no log yet.
 */
export const ERASE_SQL = `${SETTINGS}
\\set missing \`cat :'missing'\`
\\set waiting \`cat :'waiting'\`
SET client_connection_check_interval = '10s';
-- What triggers tell on the way may name a person.
SET client_min_messages = error;
DO $$
BEGIN
  IF NOT pg_try_advisory_lock(hashtext('${REQUESTS}')) THEN
    RAISE EXCEPTION 'another run goes on in this database';
  END IF;
END $$;
\\if :requests
INSERT INTO ${REQUESTS} (id, subject, requested_at)
  SELECT id, subject, requested_at FROM jsonb_to_recordset(:'missing') AS m (id uuid, subject text, requested_at timestamptz)
  ON CONFLICT DO NOTHING;
\\endif
SELECT set_config('eraser.requests', :'requests', false) AS requests, set_config('eraser.due', (:'waiting'::jsonb ||
  (SELECT coalesce(jsonb_agg(one->'id'), '[]') FROM jsonb_array_elements(:'missing') AS t (one)))::text, false) AS due \\gset
DO $$
DECLARE
  declared record;
  request record;
  cutoff timestamptz;
  kind text;
  gone bigint;
  total bigint;
  problem text;
  problems int := 0;
  fits boolean;
  stays boolean;
  -- Of a table: those rows for which a column, compared with a value of a type, is so.
  batch CONSTANT text := 'WITH found AS MATERIALIZED (SELECT tableoid AS part, ctid AS place FROM %1$s WHERE %2$I %3$s $1::%4$s LIMIT ${BATCH})
    DELETE FROM %1$s AS victim USING found WHERE victim.tableoid = found.part AND victim.ctid = found.place AND victim.%2$I %3$s $1::%4$s';
  rest CONSTANT text := 'SELECT EXISTS (SELECT FROM %1$s WHERE %2$I %3$s $1::%4$s)';
  -- What PostgreSQL says of constraints, rights, locks and its own room names tables. The rest, as what a trigger raises, may name a person.
  told CONSTANT text := '^(23|40|42|53|55|57)';
  untold CONSTANT text := 'a trigger or a value in %s fails with %s, in words that may be about somebody: they are not told';
  kept CONSTANT text := 'rows of %s stay that were to go: a trigger keeps them, or somebody changes them';
BEGIN
  FOR declared IN ${DECLARED} WHERE one ? 'by' ORDER BY place
  LOOP
    cutoff := now() - make_interval(secs => declared.keep);
    total := 0;
    LOOP
      BEGIN
        problem := NULL;
        EXECUTE format(batch, declared.name::regclass, declared.moment, '<', 'timestamptz') USING cutoff;
        GET DIAGNOSTICS gone = ROW_COUNT;
        IF gone = 0 THEN
          EXECUTE format(rest, declared.name::regclass, declared.moment, '<', 'timestamptz') INTO stays USING cutoff;
          problem := CASE WHEN stays THEN format(kept, declared.name) END;
        END IF;
      EXCEPTION WHEN OTHERS THEN
        problem := CASE WHEN SQLSTATE ~ told THEN SQLERRM ELSE format(untold, declared.name, SQLSTATE) END;
        gone := 0;
      END;
      COMMIT;
      total := total + gone;
      EXIT WHEN gone = 0;
      RAISE INFO '%', json_strip_nulls(json_build_object('eraser', 'deletes', 'table', declared.name, 'rows', total));
      PERFORM pg_sleep(${PAUSE});
    END LOOP;
    BEGIN
      IF problem IS NULL AND NOT (SELECT attnotnull FROM pg_attribute WHERE attrelid = declared.name::regclass AND attname = declared.moment) THEN
        EXECUTE format('SELECT ''rows without '' || %L || '' would stay for ever'' FROM %s WHERE %I IS NULL LIMIT 1',
          declared.moment, declared.name::regclass, declared.moment) INTO problem;
      END IF;
    EXCEPTION WHEN OTHERS THEN
      problem := SQLERRM;
    END;
    problems := problems + (problem IS NOT NULL)::int;
    RAISE INFO '%', json_strip_nulls(json_build_object('eraser', 'kept to its time', 'database', current_setting('eraser.database'),
      'table', declared.name, 'rows', total, 'problem', problem));
  END LOOP;

  IF current_setting('eraser.requests')::boolean THEN
    FOR request IN SELECT id, subject FROM ${REQUESTS} WHERE done_at IS NULL AND current_setting('eraser.due')::jsonb ? id::text ORDER BY requested_at, id
    LOOP
      problem := NULL;
      total := 0;
      FOR declared IN ${DECLARED} WHERE one ? 'subject' ORDER BY place
      LOOP
        LOOP
          BEGIN
            -- With no length: a cast to "character" would leave one letter.
            SELECT format_type(atttypid, -1) INTO kind FROM pg_attribute
              WHERE attrelid = declared.name::regclass AND attname = declared.subject;
            -- Another spelling of a value might be another person's.
            BEGIN
              EXECUTE format('SELECT $1::%s::text = $1', kind) INTO fits USING request.subject;
            EXCEPTION WHEN data_exception THEN
              fits := false;
            END;
            IF fits THEN
              EXECUTE format(batch, declared.name::regclass, declared.subject, '=', kind) USING request.subject;
              GET DIAGNOSTICS gone = ROW_COUNT;
              IF gone = 0 THEN
                EXECUTE format(rest, declared.name::regclass, declared.subject, '=', kind) INTO stays USING request.subject;
                problem := CASE WHEN stays THEN format(kept, declared.name) ELSE problem END;
              END IF;
            ELSE
              problem := format('its subject is no %s as %s.%s has them', kind, declared.name, declared.subject);
              gone := 0;
            END IF;
          EXCEPTION WHEN OTHERS THEN
            problem := CASE WHEN SQLSTATE ~ told THEN SQLERRM ELSE format(untold, declared.name, SQLSTATE) END;
            gone := 0;
          END;
          COMMIT;
          total := total + gone;
          EXIT WHEN gone = 0;
          PERFORM pg_sleep(${PAUSE});
        END LOOP;
      END LOOP;
      IF problem IS NULL THEN
        UPDATE ${REQUESTS} SET done_at = now() WHERE id = request.id;
        COMMIT;
      END IF;
      problems := problems + (problem IS NOT NULL)::int;
      RAISE INFO '%', json_strip_nulls(json_build_object('eraser', 'request', 'database', current_setting('eraser.database'),
        'id', request.id, 'rows', total, 'problem', problem));
    END LOOP;
  END IF;
  IF problems > 0 THEN
    RAISE EXCEPTION '% of the tables and requests could not be done', problems;
  END IF;
END $$;
\\if :requests
DELETE FROM ${REQUESTS} WHERE done_at < now() - make_interval(secs => :forget);
\\endif
`;
