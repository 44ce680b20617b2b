import { awsType, findNamed, pointer } from "../../core/aws.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** Snapshots that are encrypted as their cluster is, by the cluster's type. */
const SNAPSHOTS: Readonly<Record<string, string>> = {
  "aws:neptune/clusterSnapshot:ClusterSnapshot": "aws:neptune/cluster:Cluster",
  "aws:rds/clusterSnapshot:ClusterSnapshot": "aws:rds/cluster:Cluster",
};

/** Whether an object is a snapshot whose cluster is in the stack: the cluster is judged itself, and decides. */
export function clusterDecides(object: StackObject, stack: Stack): boolean {
  const cluster = SNAPSHOTS[awsType(object)];
  if (cluster === undefined) return false;
  const name = pointer(object, cluster, "dbClusterIdentifier");
  return findNamed(stack, cluster, "clusterIdentifier", name) !== undefined;
}
