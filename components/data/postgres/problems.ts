import type { Problem } from "../../core/invalid.ts";
import { isDnsLabel } from "../../core/names.ts";
import { quorumProblems, quorumZoneProblems, storeProblems } from "../store.ts";
import type { CompleteArgs } from "./args.ts";
import { auditProblems } from "./audit-args.ts";
import type { CompleteAurora } from "./aurora-args.ts";
import { backupProblems } from "./backup-problems.ts";
import { erasureProblems } from "./erasure-problems.ts";
import { type Access, loginRole, RESERVED_CONNECTIONS } from "./plan.ts";
import type { CompletePooler } from "./pooler-args.ts";
import { askingConnections, pooledConnections, poolerOf } from "./pooler-plan.ts";
import { askingSum, pooledProblems, poolerProblems } from "./pooler-problems.ts";
import { type CompleteRdsProxy, completeRdsProxy } from "./rds-proxy-args.ts";
import { sharedConnections } from "./rds-proxy-plan.ts";
import { ownersProblems, sharedSums } from "./rds-proxy-problems.ts";

/** Databases that the server makes for itself. */
const RESERVED_DATABASES = new Set(["postgres", "template0", "template1", "app"]);
/** Short enough that a role, `<service>_<database>`, stays within PostgreSQL's 63 characters. */
const LONGEST_DATABASE = 22;

/** Everything that is wrong with a Postgres' arguments. */
export function postgresProblems(name: string, args: CompleteArgs): Problem[] {
  const { databases, instances, replication, zones, connections, poolSize } = args;
  const problems = [
    ...storeProblems(name, args),
    ...quorumProblems("instances", instances, replication),
    ...backupProblems(name, args),
    ...erasureProblems(name, args),
    ...auditProblems(args),
  ];
  problems.push(...databaseProblems(databases));
  problems.push(...quorumZoneProblems(zones, replication));
  const short = budgetProblems({ connections, poolSize });
  problems.push(...short, ...(short.length === 0 ? poolerProblems(args) : []));
  return problems;
}

/** Connections that a server takes in all, and that each replica of a consumer may hold. */
export interface Budget {
  readonly connections: number;
  readonly poolSize: number;
  /** In the cluster. */
  readonly pooler?: CompletePooler | undefined;
  /** On AWS. */
  readonly proxy?: CompleteRdsProxy | undefined;
  readonly databases: readonly string[];
}

/** What a server in the cluster has of connections, and gives of them. */
export function budgetOf(args: CompleteArgs): Budget & Pick<CompleteArgs, "rotation"> {
  const { connections, poolSize, databases, rotation } = args;
  return { connections, poolSize, databases, rotation, pooler: poolerOf(args) };
}

/** What an Aurora has of connections, and gives of them. */
export function auroraBudget(args: CompleteAurora): Budget & Pick<CompleteAurora, "rotation"> {
  const { connections, poolSize, databases, rotation, pooler } = args;
  return { connections, poolSize, databases, rotation, proxy: pooler && completeRdsProxy(pooler) };
}

/** The connections of an owner that holds `held` to whatever it connects to. What a proxy may hold, it may hold for any one of the owners. */
export function ownerConnections(
  { pooler, proxy, connections }: Budget,
  held: number,
): Pick<Access, "connections" | "pooled"> {
  if (pooler) return { connections: pooledConnections(pooler, held), pooled: held };
  if (proxy) return { connections: sharedConnections(proxy, connections), pooled: held };
  return { connections: held };
}

/** What is wrong with the names of a server's databases. */
export function databaseProblems(databases: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  if (databases.length === 0) problems.push({ field: "databases", given: databases, allowed: "at least one database" });
  for (const [index, database] of databases.entries()) {
    const field = `databases[${index}]`;
    if (!isDnsLabel(database, LONGEST_DATABASE))
      problems.push({ field, given: database, allowed: `a DNS label of at most ${LONGEST_DATABASE} characters` });
    else if (RESERVED_DATABASES.has(database))
      problems.push({ field, given: database, allowed: `any name but ${[...RESERVED_DATABASES].join(", ")}` });
    else if (/^pg(-|$)|(^|-)(owner|auditor)$/.test(database))
      problems.push({
        field,
        given: database,
        allowed:
          'a name that is not, and does not begin with, "pg", whose roles are PostgreSQL\'s; nor ends in "owner" or "auditor", as roles of ours do',
      });
    else if (databases.indexOf(database) !== index)
      problems.push({ field, given: database, allowed: "each database once" });
  }
  return problems;
}

