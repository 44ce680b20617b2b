import type { ReplicationGroupArgs } from "@pulumi/aws/elasticache/replicationGroup.js";
import type { Duration } from "../../core/duration.ts";
import type { OptOut } from "../../core/opt-out.ts";
import type { Transform } from "../../core/transform.ts";
import type { AwsStoreArgs } from "../aws/store.ts";
import type { DeclaredArgs } from "../declared.ts";

/** A Redis that ElastiCache runs, with Valkey: the same protocol and commands. */
export interface ElastiCacheArgs extends AwsStoreArgs {
  /** A primary and its replicas, 2 to 6; 3 by default, one in each zone. */
  readonly replicas?: number;
  /** Machines of every node; `cache.t4g.medium` by default (3 GiB). Its memory is all there is. */
  readonly nodeType?: string;
  /** As in the cluster: a `cache` forgets what was used least when memory is full, a `store` refuses writes. `cache` by default. */
  readonly role?: "cache" | "store";
  /** Says why a `store` needs no backup. A `cache` has none. */
  readonly backup?: OptOut;
  /** How long daily snapshots of a `store` are kept: whole days, 1 to 35; 14 by default. */
  readonly keep?: Duration;
  /** Valkey's version; 8.1 by default. */
  readonly version?: string;
  readonly storage?: never;
  readonly transform?: { readonly replicationGroup?: Transform<ReplicationGroupArgs> };
}

/** What an ElastiCache gets that says nothing. */
const DEFAULTS = {
  replicas: 3,
  nodeType: "cache.t4g.medium",
  role: "cache",
  keep: "14d",
  version: "8.1",
  retain: true,
  rotation: 1,
} as const;

/** An ElastiCache's arguments with every default filled in. */
export function completeElastiCache(args: ElastiCacheArgs) {
  return { ...DEFAULTS, ...args };
}

type Defaulted = keyof typeof DEFAULTS;
export type CompleteElastiCache = Required<Pick<ElastiCacheArgs, Defaulted>> &
  Pick<ElastiCacheArgs, "aws" | "backend" | "backup" | "namespace" | "replication" | "runbooks" | keyof DeclaredArgs>;
