import type { Duration } from "../../core/duration.ts";
import type { OptOut } from "../../core/opt-out.ts";
import type { Quantity } from "../../core/quantity.ts";
import { type BackupEncryption, DEFAULT_ENCRYPTION, type DrillEvery } from "../backup-shape.ts";
import type { Bucket } from "../object-store/bucket.ts";

/** What a snapshot and a restore are reckoned with, of the worst day. */
interface RedisBackupRates {
  /** Data that one stream moves in a second, out of a server, into the bucket and out of it; `80Mi` by default, as of PostgreSQL. */
  readonly copy: Quantity;
  /** Data that a server takes in a second as commands; `16Mi` by default: 27 MB of values of 100 bytes were seen on one core. */
  readonly load: Quantity;
}

/** Snapshots of a `store` in a bucket. */
export interface RedisBackupArgs {
  /** Where snapshots go. */
  readonly to: Bucket;
  /** How long a snapshot is kept; whole days, `30d` by default. The newest one is never deleted. */
  readonly keep?: Duration;
  /** The folder of the bucket, one name; `<namespace>/<name>` of the Redis by default, which no other has. */
  readonly folder?: string;
  /**
   * What the object store is asked to encrypt each snapshot with; what the bucket says by default: `AES256` in
   * the cluster, and nothing in S3 (`bucket`), which encrypts with the bucket's own key. On the way it is TLS.
   */
  readonly encryption?: BackupEncryption;
  readonly rates?: Partial<RedisBackupRates>;
  /** How often the newest snapshot is loaded on trial; `weekly` by default. */
  readonly drill?: DrillEvery | OptOut;
}

const DEFAULTS = { keep: "30d", drill: "weekly" } as const;
const RATES: RedisBackupRates = { copy: "80Mi", load: "16Mi" };

export type CompleteRedisBackup = Required<Omit<RedisBackupArgs, "rates">> & { readonly rates: RedisBackupRates };

/** The arguments of snapshots with every default filled in. */
export function completeRedisBackup(name: string, namespace: string, args: RedisBackupArgs): CompleteRedisBackup {
  return {
    folder: `${namespace}/${name}`,
    ...DEFAULTS,
    encryption: args.to.encryption ?? DEFAULT_ENCRYPTION,
    ...args,
    rates: { ...RATES, ...args.rates },
  };
}
