import type { Duration } from "../../core/duration.ts";
import type { Consumer, Grant } from "../../core/usage.ts";
import type { BackupEncryption } from "../backup-shape.ts";
import type { Access } from "./identities.ts";

/** What keeps buckets, wherever it runs. */
export interface Server {
  /** Where S3 clients begin. */
  readonly endpoint: string;
  /** A bucket's name, as S3 clients give it. */
  bucketName(bucket: string): string;
  /** How long what is deleted from a bucket stays as an older version; undefined if it is gone at once. */
  deletedFor(bucket: string): Duration | "ever" | undefined;
  /** What objects are encrypted with whose writer does not say. */
  readonly encryption: BackupEncryption;
  /** Gives a consumer a right to a bucket, and tells it where the bucket is. */
  grant(access: Pick<Access, "bucket" | "right">, consumer: Consumer): Grant;
}