/** What is wrong with a server's connections. */
export function budgetProblems({ connections, poolSize }: Pick<Budget, "connections" | "poolSize">): Problem[] {
  const problems: Problem[] = [];
  if (!Number.isInteger(connections) || connections <= RESERVED_CONNECTIONS || connections > 5_000)
    problems.push({
      field: "connections",
      given: connections,
      allowed: `a whole number from ${RESERVED_CONNECTIONS + 1} to 5000`,
    });
  if (!Number.isInteger(poolSize) || poolSize < 1)
    problems.push({ field: "poolSize", given: poolSize, allowed: "a whole number of at least 1" });
  return problems;
}

/** What is wrong with one consumer more. */
export function accessProblems(args: Budget, granted: readonly Access[], access: Access): Problem[] {
  const field = `uses of ${access.consumer}`;
  const problems: Problem[] = [];
  if (loginRole(access).startsWith("pg_"))
    problems.push({
      field,
      given: access.consumer,
      allowed: 'a name that is not, and does not begin with, "pg": such roles are PostgreSQL\'s',
    });
  const twin = granted.find((other) => loginRole(other) === loginRole(access));
  if (twin)
    problems.push({
      field,
      given: access.database,
      allowed: `one role for each service and database; ${twin.namespace}/${twin.consumer} has ${loginRole(twin)} already`,
    });
  if (
    access.right === "auditor" &&
    !granted.some(({ database, right }) => right === "keeper" && database === access.database)
  )
    problems.push({
      field,
      given: `${access.database}.auditor`,
      allowed: `nobody: it keeps no audit events; say audit: { events: { ${access.database}: "400d" } } of a Postgres in the cluster`,
    });
  const owner = granted.find(({ database, right }) => database === access.database && right === "owner");
  if (access.right === "owner" && owner)
    problems.push({
      field,
      given: `${access.database}.owner`,
      allowed: `${access.database}.reader; a database has one owner, and ${owner.consumer} is it`,
    });
  const { pooler, proxy, databases, connections } = args;
  if (pooler && access.pooled !== undefined) problems.push(...pooledProblems(pooler, granted, access));
  if (proxy) problems.push(...ownersProblems(granted, access));
  // What comes through a proxy has its share already.
  const counted = (one: Access) => (proxy && one.pooled !== undefined ? 0 : one.connections);
  const taken = granted.reduce((sum, one) => sum + counted(one), 0);
  const own = pooler ? askingConnections(pooler, databases) : proxy ? sharedConnections(proxy, connections) : 0;
  const free = connections - RESERVED_CONNECTIONS - own - taken;
  if (counted(access) > free)
    problems.push({
      field,
      given: access.connections,
      allowed: `at most ${Math.max(0, free)} connections, which are left of ${connections}; ${sums(args, taken)}`,
    });
  return problems;
}

/** Where the connections of a server are, and how there are more. */
function sums(args: Budget, taken: number): string {
  if (args.pooler) return pooledSums(args, args.pooler, taken);
  if (args.proxy) return sharedSums(args.proxy, args.connections, taken);
  return "lower scaling.max or poolSize, or raise connections";
}

/** Where the connections of a server with a pooler are, and how there are more. */
function pooledSums({ databases }: Budget, pooler: CompletePooler, taken: number): string {
  const { size, instances } = pooler;
  return (
    `consumers have ${taken}, ${RESERVED_CONNECTIONS} are reserved, to ask for passwords the pooler takes ${askingSum(pooler, databases)}, and for ` +
    `each consumer up to ${size} × (${instances} + 1); lower pooler.size or pooler.instances, or raise connections`
  );
}
