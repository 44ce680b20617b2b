import { PORT } from "./config.ts";

/** Where the files of what takes, tries and restores snapshots are. */
export const PATHS = {
  scripts: "/etc/redis-backup",
  account: "/etc/redis-account",
  tls: "/etc/redis-tls",
  bucket: "/var/run/secrets/plumbline/backup",
  data: "/data",
} as const;

const SNAPSHOT = `${PATHS.data}/dump.rdb`;
/** While a restore writes. A server that has it was given a part of a snapshot, and nothing else. */
const RESTORING = "plumbline:restoring";
/** How it stands in a snapshot: each text after its length. So short ones are never compressed. */
const MARK = [RESTORING, "yes"].map((text) => `\\0${text.length.toString(8).padStart(2, "0")}${text}`).join("");

const BEGIN_SH = `#!/bin/sh
set -eu
umask 077
say() { echo "{\\"redis\\":\\"$1\\"\${2:+,$2}}"; }
fail() { say failed "\\"why\\":\\"$1\\""; exit 1; }
check() { redis-check-rdb ${SNAPSHOT} > ${PATHS.data}/checked || fail "the snapshot is damaged: redis-check-rdb does not read it"; }
`;

/** Speaks to the servers by an account, and asks what they are. */
const ASK_SH = `export REDISCLI_AUTH="$(cat ${PATHS.account}/password)"
ask() {
  server="$1"
  shift
  redis-cli --no-auth-warning --user "$ACCOUNT" --tls --cacert ${PATHS.tls}/ca.crt -h "$server" -p ${PORT} "$@"
}
role() { timeout 10 redis-cli --no-auth-warning --user "$ACCOUNT" --tls --cacert ${PATHS.tls}/ca.crt -h "$1" -p ${PORT} role 2> /dev/null | tr '\\n' ' '; }
primary=
replica=
for server in $SERVERS; do
  case "$(role "$server")" in
    "master "*) primary="$server" ;;
    "slave "*" connected "*) replica="$server" ;;
  esac
done
`;

/**
 * Takes a snapshot as a replica takes one: of a replica that follows its primary, else of the primary. Then it reads all of it. One of a part of
 * another is none: as the newest it would be what the next restore begins with.
 */
const SNAPSHOT_SH = `${BEGIN_SH}${ASK_SH}
from="\${replica:-$primary}"
[ -n "$from" ] || fail "no server answers that has all of the data"
taken=$(date +%s)
ask "$from" --rdb ${SNAPSHOT} > ${PATHS.data}/said 2>&1 || fail "$from gave no snapshot: $(tail -n 1 ${PATHS.data}/said | tr -d '"')"
check
! LC_ALL=C grep -aqF "$(printf '${MARK}')" ${SNAPSHOT} || fail "$from has a part of a snapshot: a restore goes on, or was cut short"
keys=$(grep ' keys read' ${PATHS.data}/checked | cut -d ' ' -f 2)
echo "$taken $keys $(sha256sum ${SNAPSHOT} | cut -d ' ' -f 1)" > ${PATHS.data}/facts
say taken "\\"from\\":\\"$from\\",\\"keys\\":$keys,\\"seconds\\":$(($(date +%s) - taken))"
`;

const BUCKET_PY = `import hashlib, json, os, re, sys, time

import boto3

BUCKET, FOLDER = os.environ["BUCKET"], os.environ["FOLDER"] + "/"
for key in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
    with open(os.environ[key + "_FILE"]) as file:
        os.environ["AWS_" + key] = file.read().strip()
s3 = boto3.client("s3", endpoint_url=os.environ.get("ENDPOINT") or None)


def say(what, **facts):
    print(json.dumps({"redis": what, **facts}), flush=True)


def fail(why):
    say("failed", why=why)
    sys.exit(1)


def snapshots():
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=FOLDER)
    names = [one["Key"] for page in pages for one in page.get("Contents", [])]
    return sorted(name for name in names if re.fullmatch(r"\\d{8}T\\d{6}Z\\.rdb", name[len(FOLDER):]))


def moment(name):
    return time.strptime(name[len(FOLDER):], "%Y%m%dT%H%M%SZ.rdb")


def age(name):
    return time.time() - (time.mktime(moment(name)) - time.timezone)

`;

/** Puts the snapshot into the bucket under its moment, and deletes those that are older than they are kept. */
const PUT_PY = `${BUCKET_PY}
with open("${PATHS.data}/facts") as file:
    taken, keys, digest = file.read().split()
name = FOLDER + time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(int(taken))) + ".rdb"
how = {"Metadata": {"keys": keys, "sha256": digest}}
if "ENCRYPTION" in os.environ:
    how["ServerSideEncryption"] = os.environ["ENCRYPTION"]
s3.upload_file("${SNAPSHOT}", BUCKET, name, ExtraArgs=how)
size = os.path.getsize("${SNAPSHOT}")
there = s3.head_object(Bucket=BUCKET, Key=name)["ContentLength"]
if there != size:
    fail("%d bytes were put into the bucket, and %d are there" % (size, there))
old = [one for one in snapshots() if one != name and age(one) > int(os.environ["KEEP_SECONDS"])]
for one in old:
    s3.delete_object(Bucket=BUCKET, Key=one)
say("kept", snapshot=name, bytes=size, keys=int(keys), deleted=len(old))
`;

