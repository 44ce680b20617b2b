import { expect, test } from "vitest";
import type { Namespace } from "../../cluster/namespace.ts";
import { admitScrapers } from "../../core/network.ts";
import { optOut } from "../../core/opt-out.ts";
import type { Issuer } from "../../edge/issuer.ts";
import { complete, type PostgresArgs } from "./args.ts";
import { type Access, hbaPlan, networkPlan, rolesPlan } from "./plan.ts";
import { accessProblems, budgetOf, postgresProblems } from "./problems.ts";

const base: PostgresArgs = {
  namespace: { name: "shop-data" } as Namespace,
  issuer: {} as Issuer,
  zones: ["a", "b", "c"],
  databases: ["orders", "stock-levels"],
};
const access = (consumer: string, database: string, right: Access["right"], connections = 10): Access => ({
  consumer,
  database,
  right,
  connections,
  namespace: "shop",
  podLabels: { "app.kubernetes.io/name": consumer },
});
const accesses = [access("reports", "orders", "reader"), access("orders", "orders", "owner")];

test("each consumer has a login of its own, an owner of the database and a reader of everything it can connect to", () => {
  expect(rolesPlan("postgres", ["orders"], accesses)).toEqual([
    { name: "orders_owner", ensure: "present", login: false },
    {
      name: "orders_orders",
      ensure: "present",
      login: true,
      connectionLimit: 10,
      inRoles: ["orders_owner"],
      passwordSecret: { name: "postgres-orders-orders" },
    },
    {
      name: "reports_orders",
      ensure: "present",
      login: true,
      connectionLimit: 10,
      inRoles: ["pg_read_all_data"],
      passwordSecret: { name: "postgres-reports-orders" },
    },
  ]);
});

test("a login reaches its own database over TLS, and everyone else is rejected last", () => {
  expect(hbaPlan(accesses)).toEqual([
    "hostssl orders orders_orders all scram-sha-256",
    "hostssl orders reports_orders all scram-sha-256",
    "host all all all reject",
  ]);
});

test("the order in which consumers are declared changes nothing", () => {
  const reversed = [...accesses].reverse();
  expect(hbaPlan(reversed)).toEqual(hbaPlan(accesses));
  expect(rolesPlan("postgres", ["orders"], reversed)).toEqual(rolesPlan("postgres", ["orders"], accesses));
  expect(networkPlan("postgres", "shop-data", reversed)).toEqual(networkPlan("postgres", "shop-data", accesses));
});

test("without consumers nobody but the instances, the operator and what reads metrics comes in", () => {
  const { ingress } = networkPlan("postgres", "shop-data", []);
  expect(JSON.stringify(ingress)).not.toContain('"shop"');
  expect(ingress).toEqual([
    expect.objectContaining({ ports: [expect.objectContaining({ port: 5432 }), expect.anything()] }),
    admitScrapers(9187),
  ]);
});

test("the connections of all consumers fit the server, or the one too many is refused with the sum", () => {
  const args = budgetOf(complete({ ...base, connections: 35 }));
  expect(accessProblems(args, [], access("orders", "orders", "owner", 20))).toEqual([]);
  const granted = [access("orders", "orders", "owner", 15)];
  expect(accessProblems(args, granted, access("reports", "orders", "reader", 6))).toEqual([
    {
      field: "uses of reports",
      given: 6,
      allowed: expect.stringContaining("at most 5 connections, which are left of 35"),
    },
  ]);
});

test("a database has one owner, and a service one role in it", () => {
  const args = budgetOf(complete(base));
  const granted = [access("orders", "orders", "owner")];
  expect(accessProblems(args, granted, access("billing", "orders", "owner"))).toEqual([
    { field: "uses of billing", given: "orders.owner", allowed: expect.stringContaining("orders is it") },
  ]);
  expect(accessProblems(args, [], access("pg", "orders", "reader"))).toMatchObject([
    { field: "uses of pg", given: "pg" },
  ]);
  expect(accessProblems(args, granted, access("orders", "orders", "reader"))).toEqual([
    { field: "uses of orders", given: "orders", allowed: expect.stringContaining("has orders_orders already") },
  ]);
});

test.each<[what: string, args: Partial<PostgresArgs>, field: string, allowed: RegExp]>([
  ["no instance", { instances: 0 }, "instances", /3, 5 or 7/],
  ["two instances", { instances: 2 }, "instances", /3, 5 or 7: fewer cannot outlive the loss of one/],
  ["one instance without a reason", { instances: 1 }, "instances", /replication: optOut/],
  ["a reason, and three instances", { replication: optOut("a copy of a copy") }, "instances", /1, since replication/],
  ["two zones", { zones: ["a", "b"] }, "zones", /three zones or more/],
  ["a backend that there is not", { backend: "gcp" as never }, "backend", /"inCluster" or "aws"/],
  ["a place in AWS without its backend", { aws: {} } as never, "aws", /nothing, unless backend is "aws"/],
  ["no database", { databases: [] }, "databases", /at least one/],
  ["a database twice", { databases: ["orders", "orders"] }, "databases[1]", /each database once/],
  ["a database whose roles would be PostgreSQL's", { databases: ["pg-orders"] }, "databases[0]", /"pg"/],
  ["a database whose login could be another's owner", { databases: ["stock-owner"] }, "databases[0]", /"owner"/],
  ["what is no bucket", { backup: { to: {} as never } }, "backup.to", /a bucket of an ObjectStore/],
  ["the server's own database", { databases: ["postgres"] }, "databases[0]", /any name but postgres/],
  ["a size that is none", { storage: "lots" as never }, "storage", /a quantity/],
  ["too few connections", { connections: 15 }, "connections", /from 16 to 5000/],
  ["no rotation", { rotation: 0 }, "rotation", /at least 1/],
])("%s is refused", (_, args, field, allowed) => {
  expect(postgresProblems("postgres", complete({ ...base, ...args }))).toEqual([
    { field, given: expect.anything(), allowed: expect.stringMatching(allowed) },
  ]);
});
