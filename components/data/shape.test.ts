import { describe, expect, test } from "vitest";
import { InvalidArgsError } from "../core/invalid.ts";
import { Kafka, ObjectStore, Postgres, RabbitMQ, Redis, ShardedPostgres } from "./index.ts";

type Make = (args: unknown) => unknown;
const common = { namespace: { name: "data" }, issuer: {}, zones: ["a", "b", "c"] };

/** Every store, with arguments that are of the right shape, and its own that must be. */
const STORES: Readonly<Record<string, { make: Make; own: object }>> = {
  Postgres: { make: (args) => new Postgres("store", args as never), own: { databases: ["orders"] } },
  Redis: { make: (args) => new Redis("store", args as never), own: {} },
  Kafka: { make: (args) => new Kafka("store", args as never), own: { topics: { orders: {} } } },
  RabbitMQ: { make: (args) => new RabbitMQ("store", args as never), own: { queues: { mails: {} } } },
  ObjectStore: { make: (args) => new ObjectStore("store", args as never), own: { buckets: { invoices: {} } } },
  ShardedPostgres: { make: (args) => new ShardedPostgres("store", args as never), own: { shards: 2 } },
};

/** What is said of arguments by a store that makes nothing: `field: allowed`. */
function said(make: Make, args: unknown): string[] {
  try {
    make(args);
  } catch (error) {
    if (!(error instanceof InvalidArgsError)) throw error;
    return error.problems.map(({ field, allowed }) => `${field}: ${allowed}`);
  }
  return [];
}

describe.each(Object.entries(STORES))("a %s", (kind, { make, own }) => {
  const args = { ...common, ...own };

  test.each([null, undefined, "a text", ["a", "list"]])("is not made of %j", (given) => {
    expect(said(make, given)).toEqual(["the arguments: an object"]);
    expect(() => make(given)).toThrow(`${kind} "store" was given arguments that it cannot use:`);
  });

  test.each(["zones", "namespace", "issuer", "backup", "objectives", "resources", "replication", "transform"])(
    "says what belongs where %s is nothing, or one thing",
    (field) => {
      const allowed = `${field}: ${field === "zones" ? "a list" : "an object"}`;
      expect(said(make, { ...args, [field]: null })).toEqual([allowed]);
      expect(said(make, { ...args, [field]: "a" })).toEqual([allowed]);
    },
  );

  test("on AWS is told where, and all that is of no shape at once", () => {
    expect(said(make, { ...own, backend: "aws", namespace: null, aws: "eu-central-1" })).toEqual([
      "namespace: an object",
      "aws: an object",
    ]);
  });
});

test.each([
  ["Postgres", { databases: "orders" }, ["databases: a list"]],
  ["Postgres", { databases: null }, ["databases: a list"]],
  ["Postgres", { erasure: [], restore: null }, ["erasure: an object", "restore: an object"]],
  ["Postgres", { audit: null }, ["audit: an object"]],
  ["Postgres", { audit: { events: null } }, ["audit.events: an object"]],
  ["Kafka", { topics: ["orders"] }, ["topics: an object of objects, by name"]],
  ["Kafka", { topics: { orders: null } }, ["topics.orders: an object"]],
  ["RabbitMQ", { queues: null }, ["queues: an object of objects, by name"]],
  ["ObjectStore", { buckets: { invoices: true } }, ["buckets.invoices: an object"]],
])("a %s refuses %j", (kind, change, expected) => {
  const { make, own } = STORES[kind] as (typeof STORES)[string];
  expect(said(make, { ...common, ...own, ...change })).toEqual(expected);
});
