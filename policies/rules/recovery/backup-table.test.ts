import { expect, test } from "vitest";
import { broken } from "../../core/aws-settings.ts";
import { StackObject } from "../../core/stack-object.ts";
import { backupTable } from "./backup-table.ts";

/** A resource of AWS, and where in it something is wrong. */
type Case = readonly [type: string, props: Record<string, unknown>, wrong: readonly string[]];

const CASES: readonly Case[] = [
  ["aws:rds/cluster:Cluster", {}, ["backupRetentionPeriod"]],
  ["aws:rds/cluster:Cluster", { backupRetentionPeriod: 7 }, []],
  ["aws:rds/cluster:Cluster", { replicationSourceIdentifier: "orders" }, []],
  ["aws:rds/instance:Instance", { replicateSourceDb: "orders" }, []],
  ["aws:elasticache/replicationGroup:ReplicationGroup", {}, ["snapshotRetentionLimit"]],
  ["aws:elasticache/replicationGroup:ReplicationGroup", { globalReplicationGroupId: "orders" }, []],
  ["aws:elasticache/cluster:Cluster", { engine: "redis" }, ["snapshotRetentionLimit"]],
  ["aws:elasticache/cluster:Cluster", { engine: "memcached" }, []],
  ["aws:elasticache/cluster:Cluster", { nodeType: "cache.t1.micro" }, []],
  ["aws:elasticache/cluster:Cluster", { replicationGroupId: "orders" }, []],
  ["aws:elasticache/serverlessCache:ServerlessCache", { engine: "valkey" }, ["snapshotRetentionLimit"]],
  ["aws:elasticache/serverlessCache:ServerlessCache", { engine: "memcached" }, []],
  ["aws:fsx/lustreFileSystem:LustreFileSystem", { deploymentType: "PERSISTENT_1" }, ["automaticBackupRetentionDays"]],
  ["aws:fsx/lustreFileSystem:LustreFileSystem", { deploymentType: "PERSISTENT_2" }, ["automaticBackupRetentionDays"]],
  ["aws:fsx/lustreFileSystem:LustreFileSystem", { deploymentType: "SCRATCH_2" }, []],
  ["aws:fsx/ontapFileSystem:OntapFileSystem", {}, ["automaticBackupRetentionDays"]],
  ["aws:fsx/ontapFileSystem:OntapFileSystem", { automaticBackupRetentionDays: 7 }, []],
  ["aws:fsx/windowsFileSystem:WindowsFileSystem", {}, []],
  [
    "aws:fsx/windowsFileSystem:WindowsFileSystem",
    { automaticBackupRetentionDays: 6 },
    ["automaticBackupRetentionDays"],
  ],
  ["aws:memorydb/cluster:Cluster", {}, ["snapshotRetentionLimit"]],
  ["aws:redshift/cluster:Cluster", {}, []],
];

test.each(CASES)("what is kept for too short a time: %s %j", (type, props, wrong) => {
  const object = new StackObject({ type, name: "a", props });
  expect(
    Array.from(broken(backupTable({ databases: 7, caches: 1, warehouses: 1 }), object), ({ path }) => path),
  ).toEqual(wrong);
});

test("what AWS does where nothing is said is not enough for longer", () => {
  const files = new StackObject({ type: "aws:fsx/windowsFileSystem:WindowsFileSystem", name: "a", props: {} });
  expect([...broken(backupTable({ databases: 8, caches: 1, warehouses: 1 }), files)]).toHaveLength(1);
  const cluster = new StackObject({ type: "aws:rds/cluster:Cluster", name: "a", props: {} });
  expect([...broken(backupTable({ databases: 1, caches: 1, warehouses: 1 }), cluster)]).toEqual([]);
});
