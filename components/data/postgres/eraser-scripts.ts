import { ERASE_SQL, PREPARE_SQL } from "./eraser-sql.ts";

/** Where the eraser's files are. */
export const PATHS = {
  scripts: "/etc/eraser",
  run: "/run/eraser",
  stewards: "/var/run/secrets/plumbline/steward",
  erasers: "/var/run/secrets/plumbline/eraser",
  log: "/var/run/secrets/plumbline/log",
} as const;

/** Speaks to a database by the credentials of its folder. What PostgreSQL tells on the way comes out as it is, a line of JSON each. */
const ASK_SH = `#!/bin/bash
set -uo pipefail
umask 077
ask() {
  local credentials="$1/$database" script="$2"
  PGUSER="$(cat "$credentials/username")" PGPASSWORD="$(cat "$credentials/password")" PGDATABASE="$database" \\
    psql --no-psqlrc --quiet --no-password --tuples-only --no-align -v database="$database" -v tables="${PATHS.scripts}/$database.json" \\
    "\${@:3}" < "${PATHS.scripts}/$script" 2>&1 | sed -u 's/^INFO:  //'
}
fail() { echo "{\\"eraser\\":\\"failed\\",\\"database\\":\\"$database\\",\\"why\\":\\"$1\\"}"; }
`;

/** In the name of who owns the tables: gives the eraser its rights, and writes down which requests there are. */
const PREPARE_SH = `${ASK_SH}
for database in $DATABASES; do
  ask ${PATHS.stewards} prepare.sql -v eraser="$(cat "${PATHS.scripts}/$database.role")" -v known="${PATHS.run}/$database.known.json" \\
    -v waiting="${PATHS.run}/$database.waiting.json" ||
    { fail "its rights could not be given"; rm -f "${PATHS.run}/$database".*.json; touch "${PATHS.run}/$database.failed"; }
done
`;

/**
 * One database does not wait for another that fails; the run has failed if any did. Of one whose requests could not be told, and so are in
 * no log, only what is past its time goes.
 */
const ERASE_SH = `${ASK_SH}
code=0
for database in $DATABASES; do
  missing="${PATHS.run}/$database.missing.json"
  waiting="${PATHS.run}/$database.waiting.json"
  for requests in "$missing" "$waiting"; do [ -e "$requests" ] || echo '[]' > "$requests"; done
  [ -e "${PATHS.run}/$database.failed" ] && code=1
  ask ${PATHS.erasers} erase.sql -v missing="$missing" -v waiting="$waiting" -v forget="$FORGET_SECONDS" || { fail "not all could be deleted"; code=1; }
done
exit $code
`;

/**
 * Keeps each request in the bucket before it is carried out, and brings those that the database does not know: it is one that was
 * restored from before them. What is older than any backup is forgotten. Who a request is about stands in the object, not in its name.
 */
const KEEP_PY = `import json, os, sys, time

import boto3

BUCKET, FOLDER, ORIGIN = os.environ["BUCKET"], os.environ["FOLDER"], os.environ.get("ORIGIN")
FORGET = int(os.environ["FORGET_SECONDS"])
ENCRYPTED = {"ServerSideEncryption": os.environ["ENCRYPTION"]} if "ENCRYPTION" in os.environ else {}
for key in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
    with open(os.environ[key + "_FILE"]) as file:
        os.environ["AWS_" + key] = file.read().strip()
s3 = boto3.client("s3", endpoint_url=os.environ.get("ENDPOINT") or None)


def objects(prefix):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    found = [one for page in pages for one in page.get("Contents", [])]
    return {one["Key"][len(prefix):]: time.time() - one["LastModified"].timestamp() for one in found}


def put(prefix, request):
    body = json.dumps({part: request[part] for part in ("id", "subject", "requested_at")}).encode()
    s3.put_object(Bucket=BUCKET, Key=prefix + request["id"], Body=body, **ENCRYPTED)


for database in os.environ["DATABASES"].split():
    path = "${PATHS.run}/" + database
    if not os.path.exists(path + ".known.json"):
        continue
    with open(path + ".known.json") as file:
        known = json.load(file)
    prefix = FOLDER + "/" + database + "/"
    kept = objects(prefix)
    waiting = [request for request in known if not request["done"]]
    for request in waiting:
        if request["id"] not in kept:
            put(prefix, request)
    missing = {}
    for source in [prefix] + ([ORIGIN + "/" + database + "/"] if ORIGIN else []):
        for name, age in (kept if source == prefix else objects(source)).items():
            if age < FORGET and name not in missing and name not in {request["id"] for request in known}:
                missing[name] = json.load(s3.get_object(Bucket=BUCKET, Key=source + name)["Body"])
                if name not in kept:
                    put(prefix, missing[name])
    forgotten = [name for name, age in kept.items() if age >= FORGET and name not in {request["id"] for request in waiting}]
    for name in forgotten:
        s3.delete_object(Bucket=BUCKET, Key=prefix + name)
    with open(path + ".missing.json", "w") as file:
        json.dump(list(missing.values()), file)
    counts = {"waiting": len(waiting), "missing": len(missing), "forgotten": len(forgotten)}
    print(json.dumps({"eraser": "kept", "database": database, **counts}), flush=True)
`;

/** What the eraser's pods run, but for the tables: without any secret. */
export const eraserScripts = {
  "prepare.sh": PREPARE_SH,
  "prepare.sql": PREPARE_SQL,
  "keep.py": KEEP_PY,
  "erase.sh": ERASE_SH,
  "erase.sql": ERASE_SQL,
};
