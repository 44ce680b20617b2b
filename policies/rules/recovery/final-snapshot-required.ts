import {
  type AwsSetting,
  type AwsTable,
  broken,
  filled,
  has,
  is,
  isIn,
  off,
  setting,
  unless,
} from "../../core/aws-settings.ts";
import { defineRule } from "../../core/rule.ts";

const isReplica = has("replicateSourceDb");

/** What is deleted with a last snapshot needs a name for it. */
const DATABASE: readonly AwsSetting[] = [
  off("skipFinalSnapshot", { when: unless(isReplica) }),
  filled("finalSnapshotIdentifier", "a name for the last snapshot", {
    when: (root) => !isReplica(root) && root.at("skipFinalSnapshot").boolean() !== true,
  }),
];

const FILES = [setting("skipFinalBackup", (skip) => skip.boolean() === false, "false", { unset: true })];

/**
 * Where stores in AWS say whether they leave a last snapshot when they are deleted. Where nothing is set, databases refuse
 * to be deleted for want of a name, and caches leave none (property documentation in @pulumi/aws 7.48).
 */
export const FINAL_SNAPSHOT: AwsTable = {
  "aws:docdb/cluster:Cluster": DATABASE,
  "aws:elasticache/replicationGroup:ReplicationGroup": [
    filled("finalSnapshotIdentifier", "a name for the last snapshot", {
      when: unless(has("globalReplicationGroupId")),
    }),
  ],
  // Lustre leaves none unless it is told to; what is scratch has none to leave.
  "aws:fsx/lustreFileSystem:LustreFileSystem": [
    setting("skipFinalBackup", (skip) => skip.boolean() === false, "false", {
      when: is("deploymentType", "PERSISTENT_1", "PERSISTENT_2"),
    }),
  ],
  "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": FILES,
  "aws:fsx/windowsFileSystem:WindowsFileSystem": FILES,
  "aws:memorydb/cluster:Cluster": [filled("finalSnapshotName", "a name for the last snapshot")],
  "aws:neptune/cluster:Cluster": DATABASE,
  "aws:rds/cluster:Cluster": DATABASE,
  "aws:rds/instance:Instance": DATABASE,
  "aws:redshift/cluster:Cluster": DATABASE,
};

export const finalSnapshotRequired = defineRule({
  id: "final-snapshot-required",
  section: "reliability",
  title: "Stores in AWS leave a last snapshot when they are deleted",
  severity: "high",
  why: "automatic backups go with the store: what a wrong destroy has deleted cannot be had back",
  fix: 'skipFinalSnapshot: false, finalSnapshotIdentifier: "<name>-final"',
  frameworks: ["SOC2:A1.2"],
  scope: "resource",
  optOut: "backup",
  exemptable: true,
  params: {},
  subjects: (object) => isIn(FINAL_SNAPSHOT, object),
  check: (object) => broken(FINAL_SNAPSHOT, object),
});
