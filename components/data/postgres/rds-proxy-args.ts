/**
 * A pooler (RDS Proxy) before an Aurora. Owners of databases then connect to it, and the writer holds a share of its connections for all of them
 * together, however many replicas they have. All else connects by itself: readers, what moves keys between shards.
 *
 * A connection is shared by transaction, until a client does what belongs to a session (`SET`, `LISTEN`, advisory locks of a session, temporary
 * tables, `PREPARE` as SQL): from then on it has one of the server's for itself, until it ends. What PgBouncer's fields say is not RDS
 * Proxy's to say, and refused.
 */
export interface RdsProxyArgs {
  /**
   * Of `connections`, in percent, what the proxy may hold for all owners together; 50 by default. What is left is for whoever connects by
   * itself. Whoever finds none free waits for his turn, up to a minute.
   */
  readonly share?: number;
  readonly mode?: never;
  readonly instances?: never;
  readonly size?: never;
  readonly maxClients?: never;
  readonly resources?: never;
}

/** Fields of a pooler in the cluster, and what there is in their place. */
export const IN_CLUSTER_ONLY = {
  mode: "nothing: RDS Proxy shares connections by transaction, and pins one to a client that needs a session by itself",
  instances: "nothing: AWS runs RDS Proxy in several zones, and decides on how much",
  size: "nothing: RDS Proxy has one pool for all owners; say how large it is with pooler.share, in percent of connections",
  maxClients: "nothing: AWS decides on how many RDS Proxy takes",
  resources: "nothing: AWS decides on them",
} as const;

/** A pooler's arguments with every default filled in. */
export function completeRdsProxy(args: RdsProxyArgs) {
  return { share: 50, ...args };
}

export type CompleteRdsProxy = Required<Pick<RdsProxyArgs, "share">>;
