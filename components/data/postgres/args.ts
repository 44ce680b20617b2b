import type { types } from "@pulumi/kubernetes";
import type { OptOut } from "../../core/opt-out.ts";
import type { Quantity } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import type { Transform } from "../../core/transform.ts";
import { IMAGES } from "../../images/catalogue.ts";
import type { StoreArgs } from "../store.ts";
import type { BackupArgs, RestoreArgs } from "./backup-args.ts";
import type {
  ClusterManifest,
  DatabaseManifest,
  ObjectStoreManifest,
  PoolerManifest,
  ScheduledBackupManifest,
} from "./cnpg.ts";
import type { ErasureArgs } from "./erasure-args.ts";
import type { PoolerArgs } from "./pooler-args.ts";

export interface PostgresArgs<Name extends string = string> extends StoreArgs {
  /** Databases, each with an owner's and a reader's relation of its own. */
  readonly databases: readonly Name[];
  /** One primary and its replicas; 3 by default, one in each zone. */
  readonly instances?: number;
  /** PostgreSQL's version, as the tag of CloudNativePG's image; 17.5 by default. */
  readonly version?: string;
  /** Connections that the server takes in all; 400 by default. Each consumer's share is cut from it. */
  readonly connections?: number;
  /** Connections that each replica of a consumer may hold; 5 by default. */
  readonly poolSize?: number;
  /** A pooler before the server, which owners of databases then connect to; none by default. `{}` is one with every default. */
  readonly pooler?: PoolerArgs;
  /** Where its backups go. What follows from `objectives` is reckoned, and refused with the sums if it cannot be. */
  readonly backup?: BackupArgs | OptOut;
  /** Begins with what another server was, instead of empty. It is read once, when the server is made. */
  readonly restore?: RestoreArgs;
  /** Which rows are about people: they go when their time is over, or when a person asks for it. */
  readonly erasure?: ErasureArgs<Name>;
  readonly transform?: {
    readonly cluster?: Transform<ClusterManifest>;
    readonly database?: Transform<DatabaseManifest>;
    readonly pooler?: Transform<PoolerManifest>;
    readonly objectStore?: Transform<ObjectStoreManifest>;
    readonly scheduledBackup?: Transform<ScheduledBackupManifest>;
    readonly drill?: Transform<types.input.batch.v1.CronJob>;
    readonly eraser?: Transform<types.input.batch.v1.CronJob>;
  };
}

const RESOURCES: Resources = { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "2", memory: "1Gi" } };
const STORAGE: Quantity = "10Gi";

/** What a Postgres gets that says nothing. The version is the one that CloudNativePG 1.27 is released with. */
const DEFAULTS = {
  instances: 3,
  version: IMAGES.postgresql.version,
  connections: 400,
  poolSize: 5,
  storage: STORAGE,
  resources: RESOURCES,
  retain: true,
  rotation: 1,
} as const;

/** A Postgres' arguments with every default filled in. */
export function complete<Name extends string>(args: PostgresArgs<Name>) {
  return { ...DEFAULTS, ...args };
}

type Defaulted = keyof typeof DEFAULTS;
export type CompleteArgs = Omit<PostgresArgs, Defaulted> & Required<Pick<PostgresArgs, Defaulted>>;
