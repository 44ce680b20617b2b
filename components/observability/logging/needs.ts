import type { Need } from "../../cluster/room.ts";
import type { Quantity } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import { LOKI } from "./args.ts";

/** Lokis of one kind: what they do, and how many there are. */
export interface LokiPart {
  /** `all` does everything alone. */
  readonly target: "all" | "write" | "read" | "backend";
  readonly replicas: number;
}

/** Each line is in three of those that write, and in the bucket some time later: one may be lost. */
export function lokisOf(hasBucket: boolean): LokiPart[] {
  if (!hasBucket) return [{ target: "all", replicas: 1 }];
  return [
    { target: "write", replicas: 3 },
    { target: "read", replicas: 3 },
    { target: "backend", replicas: 3 },
  ];
}

/** What the Lokis of a Logging take of its namespace's quota. Agents are in another namespace. */
export function lokiNeeds(disk: Quantity, hasBucket: boolean, resources: Resources = LOKI): Need[] {
  const pods = lokisOf(hasBucket).reduce((sum, { replicas }) => sum + replicas, 0);
  return [{ what: "Loki", pods, resources, disk }];
}
