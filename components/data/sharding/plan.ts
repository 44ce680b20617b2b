import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../../core/labels.ts";
import type { Destination } from "../../core/usage.ts";
import type { Admission } from "../postgres/server.ts";
import type { ShardMap } from "./shard-map.ts";

/** The key of the ConfigMap, and the name of the file. */
export const SHARDS_FILE = "shards.json";

/** Where each shard is, by its name, in the order of the map. */
export type Places = ReadonlyMap<string, { readonly host: string; readonly port: number }>;

/** One consumer's shard map. */
export function configMapPlan(
  name: string,
  namespace: string,
  map: ShardMap,
  places: ReadonlyMap<string, Pick<Admission, "host" | "port">>,
): types.input.core.v1.ConfigMap {
  const known = pulumi.output([...places].map(([shard, { host, port }]) => ({ shard, host, port })));
  const document = known.apply((all) => mapDocument(map, new Map(all.map(({ shard, ...place }) => [shard, place]))));
  return { metadata: { name, namespace, labels: labels(name) }, data: { [SHARDS_FILE]: document } };
}

/** A {@link ShardMap} with the host and port of each shard, as JSON. A shard that keeps no keys has no range. */
export function mapDocument(map: ShardMap, places: Places): string {
  const ranges = new Map(map.shards.map((shard) => [shard.name, shard.ranges]));
  const shards = [...places].map(([name, { host, port }]) => ({ name, host, port, ranges: ranges.get(name) ?? [] }));
  return `${JSON.stringify({ ...map, shards }, null, 2)}\n`;
}

/** Places to send to, each once: all shards on AWS are in the same subnets. */
export function distinct(places: readonly Destination[]): Destination[] {
  const isSame = (one: Destination, other: Destination) =>
    "cidr" in one && "cidr" in other && one.cidr === other.cidr && one.port === other.port;
  return places.filter(
    (place, index) => places.findIndex((other) => other === place || isSame(place, other)) === index,
  );
}
