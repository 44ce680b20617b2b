import type { Problem } from "../../core/invalid.ts";
import { isOptOut } from "../../core/opt-out.ts";
import { amount } from "../../core/quantity.ts";
import { resourceProblems } from "../../core/resources.ts";
import { isWhole, wholeProblems } from "../../core/whole.ts";
import type { CompleteArgs } from "./args.ts";
import { type Access, RESERVED_CONNECTIONS } from "./plan.ts";
import { CLIENT_BYTES, CLIENTS_SHARE, type CompletePooler, completePooler, POOL_MODES } from "./pooler-args.ts";
import { askingConnections } from "./pooler-plan.ts";

/** More pods than that wait for one server. */
const MOST_INSTANCES = 20;
const MOST_SIZE = 500;
const MOST_CLIENTS = 10_000;

type Args = Pick<CompleteArgs, "pooler" | "zones" | "connections" | "databases" | "replication">;

/** Everything that is wrong with a Postgres' pooler. */
export function poolerProblems({ pooler, zones, connections, databases, replication }: Args): Problem[] {
  if (pooler === undefined) return [];
  if (typeof pooler !== "object" || pooler === null)
    return [{ field: "pooler", given: pooler, allowed: "an object, of which every field may be left out: {}" }];
  const full = completePooler(pooler, zones);
  const { mode, instances, size, maxClients, resources } = full;
  const problems: Problem[] = [];
  if (!POOL_MODES.includes(mode))
    problems.push({ field: "pooler.mode", given: mode, allowed: POOL_MODES.map((one) => `"${one}"`).join(" or ") });
  const least = isOptOut(replication) ? 1 : Math.max(2, Math.ceil(zones.length / 2));
  if (!isWhole(instances, least, MOST_INSTANCES))
    problems.push({
      field: "pooler.instances",
      given: instances,
      allowed: `a whole number from ${least} to ${MOST_INSTANCES}: one for every two zones at least, or all consumers stop with one pod`,
    });
  problems.push(...wholeProblems("pooler.size", size, 1, MOST_SIZE));
  problems.push(...wholeProblems("pooler.maxClients", maxClients, 1, MOST_CLIENTS));
  problems.push(...resourceProblems("pooler.resources", resources));
  if (problems.length > 0) return problems;
  const room = amount(resources.limits.memory) * CLIENTS_SHARE;
  if (maxClients * CLIENT_BYTES > room)
    return [
      {
        field: "pooler.maxClients",
        given: maxClients,
        allowed:
          `at most ${Math.floor(room / CLIENT_BYTES)}: ${maxClients} × ${CLIENT_BYTES / 1_000} kB = ${(maxClients * CLIENT_BYTES) / 1e6} MB, and of a ` +
          `pod's memory, ${resources.limits.memory}, clients may take ${CLIENTS_SHARE * 100} %; lower it, or raise pooler.resources`,
      },
    ];
  const asking = askingConnections(full, databases);
  if (asking < connections - RESERVED_CONNECTIONS) return [];
  const allowed =
    `what leaves connections for consumers: to ask for passwords it takes ${askingSum(full, databases)}, and ${RESERVED_CONNECTIONS} of ` +
    `${connections} are reserved; lower pooler.size or pooler.instances, or raise connections`;
  return [{ field: "pooler.size", given: size, allowed }];
}

/** What is wrong with one consumer more that comes through the pooler, for the pooler itself. */
export function pooledProblems(pooler: CompletePooler, granted: readonly Access[], access: Access): Problem[] {
  const { pooled = 0, consumer } = access;
  const { mode, size, maxClients } = pooler;
  const field = `uses of ${consumer}`;
  const problems: Problem[] = [];
  const free = maxClients - granted.reduce((sum, other) => sum + (other.pooled ?? 0), 0);
  if (pooled > free)
    problems.push({
      field,
      given: pooled,
      allowed:
        `at most ${free} connections to the pooler, which are left of maxClients, ${maxClients}: one pod must hold those of all consumers, ` +
        "for the others may be gone; lower scaling.max or poolSize, or raise pooler.maxClients",
    });
  if (mode === "session" && pooled > size)
    problems.push({
      field,
      given: pooled,
      allowed:
        `at most pooler.size, ${size}: in session mode each connection takes one of the server's for as long as it lasts, and one pod may ` +
        'have them all; raise pooler.size, lower scaling.max or poolSize, or choose mode "transaction"',
    });
  return problems;
}

/** How many connections the pooler takes to ask for passwords, as a sum for people. */
export function askingSum(pooler: CompletePooler, databases: readonly string[]): string {
  const { size, instances } = pooler;
  const counted = `${size} × (${instances} + 1 while one is replaced) × ${databases.length} database${databases.length === 1 ? "" : "s"}`;
  return `${counted} = ${askingConnections(pooler, databases)}`;
}
