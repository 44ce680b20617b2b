import type { types } from "@pulumi/kubernetes";
import { labels } from "../../core/labels.ts";
import type { Admission } from "../postgres/postgres.ts";
import type { ShardMap } from "./shard-map.ts";

/** The key of the ConfigMap, and the name of the file. */
export const SHARDS_FILE = "shards.json";

/** Where each shard is, by its name, in the order of the map. */
export type Places = ReadonlyMap<string, Pick<Admission, "host" | "port">>;

/** One consumer's shard map. */
export function configMapPlan(
  name: string,
  namespace: string,
  map: ShardMap,
  places: Places,
): types.input.core.v1.ConfigMap {
  return { metadata: { name, namespace, labels: labels(name) }, data: { [SHARDS_FILE]: mapDocument(map, places) } };
}

/** A {@link ShardMap} with the host and port of each shard, as JSON. A shard that keeps no keys has no range. */
export function mapDocument(map: ShardMap, places: Places): string {
  const ranges = new Map(map.shards.map((shard) => [shard.name, shard.ranges]));
  const shards = [...places].map(([name, { host, port }]) => ({ name, host, port, ranges: ranges.get(name) ?? [] }));
  return `${JSON.stringify({ ...map, shards }, null, 2)}\n`;
}
