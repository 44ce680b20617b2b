import type { Duration } from "../../core/duration.ts";
import type { OptOut } from "../../core/opt-out.ts";
import type { Quantity } from "../../core/quantity.ts";
import { type BackupEncryption, DEFAULT_ENCRYPTION, type DrillEvery } from "../backup-shape.ts";
import type { Bucket } from "../object-store/bucket.ts";

/** What a restore is reckoned with. All are of the worst day: a promise that holds on the others is none. */
export interface BackupRates {
  /**
   * Data that one stream takes out of the bucket, and puts into it, in a second; `80Mi` by default: an object store gives one
   * connection 85 to 90 MB/s (Amazon S3, performance guidelines), and a base backup is one stream.
   */
  readonly fetch: Quantity;
  /** What a disk gives in a second; `125Mi` by default: a gp3 volume without anything booked on top. */
  readonly read: Quantity;
  /** Log that the server writes in a second, on the average of a day; `256Ki` by default, 21 GiB a day. Ask `pg_stat_wal`. */
  readonly log: Quantity;
}

export interface BackupArgs {
  /** Where backups go: base backups by a schedule, and the log as it is written. */
  readonly to: Bucket;
  /** How far back a restore can go; whole days, `30d` by default. What is older is deleted after the next base backup. */
  readonly keep?: Duration;
  /**
   * The folder of the bucket; the Postgres' own name by default. A server that was restored needs another one than that it
   * came from: two histories in one folder could not be told apart.
   */
  readonly serverName?: string;
  /**
   * What the object store is asked to encrypt each object with; what the bucket says by default: `AES256` in
   * the cluster, and nothing in S3 (`bucket`), which encrypts with the bucket's own key. On the way it is TLS.
   */
  readonly encryption?: BackupEncryption;
  /** What the sums go by. */
  readonly rates?: Partial<BackupRates>;
  /** How often the latest backup is restored on trial, and read; `weekly` by default. */
  readonly drill?: DrillEvery | OptOut;
}

export interface RestoreArgs {
  /** The bucket with the backups of the server that was. */
  readonly from: Bucket;
  /** Its folder in it: the `serverName` under which it was backed up. */
  readonly serverName: string;
  /** The moment to go back to, such as `2026-11-30T04:15:00Z`; as near to the end as the log goes if none is given. */
  readonly until?: string;
}

/** What backups do that say nothing. */
const DEFAULTS = { keep: "30d", drill: "weekly" } as const;
const RATES: BackupRates = { fetch: "80Mi", read: "125Mi", log: "256Ki" };

export type CompleteBackup = Required<Omit<BackupArgs, "rates">> & { readonly rates: BackupRates };

/** The arguments of backups with every default filled in. */
export function completeBackup(name: string, args: BackupArgs): CompleteBackup {
  return {
    serverName: name,
    ...DEFAULTS,
    encryption: args.to.encryption ?? DEFAULT_ENCRYPTION,
    ...args,
    rates: { ...RATES, ...args.rates },
  };
}
