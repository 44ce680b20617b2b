import type { types } from "@pulumi/kubernetes";
import type { Problem } from "../../core/invalid.ts";
import { nameProblems } from "../../core/names.ts";
import type { Transform } from "../../core/transform.ts";
import { isWhole, wholeProblems } from "../../core/whole.ts";
import { complete, type PostgresArgs } from "../postgres/args.ts";
import { type AuroraArgs, completeAurora } from "../postgres/aurora-args.ts";
import { auroraProblems } from "../postgres/aurora-problems.ts";
import { postgresProblems } from "../postgres/problems.ts";

/** How a store is cut into shards, wherever they run. */
interface Sharding {
  /**
   * How many shards, or their names; each is a Postgres `<store>-<name>`, which a number names from 0 on. A shard is added at
   * the end. One that is there stays where it is in the list, by its name: what keeps its keys is found by it.
   */
  readonly shards: number | readonly string[];
  /**
   * How many of the shards, from the first on, are to keep keys; all by default. With fewer the last ones stand empty, or a
   * reshard empties them: that is what comes before a shard is taken away.
   */
  readonly filled?: number;
  /** Name of the database on each shard; the store's by default. */
  readonly database?: string;
}

/** Of each consumer's shard map. */
type MapTransform = { readonly configMap?: Transform<types.input.core.v1.ConfigMap> };

export interface ShardedPostgresArgs extends Omit<PostgresArgs, "databases" | "erasure" | "transform">, Sharding {
  readonly transform?: PostgresArgs["transform"] & MapTransform;
}

/** A sharded Postgres of which each shard is an Aurora cluster of its own, all of one shape. */
export interface ShardedAuroraArgs extends Omit<AuroraArgs, "databases" | "transform">, Sharding {
  readonly transform?: AuroraArgs["transform"] & MapTransform;
}

/** With 4096 buckets, the most for which shards keep within 5 % of each other. */
const MOST_SHARDS = 204;

/** The arguments of each shard. */
export function shardArgs(name: string, given: ShardedPostgresArgs | ShardedAuroraArgs): PostgresArgs | AuroraArgs {
  const { shards: _shards, filled: _filled, database = name, ...args } = given;
  return { ...args, databases: [database] };
}

/** What a consumer is told of its connections to each shard. */
export function shardBudget(name: string, given: ShardedPostgresArgs | ShardedAuroraArgs) {
  const args = shardArgs(name, given);
  return args.backend === "aws" ? completeAurora(args) : complete(args);
}

/** Names of the shards, in order: of their Postgres, and in the map. */
export function shardNames(name: string, shards: ShardedPostgresArgs["shards"]): string[] {
  const names = typeof shards === "number" ? Array.from({ length: shards }, (_, index) => String(index)) : shards;
  return names.map((shard) => `${name}-${shard}`);
}

/** Everything that is wrong with a ShardedPostgres' arguments. */
export function shardedPostgresProblems(name: string, args: ShardedPostgresArgs | ShardedAuroraArgs): Problem[] {
  const { shards, filled } = args;
  const each = shardProblems(name, shardArgs(name, args));
  const problems = each.map((problem) =>
    problem.field === "databases[0]" ? { ...problem, field: "database" } : problem,
  );
  const many = typeof shards === "number" ? shards : shards.length;
  const field = typeof shards === "number" ? "shards" : "shards.length";
  const wrong = wholeProblems(field, many, 1, MOST_SHARDS);
  if (wrong.length > 0) return [...problems, ...wrong];
  if (typeof shards !== "number")
    for (const [index, shard] of shards.entries())
      if (shards.indexOf(shard) !== index)
        problems.push({ field: `shards[${index}]`, given: shard, allowed: "each shard once" });
  for (const [index, shard] of shardNames(name, shards).entries())
    if (typeof shards !== "number" || index === many - 1)
      problems.push(...nameProblems(`shards[${index}], whose Postgres is named so`, shard));
  if (filled !== undefined && !isWhole(filled, 1, many))
    problems.push({
      field: "filled",
      given: filled,
      allowed: `a whole number from 1 to ${many}, the number of shards`,
    });
  return problems;
}

/** What is wrong with the arguments of each shard. */
function shardProblems(name: string, args: PostgresArgs | AuroraArgs): Problem[] {
  return args.backend === "aws" ? auroraProblems(name, completeAurora(args)) : postgresProblems(name, complete(args));
}
