import type { ClusterArgs } from "@pulumi/aws/rds/cluster.js";
import type { ClusterInstanceArgs } from "@pulumi/aws/rds/clusterInstance.js";
import type { ProxyArgs } from "@pulumi/aws/rds/proxy.js";
import type { types } from "@pulumi/kubernetes";
import type { Duration } from "../../core/duration.ts";
import type { Transform } from "../../core/transform.ts";
import type { AwsStoreArgs } from "../aws/store.ts";
import type { DeclaredArgs } from "../declared.ts";
import type { RdsProxyArgs } from "./rds-proxy-args.ts";

/** A Postgres that Aurora runs. */
export interface AuroraArgs<Name extends string = string> extends AwsStoreArgs {
  /** Databases, each with an owner's and a reader's relation of its own. */
  readonly databases: readonly Name[];
  /** One writer and its readers, 2 to 15; 3 by default, one in each zone. */
  readonly instances?: number;
  /** Machines of every instance; `db.r8g.large` by default (2 cores, 16 GiB). Aurora's disk grows by itself, up to 128 TiB. */
  readonly instanceClass?: string;
  /**
   * PostgreSQL's version; 17 by default. A major version alone lets AWS take minor ones by itself, in the maintenance window. Another
   * major version is an upgrade in place, with minutes of downtime.
   */
  readonly version?: string;
  /** Connections that the server takes in all; 400 by default. Each consumer's share is cut from it. */
  readonly connections?: number;
  /** Connections that each replica of a consumer may hold; 5 by default. */
  readonly poolSize?: number;
  /** A pooler before the writer, which owners of databases then connect to; none by default. `{}` is one with every default. */
  readonly pooler?: RdsProxyArgs;
  /** How long backups are kept, from which any second can be restored: whole days, 1 to 35; 14 by default. */
  readonly keep?: Duration;
  readonly storage?: never;
  readonly transform?: {
    readonly cluster?: Transform<ClusterArgs>;
    readonly instance?: Transform<ClusterInstanceArgs>;
    readonly pooler?: Transform<ProxyArgs>;
    readonly setup?: Transform<types.input.batch.v1.Job>;
  };
}

/** What an Aurora gets that says nothing. */
const DEFAULTS = {
  instances: 3,
  instanceClass: "db.r8g.large",
  version: "17",
  connections: 400,
  poolSize: 5,
  keep: "14d",
  retain: true,
  rotation: 1,
} as const;

/** An Aurora's arguments with every default filled in. */
export function completeAurora<Name extends string>(args: AuroraArgs<Name>) {
  return { ...DEFAULTS, ...args };
}

type Defaulted = keyof typeof DEFAULTS;
export type CompleteAurora = Required<Pick<AuroraArgs, Defaulted>> &
  Pick<
    AuroraArgs,
    "aws" | "backend" | "databases" | "namespace" | "pooler" | "replication" | "runbooks" | keyof DeclaredArgs
  >;
