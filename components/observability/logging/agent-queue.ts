import { patience } from "../collector/config.ts";

const MIB = 2 ** 20;
/** Bytes of lines that wait on a node, of all tenants together: half of the disk below, as its file has pages that are half full. */
const WAITING = 512 * MIB;
/**
 * Bytes of one tenant's, at least. A hundred lines are queued at once, of {@link LONGEST_LINE} at most: 6 MiB, and what a line gains as
 * fields. What is larger than the queue would wait for ever.
 */
const LEAST = 16 * MIB;
/** A request to the store: Loki takes 4 MiB. */
const REQUEST = { least: MIB, most: 2 * MIB };

/** Longer lines are cut. */
export const LONGEST_LINE = "64KiB";

/** The agents' disk on a node: twice what waits, with what was read of each file. */
export function agentDisk(tenants: number): `${number}Mi` {
  return `${Math.max(2 * WAITING, 2 * LEAST * tenants) / MIB}Mi`;
}

/**
 * What cannot be sent waits on the node's disk, outlives the agent, and is tried for ever. When a tenant's share is full its files are read no
 * further: nothing that was read is lost, and what the node rotates away meanwhile is.
 */
export function agentPatience(tenants: number) {
  const { sending_queue, retry_on_failure } = patience(Math.max(LEAST, Math.floor(WAITING / tenants)), "0s");
  return {
    sending_queue: {
      ...sending_queue,
      sizer: "bytes",
      block_on_overflow: true,
      storage: "file_storage",
      batch: { flush_timeout: "1s", sizer: "bytes", min_size: REQUEST.least, max_size: REQUEST.most },
    },
    retry_on_failure,
  };
}
