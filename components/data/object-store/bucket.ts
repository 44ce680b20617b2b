import type { Usable } from "../../core/usage.ts";

/** One bucket, wherever it is kept, and the two rights that can be had to it. */
export interface Bucket {
  /** Its name, as S3 clients give it. */
  readonly bucketName: string;
  /** Reads, writes, deletes and lists its objects; cannot change the bucket itself. */
  readonly owner: Usable;
  /** Reads and lists its objects. */
  readonly reader: Usable;
}
