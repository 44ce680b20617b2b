import { describe, expect, test } from "vitest";
import type { Namespace } from "../../cluster/namespace.ts";
import type { Duration } from "../../core/duration.ts";
import { optOut } from "../../core/opt-out.ts";
import type { Issuer } from "../../edge/issuer.ts";
import type { Bucket } from "../object-store/bucket.ts";
import { complete, type PostgresArgs } from "./args.ts";
import type { BackupArgs } from "./backup-args.ts";
import { backupProblems } from "./backup-problems.ts";

const bucket = (bucketName: string) => ({ bucketName, dataClass: "personal" }) as Bucket;
const to = bucket("backups");
const objectives = { rto: "1h", rpo: "5m" } as const;
const NOW = Date.parse("2026-11-30T04:00:00Z");
const problems = (args: Partial<PostgresArgs>) =>
  backupProblems(
    "postgres",
    complete({
      namespace: { name: "shop-data" } as Namespace,
      issuer: {} as Issuer,
      zones: ["a", "b", "c"],
      databases: ["orders"],
      ...args,
    }),
    NOW,
  );

test("nothing, an opt-out and a plan that keeps its objectives are fine", () => {
  expect(problems({})).toEqual([]);
  expect(problems({ backup: optOut("rebuilt nightly from the event log") })).toEqual([]);
  expect(problems({ backup: { to }, objectives, storage: "100Gi" })).toEqual([]);
  expect(problems({ restore: { from: to, serverName: "postgres", until: "2026-11-30T03:59:59.5+01:00" } })).toEqual([]);
});

test("an RTO that cannot be kept is refused with the sums, and the least that can", () => {
  const [problem, ...more] = problems({ backup: { to }, objectives: { rto: "10m", rpo: "5m" }, storage: "100Gi" });
  expect(more).toEqual([]);
  expect(problem).toEqual({
    field: "objectives.rto",
    given: "10m",
    allowed:
      'at least "39m": 100Gi at 80Mi a second is 22 min to fetch, 95 files of log since the last base backup (one every 1h) ' +
      "are 2 min to replay, all of it at 125Mi a second is 14 min to read once, and 2 min go by until it starts; " +
      "or less storage, or faster backup.rates",
  });
  expect(problems({ backup: { to }, objectives: { rto: "39m", rpo: "5m" }, storage: "100Gi" })).toEqual([]);
  expect(problems({ backup: { to }, objectives: { rto: "38m", rpo: "5m" }, storage: "100Gi" })).toHaveLength(1);
});

test("personal data stays in backups no longer than it is kept, nor than 90 days", () => {
  const personal = (keep: BackupArgs["keep"], retention: PostgresArgs["retention"]) =>
    problems({ dataClass: "personal", ...(retention && { retention }), backup: { to, ...(keep && { keep }) } });
  expect(personal("90d", "365d")).toEqual([]);
  expect(personal("91d", "365d")).toMatchObject([
    { field: "backup.keep", allowed: expect.stringMatching(/at most "90d": personal data ends/) },
  ]);
  expect(personal(undefined, "14d")).toMatchObject([{ field: "backup.keep", given: "30d" }]);
});

test("what a bucket keeps of it as an older version counts too", () => {
  const personal = (keep: Duration, deletedFor: Duration) =>
    problems({ dataClass: "personal", retention: "365d", backup: { to: { ...to, deletedFor }, keep } });
  expect(personal("60d", "30d")).toEqual([]);
  expect(personal("61d", "30d")).toEqual([
    {
      field: "backup.keep",
      given: "61d",
      allowed:
        'at most "60d": personal data ends after "90d", and who was deleted lives on in every backup, for 30d more as an older version ' +
        "in the bucket backups: its store may have a shorter keep",
    },
  ]);
  expect(personal("7d", "90d")).toMatchObject([{ allowed: expect.stringMatching(/^none: a day is too long/) }]);
  expect(problems({ backup: { to: { ...to, deletedFor: "365d" } } })).toEqual([]);
});

test("what keeps older versions for ever is no place for backups", () => {
  expect(problems({ backup: { to: { ...to, deletedFor: "ever" } } })).toEqual([
    {
      field: "backup.to",
      given: "backups, which is versioned",
      allowed:
        "a bucket without versioned: backups are deleted when their time is over, and here each would stay for ever as an older version",
    },
  ]);
});

describe("refused", () => {
  const refused: [what: string, args: Partial<PostgresArgs>, field: string, allowed: RegExp][] = [
    ["objectives without backups", { objectives }, "objectives", /with backup: \{ to/],
    [
      "objectives, and backups stepped down from",
      { objectives, backup: optOut("rebuilt nightly from the event log") },
      "objectives",
      /stepped down from/,
    ],
    [
      "a retention shorter than the RPO",
      { objectives: { rto: "1h", rpo: "3d" }, backup: { to, keep: "2d" } },
      "backup.keep",
      /longer than objectives.rpo, 3d/,
    ],
    ["half a day", { backup: { to, keep: "36h" } }, "backup.keep", /whole days/],
    ["no time at all", { backup: { to, keep: "0d" } }, "backup.keep", /whole days/],
    ["a folder that is a path", { backup: { to, serverName: "a/b" } }, "backup.serverName", /DNS label/],
    [
      "an encryption that there is not",
      { backup: { to, encryption: "rot13" as never } },
      "backup.encryption",
      /AES256/,
    ],
    ["a drill now and then", { backup: { to, drill: "sometimes" as never } }, "backup.drill", /daily, weekly, monthly/],
    [
      "a rate that is none",
      { backup: { to, rates: { fetch: "fast" as never } } },
      "backup.rates.fetch",
      /bytes a second/,
    ],
    ["a rate of nothing", { backup: { to, rates: { log: "0" } } }, "backup.rates.log", /bytes a second/],
    ["seconds of data", { objectives: { rto: "1h", rpo: "59s" }, backup: { to } }, "objectives.rpo", /at least "60s"/],
    ["more than is copied in a day", { storage: "8Ti", backup: { to } }, "storage", /30 h to copy at 80Mi a second/],
    [
      "a moment to come",
      { restore: { from: to, serverName: "postgres", until: "2026-11-30T04:00:01Z" } },
      "restore.until",
      /has been/,
    ],
    [
      "a moment of no zone",
      { restore: { from: to, serverName: "a", until: "2026-11-30T01:00:00" } },
      "restore.until",
      /zone/,
    ],
    [
      "no day of any year",
      { restore: { from: to, serverName: "a", until: "2026-13-41T01:00:00Z" } },
      "restore.until",
      /zone/,
    ],
    ["no name of a server", { restore: { from: to, serverName: "" } }, "restore.serverName", /DNS label/],
    [
      "a restore that archives over what it came from",
      { backup: { to }, restore: { from: bucket("backups"), serverName: "postgres" } },
      "backup.serverName",
      /"postgres-2"/,
    ],
  ];
  test.each(refused)("%s", (_, args, field, allowed) => {
    expect(problems(args)).toEqual([expect.objectContaining({ field, allowed: expect.stringMatching(allowed) })]);
  });
});
