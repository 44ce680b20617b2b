import { describe, expect, test } from "vitest";
import type { Namespace } from "../../cluster/namespace.ts";
import { optOut } from "../../core/opt-out.ts";
import type { Issuer } from "../../edge/issuer.ts";
import { type BucketArgs, complete, type ObjectStoreArgs } from "./args.ts";
import { objectStoreProblems } from "./problems.ts";

const replication = optOut("a copy of what lies elsewhere as well");
const base: ObjectStoreArgs = {
  namespace: { name: "shop-data" } as Namespace,
  issuer: {} as Issuer,
  zones: ["a", "b", "c"],
  buckets: { invoices: {} },
};
const problems = (change: Partial<ObjectStoreArgs>) => objectStoreProblems("objects", complete({ ...base, ...change }));
const fields = (change: Partial<ObjectStoreArgs>) => problems(change).map(({ field }) => field);
const ofBucket = (bucket: BucketArgs) => problems({ buckets: { invoices: bucket } });

test("what is usual is fine: three or more servers in three zones, or one with a reason", () => {
  for (const replicas of [3, 4, 6]) expect(problems({ replicas })).toEqual([]);
  expect(problems({ replicas: 1, zones: ["a"], replication })).toEqual([]);
});

describe("refused before anything is made", () => {
  test.each([0, 1, 2, 2.5, Number.NaN])("%s replicas", (replicas) => {
    expect(problems({ replicas })).toEqual([
      { field: "replicas", given: replicas, allowed: expect.stringMatching(/^3 or more: .*optOut/) },
    ]);
  });

  test("more than one replica of what steps down to one", () => {
    expect(problems({ replication })).toMatchObject([{ field: "replicas", given: 3, allowed: /^1, since/ }].map(match));
  });

  test("two zones, for the two copies and one to lose", () => {
    expect(fields({ zones: ["a", "b"] })).toEqual(["zones"]);
  });

  test("no bucket, and names that S3 does not know", () => {
    expect(fields({ buckets: {} })).toEqual(["buckets"]);
    for (const bucket of ["ab", "Invoices", "in_voices", "x".repeat(64), "a/b"])
      expect(fields({ buckets: { [bucket]: {} } }), bucket).toEqual([`buckets.${bucket}`]);
  });

  test.each(["30s", "90s", "256m1", "25d6h", "6121m"])("expiry after %s", (expireAfter) => {
    expect(ofBucket({ expireAfter: expireAfter as "1d" })).toMatchObject([
      { field: "buckets.invoices.expireAfter", given: expireAfter },
    ]);
  });

  test("expiry of a versioned bucket", () => {
    expect(ofBucket({ versioned: true, expireAfter: "30d" })).toMatchObject([
      { field: "buckets.invoices.expireAfter" },
    ]);
    expect(ofBucket({ versioned: true })).toEqual([]);
    expect(ofBucket({ expireAfter: "30d" })).toEqual([]);
  });

  test("personal data that nothing deletes in time", () => {
    const personal = (bucket: BucketArgs) =>
      problems({ dataClass: "personal", retention: "200d", buckets: { invoices: bucket } });
    const field = "buckets.invoices.expireAfter";
    expect(personal({})).toEqual([]);
    expect(personal({ expireAfter: "200d" })).toEqual([]);
    expect(personal({ versioned: true, expireAfter: optOut("orders deletes every version of it") })).toEqual([]);
    expect(personal({ expireAfter: "201d" })).toMatchObject(
      [{ field, allowed: /^at most retention, "200d".*optOut/ }].map(match),
    );
    expect(personal({ versioned: true })).toMatchObject(
      [{ field, given: "200d", allowed: /older versions.*optOut/ }].map(match),
    );
    expect(problems({ dataClass: "personal", retention: "400d" })).toMatchObject([{ field, given: "400d" }]);
  });

  test("a disk without room for the first volumes of each bucket, with the sum", () => {
    // Two buckets and the servers' own notes, two volumes each in two copies: 12 on 3 servers.
    const buckets = { invoices: {}, backups: {} };
    expect(problems({ buckets, storage: "4Gi" })).toEqual([]);
    expect(problems({ buckets, storage: "3Gi" })).toEqual([
      { field: "storage", given: "3Gi", allowed: expect.stringMatching(/^at least "4Gi": 12 volumes of 1 GiB/) },
    ]);
  });

  test("a promise for a disaster without a backup, and a disk that is no size", () => {
    const objectives = { rto: "1h", rpo: "1h" } as const;
    expect(fields({ backup: optOut("rebuilt from the event log"), objectives })).toEqual(["objectives"]);
    expect(fields({ storage: "a lot" as "1Gi" })).toEqual(["storage"]);
  });

  test("all of it at once", () => {
    expect(fields({ replicas: 2, zones: [], buckets: { A: { expireAfter: "1s" } } })).toEqual([
      "zones",
      "replicas",
      "buckets.A",
      "buckets.A.expireAfter",
    ]);
  });
});

function match<Given extends { readonly allowed: RegExp }>(problem: Given) {
  return { ...problem, allowed: expect.stringMatching(problem.allowed) };
}
