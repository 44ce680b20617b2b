import { expect, test } from "vitest";
import type { Namespace } from "../../cluster/index.ts";
import { optOut } from "../../core/opt-out.ts";
import type { Issuer } from "../../edge/issuer.ts";
import type { RedisArgs } from "./args.ts";
import { Redis } from "./redis.ts";

const base = { namespace: { name: "shop-data" } as Namespace, issuer: {} as Issuer, zones: ["a", "b", "c"] };
const ONE = { replicas: 1, replication: optOut("development data is made anew from fixtures") };

test.each<[what: string, args: Partial<RedisArgs>, told: string]>([
  ["a role that there is not", { role: "chache" as "cache" }, 'role: "chache" was given; allowed: "cache" or "store"'],
  ["two zones", { zones: ["a", "b"] }, 'zones: ["a","b"] was given; allowed: three zones or more'],
  ["no zone, of one server either", { ...ONE, zones: [] }, "zones: [] was given; allowed: at least one zone"],
])("%s is refused, before anything is made", (_, args, told) => {
  expect(() => new Redis("cache", { ...base, ...args })).toThrow(told);
});
