import { describe, expect, test } from "vitest";
import type { Namespace } from "../../cluster/namespace.ts";
import { type Duration, milliseconds } from "../../core/duration.ts";
import { optOut } from "../../core/opt-out.ts";
import type { Issuer } from "../../edge/issuer.ts";
import type { DataClass } from "../declared.ts";
import type { Bucket } from "../object-store/bucket.ts";
import { complete, type RedisArgs } from "./args.ts";
import { redisBackupOf } from "./backup-plan.ts";
import { redisBackupProblems } from "./backup-problems.ts";

const bucket = (dataClass: DataClass) => ({ bucketName: "backups", dataClass }) as Bucket;
const to = bucket("restricted");
const place = { namespace: { name: "shop-data" } as Namespace, issuer: {} as Issuer, zones: ["a", "b", "c"] };
const args = (change: Partial<RedisArgs>) => complete({ ...place, role: "store", backup: { to }, ...change });
const memory = (limit: "512Mi" | "64Gi") => ({
  resources: { requests: { cpu: "1", memory: limit }, limits: { cpu: "2", memory: limit } } as const,
});
const planFor = (rpo: Duration, change: Partial<RedisArgs> = {}) =>
  redisBackupOf("cache", args({ objectives: { rto: "1h", rpo }, ...change }))?.plan;

describe("the plan of snapshots", () => {
  test.each<[rpo: Duration, minutes: number, schedule: string]>([
    ["48h", 1_440, "20 1 * * *"],
    ["24h", 720, "20 */12 * * *"],
    ["1h", 30, "20-59/30 * * * *"],
    ["62m", 60, "20 * * * *"],
    ["20m", 15, "5-59/15 * * * *"],
  ])("for an RPO of %s takes one every %d minutes", (rpo, everyMinutes, schedule) => {
    expect(planFor(rpo)).toMatchObject({ everyMinutes, schedule });
  });

  test("reckons with all the memory for data, out of a server and into the bucket", () => {
    // 256Mi: a minute, and 512Mi at 80Mi; two minutes, 256Mi at 80Mi and at 16Mi.
    expect(planFor("1h")).toMatchObject({ take: 67, lost: 1_867, restore: 140, drillSeconds: 3_600 });
  });

  test("keeps what it promises, whatever it is", () => {
    for (let minutes = 17; minutes < 3_000; minutes += 7) {
      const rpo: Duration = `${minutes}m`;
      expect((planFor(rpo)?.lost ?? Number.NaN) * 1_000).toBeLessThanOrEqual(milliseconds(rpo));
    }
  });

  test("there is none of a cache, nor where it is stepped down from", () => {
    expect(redisBackupOf("cache", args({ role: "cache" }))).toBeUndefined();
    expect(redisBackupOf("cache", args({ backup: optOut("sessions begin anew") }))).toBeUndefined();
  });
});

describe("refused", () => {
  const problems = (change: Partial<RedisArgs>) => redisBackupProblems("cache", args(change));

  test("an RPO and an RTO that snapshots cannot keep, with the sums", () => {
    expect(problems({ objectives: { rto: "1h", rpo: "17m" } })).toEqual([]);
    expect(problems({ objectives: { rto: "1h", rpo: "5m" } })).toEqual([
      {
        field: "objectives.rpo",
        given: "5m",
        allowed:
          'at least "17m": a snapshot is taken every 15 min at most, and 256Mi at 80Mi a second are 2 min out of a server and into the ' +
          "bucket; what may lose less belongs into a Postgres or a Kafka",
      },
    ]);
    expect(problems({ ...memory("64Gi"), objectives: { rto: "10m", rpo: "24h" } })).toEqual([
      {
        field: "objectives.rto",
        given: "10m",
        allowed:
          'at least "43m": 32768Mi are fetched at 80Mi a second and written as commands at 16Mi a second, and 2 min go by until that starts; ' +
          "or less memory, or faster backup.rates",
      },
    ]);
  });

  test("more than is copied between two snapshots", () => {
    const slow = { to, rates: { copy: "8Mi" } } as const;
    expect(problems({ ...memory("64Gi"), backup: slow, objectives: { rto: "24h", rpo: "20m" } })).toMatchObject([
      { field: "resources.limits.memory", allowed: expect.stringContaining("copied within 15 min") },
    ]);
  });

  test.each<[what: string, change: Partial<RedisArgs>, field: string, allowed: RegExp]>([
    ["a backup of a cache", { role: "cache" }, "backup", /filled anew.*role: "store"/],
    [
      "a promise of a cache",
      { role: "cache", backup: undefined as never, objectives: { rto: "1h", rpo: "1h" } },
      "objectives",
      /none/,
    ],
    [
      "a promise without a backup",
      { backup: undefined as never, objectives: { rto: "1h", rpo: "1h" } },
      "objectives",
      /backup: \{ to:/,
    ],
    [
      "a promise without what it steps down from",
      { backup: optOut("sessions begin anew"), objectives: { rto: "1h", rpo: "1h" } },
      "objectives",
      /none/,
    ],
    ["half a day", { backup: { to, keep: "12h" } }, "backup.keep", /whole days/],
    [
      "people for a quarter and more",
      { dataClass: "personal", retention: "365d", backup: { to, keep: "100d" } },
      "backup.keep",
      /at most "90d"/,
    ],
    [
      "people where more come in",
      { dataClass: "personal", retention: "365d", backup: { to: bucket("internal") } },
      "backup.to",
      /dataClass "personal"/,
    ],
    [
      "snapshots that never end",
      { backup: { to: { ...to, deletedFor: "ever" } } },
      "backup.to",
      /without versioned: backups/,
    ],
    ["no folder", { backup: { to, folder: "a/b" } }, "backup.folder", /DNS label/],
    ["a cipher that is none", { backup: { to, encryption: "rot13" as never } }, "backup.encryption", /AES256/],
    ["a drill now and then", { backup: { to, drill: "sometimes" as never } }, "backup.drill", /weekly.*optOut/],
    ["no rate", { backup: { to, rates: { load: "fast" as never } } }, "backup.rates.load", /bytes a second/],
  ])("%s", (_, change, field, allowed) => {
    expect(problems(change)).toMatchObject([{ field, allowed: expect.stringMatching(allowed) }]);
  });
});
