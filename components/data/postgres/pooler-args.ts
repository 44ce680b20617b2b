import type { Resources } from "../../core/resources.ts";

/** How long a client keeps one of the server's connections: for a transaction, or for as long as it is connected. */
export const POOL_MODES = ["transaction", "session"] as const;

/**
 * A pooler (PgBouncer) before a Postgres in the cluster. Owners of databases then connect to it, and the server holds connections by
 * `size`, however many replicas its consumers have. All else connects by itself: readers, what moves keys between shards, what erases.
 *
 * In `transaction` mode nothing outlives a transaction that belongs to a session: `LISTEN`, advisory locks that are not `pg_advisory_xact_lock`,
 * `SET` without `LOCAL`, temporary tables, `WITH HOLD` cursors, `PREPARE` as SQL. Prepared statements of the protocol, as drivers make
 * them, do. Startup `options` are ignored in both modes.
 */
export interface PoolerArgs {
  /** `transaction` by default. In `session` mode each client's connection takes one of the server's, so `size` must hold all of a consumer's. */
  readonly mode?: (typeof POOL_MODES)[number];
  /** Pods of the pooler; one for each zone by default. At least one for every two and 2, unless replication is stepped down from; 20 at most. */
  readonly instances?: number;
  /** Connections to the server that each pod holds for one consumer at most, 1 to 500; 10 by default. The others wait for their turn, up to a minute. */
  readonly size?: number;
  /** Connections that each pod takes in, 1 to 10000; 1000 by default. Those of all consumers must fit into one pod: the others may be gone. */
  readonly maxClients?: number;
  /**
   * Of each pod; 100m to 1 processor and 256Mi by default. PgBouncer has one thread, so more than one core is of no use. A client takes about
   * {@link CLIENT_BYTES}, and `maxClients` of them at most {@link CLIENTS_SHARE} of the memory.
   */
  readonly resources?: Resources;
}

/** What PgBouncer holds of a connection of a client: its buffers, and what TLS needs. */
export const CLIENT_BYTES = 50_000;
/** The rest of the memory is for connections to the server, and for the operator's manager, which runs in the same container. */
export const CLIENTS_SHARE = 0.75;

const RESOURCES: Resources = { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "256Mi" } };

/** A pooler's arguments with every default filled in. */
export function completePooler(args: PoolerArgs, zones: readonly string[]): Required<PoolerArgs> {
  return { mode: "transaction", instances: zones.length, size: 10, maxClients: 1_000, resources: RESOURCES, ...args };
}

export type CompletePooler = ReturnType<typeof completePooler>;
