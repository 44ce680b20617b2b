import type { CheckRequest, PropertyMap } from "../../rpc/index.ts";
import { fingerprint } from "../fingerprint.ts";
import type { Shape } from "./sdk.ts";

/** The inputs that name a resource, for the types where it is not `name`. */
const NAMES: Readonly<Record<string, string>> = {
  "aws:cloudwatch/dashboard:Dashboard": "dashboardName",
  "aws:eks/nodeGroup:NodeGroup": "nodeGroupName",
  "aws:elasticache/cluster:Cluster": "clusterId",
  "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
  "aws:mq/broker:Broker": "brokerName",
  "aws:msk/cluster:Cluster": "clusterName",
  "aws:rds/cluster:Cluster": "clusterIdentifier",
  "aws:rds/clusterInstance:ClusterInstance": "identifier",
  "aws:rds/instance:Instance": "identifier",
  "aws:s3/bucket:Bucket": "bucket",
  "aws:s3/bucketV2:BucketV2": "bucket",
};

/** The input that names a resource of a type; `undefined` for those that have no name. */
export function nameOf(type: string, shape: Shape): string | undefined {
  return NAMES[type] ?? (shape.inputs.has("name") ? "name" : undefined);
}

/** How long the end of an automatic name is, in hexadecimal digits. */
const SUFFIX = 7;

/**
 * The inputs with a name, as the real provider gives one where the program does not: the resource's own name and seven
 * digits. They stay the same while the resource lives, and are others for the one that replaces it (which the engine
 * checks without `olds`), so that the two can stand side by side. Here the digits come from the URN and the inputs, so
 * that a recording is the same each time.
 */
export function withName({ urn, type, name, olds, news, autonaming }: CheckRequest, shape: Shape): PropertyMap {
  const property = nameOf(type, shape);
  if (property === undefined || news[property] !== undefined || news[`${property}Prefix`] !== undefined) return news;
  if (autonaming?.mode === "disable") return news;
  const old = olds[property];
  if (typeof old === "string" && (autonaming !== undefined || isAutomatic(old, name)))
    return { ...news, [property]: old };
  const made = autonaming?.proposedName || `${name}-${fingerprint(urn, news).slice(0, SUFFIX)}`;
  return { ...news, [property]: property === "bucket" ? made.toLowerCase() : made };
}

/** Whether a name is one that {@link withName} made for a resource called `own`. */
export function isAutomatic(name: string, own: string): boolean {
  const start = `${own.toLowerCase()}-`;
  return name.toLowerCase().startsWith(start) && /^[0-9a-f]{7}$/.test(name.slice(start.length));
}
