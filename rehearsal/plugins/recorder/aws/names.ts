import { createHash } from "node:crypto";
import type { Autonaming, PropertyMap, Subject } from "../../rpc/index.ts";
import type { Shape } from "./sdk.ts";

/** The inputs that name a resource, for the types where it is not `name`. */
const NAMES: Readonly<Record<string, string>> = {
  "aws:eks/nodeGroup:NodeGroup": "nodeGroupName",
  "aws:elasticache/cluster:Cluster": "clusterId",
  "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
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

/** How long the random-looking end of an automatic name is. */
const SUFFIX = 7;

/**
 * The inputs with a name, as the real provider gives one where the program does not: the resource's own name and seven
 * digits. Here the digits come from the URN, so that a recording is the same each time.
 */
export function withName(
  subject: Subject,
  shape: Shape,
  inputs: PropertyMap,
  autonaming: Autonaming | undefined,
): PropertyMap {
  const property = nameOf(subject.type, shape);
  if (property === undefined || inputs[property] !== undefined || inputs[`${property}Prefix`] !== undefined)
    return inputs;
  if (autonaming?.mode === "disable") return inputs;
  const suffix = createHash("sha256").update(subject.urn).digest("hex").slice(0, SUFFIX);
  const name = autonaming?.proposedName || `${subject.name}-${suffix}`;
  return { ...inputs, [property]: property === "bucket" ? name.toLowerCase() : name };
}