/**
 * Fetches the newest snapshot, or the one that is named, and compares it with what was put there. A restore passes over those that are empty:
 * they were taken after everything was lost.
 */
const FETCH_PY = `${BUCKET_PY}
wanted = os.environ.get("SNAPSHOT")
all = snapshots()
if not all:
    fail("there is no snapshot in " + FOLDER)
if wanted and FOLDER + wanted not in all:
    fail("there is no snapshot " + wanted + "; there are " + ", ".join(one[len(FOLDER):] for one in all[-5:]))
heads = {}


def head(name):
    return heads.setdefault(name, s3.head_object(Bucket=BUCKET, Key=name)["Metadata"])


def newest():
    if "PASS_OVER_EMPTY" not in os.environ:
        return all[-1]
    return next((one for one in reversed(all) if head(one)["keys"] != "0"), all[-1])


name = FOLDER + wanted if wanted else newest()
most = int(os.environ.get("MOST_AGE_SECONDS", "0"))
if most and age(name) > most:
    fail("the newest snapshot is %d s old; at most %d s are between two" % (age(name), most))
began = time.time()
digest = head(name)["sha256"]
s3.download_file(BUCKET, name, "${SNAPSHOT}")
with open("${SNAPSHOT}", "rb") as file:
    if hashlib.file_digest(file, "sha256").hexdigest() != digest:
        fail("the snapshot " + name + " is damaged: it is not what was put there")
say("fetched", snapshot=name, ageSeconds=round(age(name)), seconds=round(time.time() - began, 1))
`;

/** Loads the snapshot into a server that nobody reaches, and that ends with the script, however that ends. */
const LOAD_SH = `${BEGIN_SH}
check
cd ${PATHS.data}
redis-server --port 0 --unixsocket ${PATHS.data}/socket --dir ${PATHS.data} --dbfilename dump.rdb --save '' --appendonly no \\
  --aof-use-rdb-preamble no > ${PATHS.data}/log 2>&1 &
server=$!
trap 'kill "$server" 2> /dev/null && wait "$server" || true' EXIT
loaded() { env -u REDISCLI_AUTH redis-cli -s ${PATHS.data}/socket "$@"; }
began=$(date +%s)
until [ "$(loaded ping 2> /dev/null)" = PONG ]; do
  kill -0 "$server" 2> /dev/null || fail "a server does not start with the snapshot: $(tail -n 1 ${PATHS.data}/log | tr -d '"')"
  sleep 0.1
done
keys=$(loaded info keyspace | grep '^db' | cut -d '=' -f 2 | cut -d ',' -f 1 | { sum=0; while read -r count; do sum=$((sum + count)); done; echo "$sum"; })
say loaded "\\"keys\\":$keys,\\"seconds\\":$(($(date +%s) - began))"
`;

/**
 * Writes the snapshot, as commands, to the primary. It does so into an empty one, or into what a restore left that was cut short: what
 * was written since must not be mixed with what was before.
 */
const RESTORE_SH = `${LOAD_SH}${ASK_SH}
[ -n "$primary" ] || fail "no primary answers"
there=$(ask "$primary" dbsize)
if [ "$there" != 0 ]; then
  [ "$(ask "$primary" set ${RESTORING} yes xx)" = OK ] || fail "$primary has $there keys: a snapshot is only restored into an empty server"
  ask "$primary" flushall > /dev/null
fi
[ "$(ask "$primary" set ${RESTORING} yes)" = OK ] || fail "$primary takes no writes"
# Functions outlive their keys, and one that is there is not loaded again.
ask "$primary" function flush > /dev/null
began=$(date +%s)
loaded config set appendonly yes > /dev/null
until loaded info persistence | grep -q '^aof_rewrite_in_progress:0' && loaded info persistence | grep -q '^aof_rewrite_scheduled:0'; do
  sleep 0.1
done
loaded info persistence | grep -q '^aof_last_bgrewrite_status:ok' || fail "the snapshot could not be written as commands: is there room?"
ask "$primary" --pipe < ${PATHS.data}/appendonlydir/appendonly.aof.1.base.aof > ${PATHS.data}/said 2>&1 || true
grep -q '^errors: 0,' ${PATHS.data}/said || fail "$primary did not take all of it: $(tail -n 1 ${PATHS.data}/said | tr -d '"')"
ask "$primary" unlink ${RESTORING} > /dev/null
say restored "\\"to\\":\\"$primary\\",\\"keys\\":$keys,\\"seconds\\":$(($(date +%s) - began))"
`;

/** What the pods run, without any secret. */
export const backupScripts = {
  "snapshot.sh": SNAPSHOT_SH,
  "put.py": PUT_PY,
  "fetch.py": FETCH_PY,
  "verify.sh": LOAD_SH,
  "restore.sh": RESTORE_SH,
};
