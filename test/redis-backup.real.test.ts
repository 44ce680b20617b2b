import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Identity } from "../components/data/object-store/identities.ts";
import { BARMAN_CLOUD_SIDECAR } from "../rehearsal/images/barman-cloud.ts";
import { REDIS } from "../rehearsal/images/redis.ts";
import { programsOf } from "./support/image-programs.ts";
import { RedisServers } from "./support/redis-servers.ts";
import { whyNotUnpacked } from "./support/unpacked-image.ts";
import { type LocalStore, startStore, storePrograms } from "./support/weed.ts";

// What the jobs of a Redis that is backed up do, by their own scripts, to real servers and a bucket of the real SeaweedFS.

const programs = await storePrograms();
const missing = whyNotUnpacked ?? ("missing" in programs ? programs.missing : undefined);
const WRITER: Identity = {
  bucket: "backups",
  right: "owner",
  consumer: "cache-backup",
  namespace: "data",
  accessKey: "KEY-OF-BACKUP",
  secretKey: "secret-of-backup",
};
const READER: Identity = { ...WRITER, right: "reader", consumer: "cache-restore", accessKey: "KEY-OF-RESTORE" };
const KEYS = 20_000;
/** And one of each other kind. */
const ALL = KEYS + 7;

const OPEN = `
import os, boto3
for key in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
    os.environ["AWS_" + key] = open(os.environ[key + "_FILE"]).read()
s3 = boto3.client("s3", endpoint_url=os.environ["ENDPOINT"])
`;
const ENCRYPTIONS = `${OPEN}
for one in s3.list_objects_v2(Bucket="backups", Prefix="data/cache/")["Contents"]:
    print(s3.head_object(Bucket="backups", Key=one["Key"]).get("ServerSideEncryption"))
`;

