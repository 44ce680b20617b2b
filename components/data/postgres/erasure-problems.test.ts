import { describe, expect, test } from "vitest";
import type { Namespace } from "../../cluster/namespace.ts";
import { optOut } from "../../core/opt-out.ts";
import type { Issuer } from "../../edge/issuer.ts";
import type { DataClass } from "../declared.ts";
import type { Bucket } from "../object-store/bucket.ts";
import { complete, type PostgresArgs } from "./args.ts";
import type { ErasureArgs } from "./erasure-args.ts";
import { postgresProblems } from "./problems.ts";

const bucket = (bucketName: string, dataClass: DataClass = "restricted") => ({ bucketName, dataClass }) as Bucket;
const to = bucket("backups");
const log = bucket("erasures");
const orders = { by: "placed_at", keep: "90d", subject: "customer_id" } as const;

const problems = (args: Partial<PostgresArgs>) =>
  postgresProblems(
    "postgres",
    complete({
      namespace: { name: "shop-data" } as Namespace,
      issuer: {} as Issuer,
      zones: ["a", "b", "c"],
      databases: ["orders"],
      dataClass: "personal",
      retention: "365d",
      ...args,
    }),
  );
const ofTable = (table: object, name = "orders") =>
  problems({ erasure: { tables: { orders: { [name]: table } } } as ErasureArgs });

test("fine are rows with a time, rows of a person, and both; with a log where there are backups", () => {
  for (const table of [{ by: "placed_at" }, { subject: "customer" }, orders]) expect(ofTable(table)).toEqual([]);
  expect(ofTable(orders, "billing.invoices")).toEqual([]);
  const tables = { orders: { orders } };
  expect(problems({ backup: { to, keep: "22d" }, erasure: { tables, log } })).toEqual([]);
  expect(
    problems({ backup: { to, keep: "22d" }, erasure: { tables: { orders: { orders: { by: "placed_at" } } } } }),
  ).toEqual([]);
  expect(problems({ backup: optOut("rebuilt nightly from the event log"), erasure: { tables } })).toEqual([]);
});

describe("refused before anything is made", () => {
  test.each<[what: string, args: Partial<PostgresArgs>, field: string, allowed: RegExp]>([
    [
      "data that is about nobody",
      { dataClass: "internal", erasure: { tables: { orders: { orders } } } },
      "dataClass",
      /"personal"/,
    ],
    ["no table", { erasure: { tables: { orders: {} } } }, "erasure.tables", /at least one table/],
    [
      "another's database",
      { erasure: { tables: { stock: { orders } } } },
      "erasure.tables.stock",
      /declared database: orders/,
    ],
    [
      "less than a fortnight",
      { erasure: { tables: { orders: { orders } }, within: "5d" } },
      "erasure.within",
      /from "14d" to "90d"/,
    ],
    [
      "half a year",
      { erasure: { tables: { orders: { orders } }, within: "180d" } },
      "erasure.within",
      /from "14d" to "90d"/,
    ],
    [
      "backups that outlive who was erased",
      { backup: { to, keep: "60d" }, erasure: { tables: { orders: { orders } }, log } },
      "backup.keep",
      /at most "22d": erasure\.within is "30d".*erasure\.backups: optOut/,
    ],
    [
      "backups that outlive them as older versions",
      {
        backup: { to: { ...to, deletedFor: "14d" }, keep: "9d" },
        erasure: { tables: { orders: { orders } }, log: { ...log, deletedFor: "7d" } },
      },
      "backup.keep",
      /at most "8d".* for 14d more as an older version in the bucket backups/,
    ],
    [
      "a log that outlives them as older versions",
      {
        backup: { to, keep: "7d" },
        erasure: { tables: { orders: { orders } }, log: { ...log, deletedFor: "30d" } },
      },
      "backup.keep",
      /none: a day is too long.* in the bucket erasures/,
    ],
    [
      "a log that never ends",
      {
        backup: { to, keep: "22d" },
        erasure: { tables: { orders: { orders } }, log: { ...log, deletedFor: "ever" } },
      },
      "erasure.log",
      /without versioned: requests of people/,
    ],
    [
      "backups without a log",
      { backup: { to, keep: "22d" }, erasure: { tables: { orders: { orders } } } },
      "erasure.log",
      /carried out again/,
    ],
    [
      "backups in the log",
      { backup: { to, keep: "22d" }, erasure: { tables: { orders: { orders } }, log: to } },
      "erasure.log",
      /another bucket/,
    ],
    ["a log of no backups", { erasure: { tables: { orders: { orders } }, log } }, "erasure.log", /nothing comes back/],
    [
      "a log of no requests",
      { backup: { to, keep: "22d" }, erasure: { tables: { orders: { orders: { by: "at" } } }, log } },
      "erasure.log",
      /there are no requests/,
    ],
    [
      "a log that is not kept as closely as people",
      { backup: { to, keep: "22d" }, erasure: { tables: { orders: { orders } }, log: bucket("erasures", "internal") } },
      "erasure.log",
      /a store with dataClass "personal" or higher/,
    ],
    [
      "backups where more come in",
      { backup: { to: bucket("backups", "confidential") } },
      "backup.to",
      /backups are of the class of the data/,
    ],
  ])("%s", (_, args, field, allowed) => {
    expect(problems(args)).toMatchObject([{ field, allowed: expect.stringMatching(allowed) }]);
  });

  test.each<[what: string, name: string, table: object, field: string]>([
    ["neither a time nor a person", "orders", {}, "erasure.tables.orders.orders"],
    ["a name that could be SQL", 'orders"; DROP', orders, 'erasure.tables.orders.orders"; DROP'],
    ["a column that could be", "orders", { subject: "id; --" }, "erasure.tables.orders.orders.subject"],
    ["a span that is none", "orders", { by: "at", keep: "a while" }, "erasure.tables.orders.orders.keep"],
    ["longer than the store's retention", "orders", { by: "at", keep: "366d" }, "erasure.tables.orders.orders.keep"],
    ["a span from no moment on", "orders", { subject: "id", keep: "90d" }, "erasure.tables.orders.orders.keep"],
  ])("%s", (_, name, table, field) => {
    expect(ofTable(table, name).map((problem) => problem.field)).toEqual([field]);
  });
});

test("backups may be kept for longer with a reason", () => {
  const erasure = {
    tables: { orders: { orders } },
    log,
    backups: optOut("requests are carried out again after a restore"),
  };
  expect(problems({ backup: { to, keep: "60d" }, erasure })).toEqual([]);
});
