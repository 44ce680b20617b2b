import type { StackObject } from "./stack-object.ts";

/** What may save a store. */
export interface Saver {
  /** The object that makes the backups: a schedule, or the store itself. */
  readonly by: StackObject;
  /** Whether it saves the store's data at all. */
  saves(): boolean;
  /** The longest time, in milliseconds, whose data is lost: Infinity if it never runs again. */
  gap(): number;
}
