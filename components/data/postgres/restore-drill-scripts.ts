/**
 * Fetches the newest complete base backup and every file of the log since it began, by Barman's own programs, as a restore
 * does. What is damaged on the way or in the bucket ends it: archives are checked by tar, blocks by snappy's checksums.
 */
export const FETCH_PY = `import json, os, re, subprocess, sys, time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import boto3

BUCKET, SERVER, SCRATCH = os.environ["BUCKET"], os.environ["SERVER"], os.environ["SCRATCH"]
MOST_AGE = int(os.environ["MOST_BASE_AGE_SECONDS"])
ENDPOINT = os.environ.get("ENDPOINT") or None
for key in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
    with open(os.environ[key + "_FILE"]) as file:
        os.environ["AWS_" + key] = file.read().strip()
OPTIONS = ["--cloud-provider", "aws-s3"] + (["--endpoint-url", ENDPOINT] if ENDPOINT else [])
URL = "s3://" + BUCKET + "/"


def say(what, **facts):
    print(json.dumps({"drill": what, **facts}), flush=True)


def fail(why):
    say("failed", why=why)
    sys.exit(1)


def barman(program, *words, **how):
    return subprocess.run(["barman-cloud-" + program, *OPTIONS, *words], check=True, text=True, **how)


def latest():
    said = barman("backup-list", "--format", "json", URL, SERVER, stdout=subprocess.PIPE).stdout
    done = [one for one in json.loads(said)["backups_list"] if one["status"] == "DONE"]
    if not done:
        fail("no base backup is complete")
    return max(done, key=lambda one: one["backup_id"])


def log_files(first):
    pages = boto3.client("s3", endpoint_url=ENDPOINT).get_paginator("list_objects_v2")
    keys = [one["Key"] for page in pages.paginate(Bucket=BUCKET, Prefix=SERVER + "/wals/") for one in page.get("Contents", [])]
    found = [re.search(r"/([0-9A-F]{24}|[0-9A-F]{8}\\.history)(\\.[a-z0-9]+)?$", key) for key in keys]
    names = {match[1] for match in found if match}
    return sorted(name for name in names if "." in name or (name[:8] >= first[:8] and name[8:] >= first[8:]))


def fetch(name):
    barman("wal-restore", URL, SERVER, name, SCRATCH + "/log/" + name)


began = time.time()
try:
    base = latest()
    age = time.time() - datetime.fromisoformat(base["end_time_iso"]).timestamp()
    if age > MOST_AGE:
        fail("the newest base backup is %d s old; at most %d s are between two" % (age, MOST_AGE))
    barman("restore", URL, SERVER, base["backup_id"], SCRATCH + "/data")
    based = time.time()
    os.makedirs(SCRATCH + "/log")
    names = log_files(base["begin_wal"])
    segments = [name for name in names if "." not in name]
    if not segments:
        fail("the log since the base backup is not in the bucket")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fetch, names))
    with open(SCRATCH + "/newest", "w") as file:
        file.write(max(segments))
except subprocess.CalledProcessError as error:
    fail(" ".join(error.cmd[:1]) + " ended with " + str(error.returncode))
say("fetched", backup=base["backup_id"], baseAgeSeconds=round(age), baseSeconds=round(based - began, 1), logFiles=len(names), logSeconds=round(time.time() - based, 1))
`;

/**
 * Starts PostgreSQL on what was fetched, where nobody reaches it, and lets it replay the log to its end. Then it reads all of it:
 * every file of the log was replayed, every database is there, tables and indexes hold together, and every page has its checksum.
 */
export const VERIFY_SH = `set -eu
export PGDATA="$SCRATCH/data" PGHOST="$SCRATCH" PGUSER=postgres
began=$(date +%s)
fail() { echo "{\\"drill\\":\\"failed\\",\\"why\\":\\"$1\\"}"; exit 1; }

: > "$SCRATCH/served"
cat > "$SCRATCH/serve.sh" <<'END'
cp "$SCRATCH/log/$1" "$2" && echo "$1" >> "$SCRATCH/served"
END
rm -f "$PGDATA/standby.signal" "$PGDATA/postgresql.auto.conf"
touch "$PGDATA/recovery.signal"
echo "local all all trust" > "$PGDATA/pg_hba.conf"
cat > "$PGDATA/postgresql.conf" <<END
listen_addresses = ''
unix_socket_directories = '$SCRATCH'
restore_command = 'sh $SCRATCH/serve.sh %f %p'
recovery_target_timeline = 'latest'
hot_standby = off
archive_mode = off
fsync = off
END
pg_ctl -w -t "$DEADLINE_SECONDS" start || fail "PostgreSQL does not start on what was fetched"
until [ "$(psql -qAtd postgres -c 'select pg_is_in_recovery()' 2> /dev/null)" = f ]; do
  pg_ctl status > /dev/null || fail "PostgreSQL ended while it replayed the log"
  sleep 1
done
newest=$(cat "$SCRATCH/newest")
grep -qx "$newest" "$SCRATCH/served" || fail "the log ends before $newest: a file of it is missing or damaged"
recovered=$(date +%s)
for database in $DATABASES; do
  psql -qAtd "$database" -c "select 1" > /dev/null || fail "the database $database is not there"
done
last=$(psql -qAtd postgres -c "select coalesce(extract(epoch from pg_last_xact_replay_timestamp())::bigint, 0)")
pg_amcheck --all --install-missing --jobs=2 || fail "tables or indexes are damaged"
pg_ctl -w -m fast stop
pg_checksums --check || fail "pages are damaged"
echo "{\\"drill\\":\\"passed\\",\\"recoverySeconds\\":$((recovered - began)),\\"checkSeconds\\":$(($(date +%s) - recovered)),\\"lastCommit\\":$last,\\"newestLog\\":\\"$newest\\"}"
`;