describe.skipIf(missing)(`Snapshots of a Redis${missing ? ` (skipped: ${missing})` : ""}`, () => {
  let store: LocalStore;
  let redis: RedisServers;
  let forget: (() => void) | undefined;

  beforeAll(async () => {
    if ("missing" in programs) return;
    forget = await programsOf([REDIS, BARMAN_CLOUD_SIDECAR]);
    store = await startStore(programs, { backups: {} }, [WRITER, READER]);
    await vi.waitFor(() => expect(store.setUp(), store.log("gateway")).toBe(0), { timeout: 120_000, interval: 1_000 });
    redis = await RedisServers.start();
  }, 300_000);
  afterAll(async () => {
    await redis?.stop();
    await store?.stop();
    forget?.();
  });

  /** Everything of the consumer's, by one line for each key: what it is, what is in it, and how long it lives. */
  const contents = () =>
    redis.ask(
      [
        "lrange shop:list 0 -1",
        "smembers shop:set",
        "hgetall shop:hash",
        "zrange shop:sorted 0 -1 withscores",
        "xrange shop:stream - +",
        "xinfo groups shop:stream",
        "get shop:1",
        `get shop:${KEYS}`,
        "get shop:bytes",
      ].join("\n"),
    );
  /** No consumer may have one. */
  const loadFunction = () =>
    redis
      .asJob(
        "_restore",
        String.raw`function load "#!lua name=own\nredis.register_function('one', function() return 1 end)"`,
      )
      .trim();
  const backUp = () => redis.run("_backup", ["snapshot.sh", "put.py"]);
  const drill = (more: object = {}) => redis.run("_backup", ["fetch.py", "verify.sh"], more);
  const restore = () => redis.run("_restore", ["fetch.py", "restore.sh"], { PASS_OVER_EMPTY: "yes" });
  /** Keys that the account of the restore counts on the primary. */
  const count = () => Number(redis.asJob("_restore", "dbsize").trim());

  test("lost with all that it had, it is as it was", async () => {
    redis.keepIn(store, WRITER);
    redis.ask(Array.from({ length: KEYS }, (_, i) => `set shop:${i + 1} "value ${i + 1}"`).join("\n"));
    redis.ask(
      String.raw`rpush shop:list a b c
sadd shop:set a
hset shop:hash field value
zadd shop:sorted 1.5 member
xadd shop:stream 1-1 field value
xgroup create shop:stream readers 0
set shop:bytes "\x00\xff\r\n\"'"
set shop:soon value ex 3600`,
    );
    expect(loadFunction()).toBe("own");
    const before = contents();
    const backedUp = backUp();
    expect(backedUp, backedUp.said).toMatchObject({ status: 0 });
    // Of a replica, and so not of the first.
    expect(backedUp.said).toMatch(/"redis":"taken","from":"127\.0\.0\.[34]","keys":20007/);
    redis.ask("set shop:after lost");

    await redis.lose();
    expect(count()).toBe(0);
    // By the schedule, before anybody has seen it.
    expect(backUp().said).toContain('"keys": 0');
    redis.keepIn(store, READER);
    const restored = restore();
    expect(restored, restored.said).toMatchObject({ status: 0 });
    expect(count()).toBe(ALL);
    expect(contents()).toBe(before);
    expect(loadFunction()).toMatch(/already exists/);
    expect(Number(redis.ask("ttl shop:soon"))).toBeGreaterThan(3_000);
    expect(redis.ask("exists shop:after")).toBe("0");
    // Both replicas have it too.
    expect(redis.as("_restore", "of-restore", "dbsize", 2).said.trim()).toBe(String(ALL));
  });

  test("nothing is restored over what is there, but over what a restore left that was cut short", () => {
    redis.keepIn(store, READER);
    expect(restore()).toMatchObject({ status: 1, said: expect.stringContaining("only restored into an empty server") });
    redis.asJob("_restore", "set plumbline:restoring yes\nrpush shop:list twice");
    // What is there by then is no snapshot: as the newest it would be what is restored.
    expect(redis.run("_backup", ["snapshot.sh"])).toMatchObject({
      status: 1,
      said: expect.stringContaining("a part of a snapshot"),
    });
    expect(restore()).toMatchObject({ status: 0 });
    expect(redis.ask("lrange shop:list 0 -1")).toBe("a\nb\nc");
    expect(count()).toBe(ALL);
  });

  test("a drill reads the newest snapshot, and fails if it is too old", () => {
    redis.keepIn(store, WRITER);
    expect(backUp()).toMatchObject({ status: 0 });
    redis.keepIn(store, READER);
    const { status, said } = drill({ MOST_AGE_SECONDS: "3600" });
    expect(status, said).toBe(0);
    expect(said).toContain('"redis":"loaded","keys":20007');
    expect(drill({ MOST_AGE_SECONDS: "1" }).said).toMatch(
      /the newest snapshot is \d+ s old; at most 1 s are between two/,
    );
    expect(drill({ SNAPSHOT: "20200101T000000Z.rdb" }).said).toMatch(
      /there is no snapshot 20200101T000000Z.rdb; there are 20/,
    );
  });

  test("old snapshots go, and the newest stays", () => {
    redis.keepIn(store, WRITER);
    expect(new Set(redis.python(ENCRYPTIONS).said.trim().split("\n"))).toEqual(new Set(["AES256"]));
    // Where the bucket has a key of its own none is named.
    const { said } = redis.run("_backup", ["snapshot.sh", "put.py"], { KEEP_SECONDS: "0", ENCRYPTION: undefined });
    expect(said).toMatch(/"deleted": 3}/);
    expect(redis.python(ENCRYPTIONS).said.trim()).toBe("None");
    expect(drill()).toMatchObject({ status: 0 });
  });

  test("a reader cannot put a snapshot, nor can the server be read by who has no right to", () => {
    redis.keepIn(store, READER);
    expect(backUp()).toMatchObject({ status: 1, said: expect.stringContaining("AccessDenied") });
    for (const command of ["get shop:1", "keys *", "flushall", "config get *", "set shop:1 x", "replicaof no one"])
      expect(redis.asJob("_backup", command), command).toMatch(/^NOPERM/);
    for (const command of ["get shop:1", "keys *", "config get *", "acl list", "shutdown", "migrate a 1 k 0 1"])
      expect(redis.asJob("_restore", command), command).toMatch(/^NOPERM/);
  });

  test("a copy that is damaged in the bucket is noticed, by the drill and by a restore", () => {
    redis.keepIn(store, WRITER);
    const script = `${OPEN}
for one in s3.list_objects_v2(Bucket="backups", Prefix="data/cache/")["Contents"]:
    there = s3.get_object(Bucket="backups", Key=one["Key"])
    body = bytearray(there["Body"].read())
    body[len(body) // 2] ^= 1
    s3.put_object(Bucket="backups", Key=one["Key"], Body=bytes(body), Metadata=there["Metadata"])
`;
    const { status, said } = redis.python(script);
    expect(status, said).toBe(0);
    expect(drill().said).toContain("is damaged: it is not what was put there");
    expect(restore().said).toContain("is damaged: it is not what was put there");
  });

  test("a snapshot that is damaged on the disk is not loaded", () => {
    redis.keepIn(store, WRITER);
    const { status, said } = redis.run("_backup", ["snapshot.sh"]);
    expect(status, said).toBe(0);
    expect(redis.runOnDamaged("_backup", ["verify.sh"])).toMatchObject({
      status: 1,
      said: expect.stringContaining("redis-check-rdb does not read it"),
    });
  });

  test("without a replica that follows, it is taken of the primary; without any server it fails", async () => {
    redis.keepIn(store, WRITER);
    await Promise.all([redis.end(1), redis.end(2)]);
    expect(backUp().said).toContain('"from":"127.0.0.2"');
    await redis.end(0);
    expect(backUp()).toMatchObject({ status: 1, said: expect.stringContaining("no server answers") });
  });
});
