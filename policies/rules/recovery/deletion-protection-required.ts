import { type AwsTable, broken, has, isIn, off, on, oneOf, unless } from "../../core/aws-settings.ts";
import { defineRule } from "../../core/rule.ts";

const protectedBy = [on("deletionProtection")];

/**
 * Where AWS says whether it refuses to delete a resource that holds data, or that all traffic goes through. Where nothing
 * is set, only the ledger, the graph and the store of events are protected (property documentation in @pulumi/aws 7.48).
 */
export const DELETION: AwsTable = {
  "aws:backup/vault:Vault": [off("forceDestroy")],
  "aws:cloudtrail/eventDataStore:EventDataStore": [on("terminationProtectionEnabled", { unset: true })],
  "aws:cognito/userPool:UserPool": [oneOf("deletionProtection", ["ACTIVE"])],
  "aws:docdb/cluster:Cluster": protectedBy,
  "aws:docdb/globalCluster:GlobalCluster": protectedBy,
  "aws:dsql/cluster:Cluster": [on("deletionProtectionEnabled")],
  "aws:dynamodb/table:Table": [on("deletionProtectionEnabled")],
  "aws:dynamodb/tableReplica:TableReplica": [on("deletionProtectionEnabled")],
  "aws:ecr/repository:Repository": [off("forceDelete")],
  "aws:eks/cluster:Cluster": protectedBy,
  "aws:lb/loadBalancer:LoadBalancer": [on("enableDeletionProtection")],
  "aws:neptune/cluster:Cluster": protectedBy,
  "aws:neptune/globalCluster:GlobalCluster": protectedBy,
  "aws:neptunegraph/graph:Graph": [on("deletionProtection", { unset: true })],
  "aws:networkfirewall/firewall:Firewall": [on("deleteProtection")],
  "aws:qldb/ledger:Ledger": [on("deletionProtection", { unset: true })],
  "aws:rds/cluster:Cluster": protectedBy,
  "aws:rds/globalCluster:GlobalCluster": protectedBy,
  // A replica can be made anew from its source.
  "aws:rds/instance:Instance": [on("deletionProtection", { when: unless(has("replicateSourceDb")) })],
  "aws:s3/bucket:Bucket": [off("forceDestroy")],
};

export const deletionProtectionRequired = defineRule({
  id: "deletion-protection-required",
  section: "reliability",
  title: "AWS refuses to delete what holds data or what all traffic goes through",
  severity: "high",
  why: "one wrong click, script or destroy in the wrong account deletes the database, and its automatic backups with it",
  fix: "switch deletion protection on where the resource is declared; to delete it one day, switch it off first",
  frameworks: ["SOC2:A1.2"],
  scope: "resource",
  optOut: "deletionProtection",
  exemptable: true,
  params: {},
  subjects: (object) => isIn(DELETION, object),
  check: (object) => broken(DELETION, object),
});
