import { awsType, namesOf, pointer, pointers } from "../../core/aws.ts";
import type { Violation } from "../../core/rule.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { UnknownValue } from "../../core/unknown.ts";

/** Clusters of databases whose storage spans zones by itself, and the type of their instances, which do not. */
const INSTANCES: Readonly<Record<string, string>> = {
  "aws:docdb/cluster:Cluster": "aws:docdb/clusterInstance:ClusterInstance",
  "aws:neptune/cluster:Cluster": "aws:neptune/clusterInstance:ClusterInstance",
  "aws:rds/cluster:Cluster": "aws:rds/clusterInstance:ClusterInstance",
};

/** With a second instance AWS puts it into another zone, and moves there when the first fails. */
const ENOUGH = 2;

const clusterOf = (instance: StackObject) =>
  pointer(
    instance,
    awsType(instance).replace("/clusterInstance:ClusterInstance", "/cluster:Cluster"),
    "clusterIdentifier",
  );

export function hasInstances(object: StackObject): boolean {
  return Object.hasOwn(INSTANCES, awsType(object));
}

/** What is wrong with a cluster that has one instance. None in the stack are made elsewhere, or are not needed. */
export function* singleInstance(object: StackObject, stack: Stack): Generator<Violation> {
  const names = namesOf(object, "clusterIdentifier");
  const candidates = pointers(stack, INSTANCES[awsType(object)] ?? "", clusterOf, names);
  const instances = known(candidates, (candidate) => names.includes(clusterOf(candidate)));
  if (instances.length === 0 || instances.length >= ENOUGH) return;
  yield {
    path: "",
    given: "a cluster with one instance",
    wanted: "a second ClusterInstance, to which AWS moves within a minute when the first one's zone fails",
    related: instances.map(({ label }) => label),
  };
}

/** The candidates that are known to belong; one that is not known yet decides only if they are too few without it. */
function known(candidates: readonly StackObject[], belongs: (candidate: StackObject) => boolean): StackObject[] {
  let unknown: UnknownValue | undefined;
  const found = candidates.filter((candidate) => {
    try {
      return belongs(candidate);
    } catch (error) {
      if (!(error instanceof UnknownValue)) throw error;
      unknown ??= error;
      return false;
    }
  });
  if (unknown && found.length < ENOUGH) throw unknown;
  return found;
}
