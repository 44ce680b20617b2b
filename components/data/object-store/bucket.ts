import type { Usable } from "../../core/usage.ts";

/** A place for objects, and the two rights that can be had to it; where it is, its user need not know. */
export interface Bucket {
  /** Its name in the object store: what follows `s3://`. */
  readonly bucketName: string;
  /** Reads, writes and deletes objects. */
  readonly owner: Usable;
  /** Reads objects. */
  readonly reader: Usable;
}
