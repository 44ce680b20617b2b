import { expect, test } from "vitest";
import type { Namespace } from "../../cluster/namespace.ts";
import type { Issuer } from "../../edge/issuer.ts";
import { complete, type PostgresArgs } from "./args.ts";
import type { Access } from "./plan.ts";
import type { PoolerArgs } from "./pooler-args.ts";
import { pooledConnections } from "./pooler-plan.ts";
import { accessProblems, budgetOf, postgresProblems } from "./problems.ts";

const base: PostgresArgs = {
  namespace: { name: "shop-data" } as Namespace,
  issuer: {} as Issuer,
  zones: ["a", "b", "c"],
  databases: ["orders"],
};

test.each<[what: string, args: Partial<PostgresArgs>, field: string, allowed: RegExp]>([
  ["a mode that is none", { pooler: { mode: "statement" as never } }, "pooler.mode", /^"transaction" or "session"$/],
  ["one pod for three zones", { pooler: { instances: 1 } }, "pooler.instances", /from 2 to 20/],
  [
    "two for five",
    { zones: ["a", "b", "c", "d", "e"], pooler: { instances: 2 } },
    "pooler.instances",
    /from 3 to 20: one for every two zones/,
  ],
  ["no connection", { pooler: { size: 0 } }, "pooler.size", /from 1 to 500/],
  ["no client", { pooler: { maxClients: 0 } }, "pooler.maxClients", /from 1 to 10000/],
  [
    "more clients than fit into memory",
    { pooler: { maxClients: 4_027 } },
    "pooler.maxClients",
    /^at most 4026: 4027 × 50 kB = 201.35 MB, and of a pod's memory, 256Mi, clients may take 75 %/,
  ],
  ["what is no pooler", { pooler: true as never }, "pooler", /an object/],
  [
    "no memory",
    { pooler: { resources: { requests: { cpu: "1", memory: "much" as never }, limits: { cpu: "1", memory: "1Gi" } } } },
    "pooler.resources.requests.memory",
    /a quantity/,
  ],
  [
    "more to ask for passwords than there is",
    { connections: 55, pooler: {} },
    "pooler.size",
    /10 × \(3 \+ 1 while one is replaced\) × 1 database = 40, and 15 of 55 are reserved/,
  ],
])("%s is refused", (_, args, field, allowed) => {
  expect(postgresProblems("postgres", complete({ ...base, ...args }))).toContainEqual({
    field,
    given: expect.anything(),
    allowed: expect.stringMatching(allowed),
  });
});

/** What is said of a consumer with 12 replicas of 8 connections. */
function said(args: Partial<PostgresArgs>, granted: readonly Access[] = []) {
  const budget = budgetOf(complete({ ...base, ...args }));
  if (!budget.pooler) throw new Error("there is no pooler");
  const connections = pooledConnections(budget.pooler, 96);
  const pods = { namespace: "shop", podLabels: {} };
  const access: Access = { ...pods, database: "orders", right: "owner", consumer: "orders", connections, pooled: 96 };
  return accessProblems(budget, granted, access);
}

test("as many clients as fit into memory are none too many, and more memory holds more", () => {
  const memory = (memory: "256Mi" | "1Gi") =>
    ({ requests: { cpu: "1", memory }, limits: { cpu: "1", memory } }) as const;
  const problems = (pooler: PoolerArgs) => postgresProblems("postgres", complete({ ...base, pooler }));
  expect(problems({ maxClients: 4_026 })).toEqual([]);
  expect(problems({ maxClients: 10_000, resources: memory("256Mi") })).toHaveLength(1);
  expect(problems({ maxClients: 10_000, resources: memory("1Gi") })).toEqual([]);
});

test("a consumer is refused what the server has not left, with the sums; one connection more is enough", () => {
  expect(said({ connections: 95, pooler: {} })).toEqual([]);
  expect(said({ connections: 94, pooler: {} })).toEqual([
    {
      field: "uses of orders",
      given: 40,
      allowed: expect.stringMatching(
        /^at most 39 connections, which are left of 94; consumers have 0, 15 are reserved, .* 1 database = 40, .* up to 10 × \(3 \+ 1\)/,
      ),
    },
  ]);
});

test("each database has connections of its own by which passwords are asked for", () => {
  const databases = ["orders", "stock"];
  expect(said({ connections: 135, databases, pooler: {} })).toEqual([]);
  expect(said({ connections: 134, databases, pooler: {} })).toMatchObject([{ given: 40 }]);
});

test("one pod holds the connections of all consumers, or the one too many is refused", () => {
  const other: Access = {
    ...{ namespace: "shop", podLabels: {}, database: "stock", right: "owner", consumer: "stock" },
    ...{ connections: 40, pooled: 4 },
  };
  expect(said({ pooler: { maxClients: 100 } }, [other])).toEqual([]);
  expect(said({ pooler: { maxClients: 99 } }, [other])).toMatchObject([
    { given: 96, allowed: expect.stringMatching(/^at most 95 connections to the pooler.*the others may be gone/) },
  ]);
});

test("sessions that would wait for each other for ever are refused, and those that have a connection each are not", () => {
  expect(said({ pooler: { mode: "session" } })).toMatchObject([
    { given: 96, allowed: expect.stringMatching(/^at most pooler.size, 10: in session mode/) },
  ]);
  expect(said({ connections: 800, pooler: { mode: "session", size: 96 } })).toEqual([]);
});
