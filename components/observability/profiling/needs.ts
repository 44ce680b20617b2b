import type { Need } from "../../cluster/room.ts";
import type { Quantity } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import { PYROSCOPE } from "./args.ts";

/** Pyroscopes of one kind: what they do, how many there are, and whether they have a disk. */
export interface Part {
  readonly target:
    | "all"
    | "distributor"
    | "segment-writer"
    | "metastore"
    | "compaction-worker"
    | "query-frontend"
    | "query-backend";
  readonly replicas: number;
  readonly hasDisk: boolean;
}

/** One alone does everything. Before a bucket each kind is by itself, as many as its makers advise at least; three that know where things are agree by majority. */
export function partsOf(hasBucket: boolean): Part[] {
  if (!hasBucket) return [{ target: "all", replicas: 1, hasDisk: true }];
  return [
    { target: "metastore", replicas: 3, hasDisk: true },
    { target: "segment-writer", replicas: 2, hasDisk: false },
    { target: "compaction-worker", replicas: 2, hasDisk: false },
    { target: "query-backend", replicas: 2, hasDisk: false },
    { target: "query-frontend", replicas: 2, hasDisk: false },
    { target: "distributor", replicas: 2, hasDisk: false },
  ];
}

/** What a Profiling takes of its namespace's quota. */
export function profilingNeeds(disk: Quantity, hasBucket: boolean, resources: Resources = PYROSCOPE): Need[] {
  return partsOf(hasBucket).map(({ target, replicas, hasDisk }) => ({
    what: target === "all" ? "Pyroscope" : `Pyroscope ${target}`,
    pods: replicas,
    resources,
    ...(hasDisk && { disk }),
  }));
}
