import { describe, expect, test } from "vitest";
import { optOut } from "../core/opt-out.ts";
import { complete as completeKafka } from "./kafka/args.ts";
import { kafkaProblems } from "./kafka/problems.ts";
import { complete as completePostgres } from "./postgres/args.ts";
import { postgresProblems } from "./postgres/problems.ts";
import { quorumProblems, type StoreArgs, storeProblems } from "./store.ts";

const args = { namespace: { name: "data" }, issuer: {}, zones: ["a", "b", "c"] } as unknown as StoreArgs;
const ONE = { replication: optOut("development data is made anew from fixtures") };

/** What each store says of arguments, as `field: given; allowed`. */
const STORES = {
  Redis: (change: object) => {
    const { replicas, replication, ...rest } = { replicas: 3, ...args, ...change };
    return [...storeProblems("cache", rest), ...quorumProblems("replicas", replicas, replication)];
  },
  Postgres: (change: object) =>
    postgresProblems("postgres", completePostgres({ ...args, databases: ["orders"], ...change })),
  Kafka: (change: object) => kafkaProblems("kafka", completeKafka({ ...args, topics: { orders: {} }, ...change })),
};
const MEMBERS = { Redis: "replicas", Postgres: "instances", Kafka: "controllers" } as const;

describe.each(["Redis", "Postgres", "Kafka"] as const)("bad input to %s", (store) => {
  const problems = STORES[store];
  const members = MEMBERS[store];
  const fields = (change: object) => problems(change).map(({ field }) => field);

  test("none is told of where there is none", () => {
    expect(problems({})).toEqual([]);
    expect(problems({ ...ONE, [members]: 1, ...(store === "Kafka" && { brokers: 1 }) })).toEqual([]);
  });

  test.each([0, 1, 2, 4, 6, 8, -3, 2.5, Number.NaN])("%d members hold no quorum", (given) => {
    expect(problems({ [members]: given })).toEqual([
      { field: members, given, allowed: expect.stringMatching(/^3, 5 or 7: .*; or 1 with replication: optOut\(/) },
    ]);
  });

  test("who steps down from replication has one, and no more", () => {
    const three = problems({ ...ONE, [members]: 3, ...(store === "Kafka" && { brokers: 1 }) });
    expect(three).toEqual([{ field: members, given: 3, allowed: "1, since replication is stepped down from" }]);
  });

  test("a backend that there is not is refused with what there is", () => {
    expect(problems({ backend: "azure" })).toEqual([
      { field: "backend", given: "azure", allowed: expect.stringContaining('"inCluster"') },
    ]);
  });

  test("sizes, zones and rotations are refused by their names, all at once", () => {
    expect(fields({ storage: "10 gigabytes", rotation: 0 })).toEqual(["storage", "rotation"]);
    expect(fields({ storage: "1.5Gi" })).toEqual(["storage"]);
    expect(fields({ zones: [] })).toContain("zones");
    // A plain number is bytes: a unit was forgotten.
    for (const storage of ["10", "0", 10]) expect(fields({ storage })).toEqual(["storage"]);
    expect(fields({ version: "17.5 --privileged" })).toEqual(["version"]);
    expect(fields({ version: `17.5@sha256:${"0".repeat(64)}` })).toEqual([]);
  });

  test("a zone that stands there twice is one", () => {
    expect(problems({ zones: ["a", "b", "b"] })).toEqual([
      { field: "zones[2]", given: "b", allowed: "each zone once" },
    ]);
    for (const nothing of ["", null, 7]) expect(fields({ zones: ["a", "b", "c", nothing] })).toEqual(["zones[3]"]);
  });

  test("what only JavaScript can give is refused, not stumbled over", () => {
    expect(fields({ resources: null })).toEqual(["resources"]);
    expect(fields({ resources: { limits: { cpu: "1", memory: "1Gi" } } })).toEqual(["resources"]);
    expect(fields({ objectives: { rpo: "1h" } })).toContain("objectives.rto");
    expect(fields({ storage: 10n })).toEqual(["storage"]);
    expect(fields({ zones: "abc" })).toContain("zones");
  });

  test("no span is longer than a hundred years", () => {
    expect(fields({ retention: "99999999999999999999d" })).toEqual(["retention"]);
    expect(fields({ retention: "36500d" })).toEqual([]);
  });
});

test("two zones hold no quorum either: one of them has more than half", () => {
  for (const store of ["Postgres", "Kafka"] as const)
    expect(STORES[store]({ zones: ["a", "b"] })).toEqual([
      { field: "zones", given: ["a", "b"], allowed: expect.stringContaining("three zones or more") },
    ]);
});
