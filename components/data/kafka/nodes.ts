import { amount, type Quantity } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import type { CompleteArgs } from "./args.ts";
import { isCombined, type Part } from "./config.ts";

const CONTROLLER_RESOURCES: Resources = {
  requests: { cpu: "200m", memory: "1Gi" },
  limits: { cpu: "1", memory: "1Gi" },
};
const CONTROLLER_STORAGE: Quantity = "4Gi";
/** Of a node's memory, for the heap. Kafka reads and writes through the page cache, which is the other half. */
export const NODE_HEAP_SHARE = 0.5;
const MEBIBYTE = 2 ** 20;
/**
 * Time to hand over leadership and write the last records to disk. The last brokers of a Kafka that is deleted find nobody to
 * hand over to, and use it up: where the data is not kept, that is waited for less long.
 */
const GRACE_SECONDS = { kept: 120, discarded: 30 };

/** The nodes of one part: how many, and what each has. */
export interface Nodes {
  readonly count: number;
  readonly resources: Resources;
  readonly storage: Quantity;
  readonly graceSeconds: number;
}

/** The controllers or the brokers, whoever runs them in the cluster. */
export function nodesOf(part: Part, args: CompleteArgs): Nodes {
  const graceSeconds = GRACE_SECONDS[args.retain ? "kept" : "discarded"];
  const { controllers, brokers, resources, storage } = args;
  if (part === "broker" || isCombined(args)) return { count: brokers, resources, storage, graceSeconds };
  return {
    count: controllers as number,
    resources: CONTROLLER_RESOURCES,
    storage: CONTROLLER_STORAGE,
    graceSeconds,
  };
}

/** A heap of that share of the memory, as Java reads it. */
export function heapOf({ limits }: Resources, share: number): string {
  return `${Math.floor((amount(limits.memory) * share) / MEBIBYTE)}m`;
}
