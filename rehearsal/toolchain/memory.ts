import { totalmem } from "node:os";

/** Bytes of memory that programs here may use: the machine's, or the container's limit if that is less. */
export function memoryBytes(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}
