import type { Duration } from "../../core/duration.ts";
import type { Usable } from "../../core/usage.ts";
import type { BackupEncryption } from "../backup-shape.ts";
import type { DataClass } from "../declared.ts";

/** One bucket, wherever it is kept, and the rights that can be had to it. */
export interface Bucket {
  /** Its name, as S3 clients give it. */
  readonly bucketName: string;
  /** How closely it is kept: that of its store. Data of a higher class does not go there. */
  readonly dataClass: DataClass;
  /** What backups that go there are encrypted with, if they do not say; `AES256` by default, and the `bucket`'s own key in S3. */
  readonly encryption?: BackupEncryption;
  /** How long what is deleted or overwritten stays as an older version: for ever where nothing ends them; not at all by default. */
  readonly deletedFor?: Duration | "ever" | undefined;
  /** Reads, writes, deletes and lists its objects; cannot change the bucket itself. */
  readonly owner: Usable;
  /** Reads and lists its objects. */
  readonly reader: Usable;
  /** Adds objects, and neither reads, lists nor deletes any: for what must not be able to take back what it wrote. */
  readonly writer: Usable;
}
