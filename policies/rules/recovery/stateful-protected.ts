import { defineRule } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** Kinds that hold data, by API group. */
const STORES: Readonly<Record<string, readonly string[]>> = {
  StatefulSet: ["apps"],
  PersistentVolumeClaim: [""],
  Cluster: ["postgresql.cnpg.io"],
  Kafka: ["kafka.strimzi.io"],
  KafkaNodePool: ["kafka.strimzi.io"],
  RabbitmqCluster: ["rabbitmq.com"],
};

export const statefulProtected = defineRule({
  id: "stateful-protected",
  section: "reliability",
  title: "What holds data is protected from deletion by Pulumi",
  severity: "critical",
  why: "a renamed or removed resource is deleted by the next up, and its data with it",
  fix: "protect: true in the resource's options",
  frameworks: [],
  scope: "resource",
  optOut: "protect",
  exemptable: true,
  params: {},
  subjects: (object) => object.resource.options !== undefined && holdsData(object),
  *check(object) {
    if (object.resource.options?.protect === true) return;
    yield { path: "", given: "not protected", wanted: "protect: true in its options" };
  },
});

function holdsData(object: StackObject): boolean {
  return object.kind !== undefined && (STORES[object.kind]?.includes(object.group ?? "none") ?? false);
}
