import { expect, test } from "vitest";
import { fromManifest } from "./resource.ts";
import { StackObject } from "./stack-object.ts";
import { isStore, losesData, needsBackup } from "./store.ts";

const kubernetes = (apiVersion: string, kind: string, spec: object) =>
  new StackObject(fromManifest({ apiVersion, kind, metadata: { name: "a" }, spec })[0] as never);
const aws = (type: string, props = {}) => new StackObject({ type, name: "a", props });
const template = (volume: object) => ({ template: { spec: { volumes: [{ name: "data", ...volume }] } } });

test.each([
  ["a set with claims", kubernetes("apps/v1", "StatefulSet", { volumeClaimTemplates: [{}] }), true],
  ["a set on a claim", kubernetes("apps/v1", "StatefulSet", template({ persistentVolumeClaim: {} })), true],
  ["a set on scratch space", kubernetes("apps/v1", "StatefulSet", template({ emptyDir: {} })), false],
  ["a claim", kubernetes("v1", "PersistentVolumeClaim", {}), true],
  ["a PostgreSQL cluster", kubernetes("postgresql.cnpg.io/v1", "Cluster", {}), true],
  ["a cluster of another API", kubernetes("cluster.x-k8s.io/v1", "Cluster", {}), false],
  ["Kafka", kubernetes("kafka.strimzi.io/v1beta2", "Kafka", {}), true],
  [
    "Kafka without disks",
    kubernetes("kafka.strimzi.io/v1beta2", "Kafka", { kafka: { storage: { type: "ephemeral" } } }),
    false,
  ],
  ["a database", aws("aws:rds/instance:Instance"), true],
  ["a read replica", aws("aws:rds/instance:Instance", { replicateSourceDb: "a" }), false],
  ["Redis", aws("aws:elasticache/cluster:Cluster", { engine: "redis" }), true],
  ["memcached", aws("aws:elasticache/cluster:Cluster", { engine: "memcached" }), false],
  ["a bucket", aws("aws:s3/bucket:Bucket"), false],
])("%s needs a backup: %s", (_, object, expected) => expect(needsBackup(object)).toBe(expected));

test("buckets hold data, and parts of a store go with theirs", () => {
  expect(isStore(aws("aws:s3/bucket:Bucket"))).toBe(true);
  expect(losesData(aws("aws:s3/bucket:Bucket"))).toBe(true);
  const topic = kubernetes("kafka.strimzi.io/v1beta2", "KafkaTopic", {});
  expect([isStore(topic), losesData(topic)]).toEqual([false, true]);
  expect(losesData(kubernetes("apps/v1", "Deployment", {}))).toBe(false);
});
