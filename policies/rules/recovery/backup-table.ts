import { numeral } from "../../core/aws.ts";
import { type AwsTable, atLeast, has, is, unless } from "../../core/aws-settings.ts";
import type { Field } from "../../core/field.ts";

/** How many days the backups of each kind of store are kept at least. */
export interface BackupDays {
  readonly databases: number;
  readonly caches: number;
  readonly warehouses: number;
}

/** A copy of another store that lives from its source: that one has the backups. */
const isReplica = (root: Field) =>
  has("replicateSourceDb")(root) || has("replicationSourceIdentifier")(root) || has("globalReplicationGroupId")(root);

/**
 * Where AWS's stores say for how many days they keep the backups that they make by themselves. Where nothing is set, that
 * is one day for clusters of databases and warehouses, and none for instances, caches and Lustre (property
 * documentation in @pulumi/aws 7.48).
 */
export function backupTable({ databases, caches, warehouses }: BackupDays): AwsTable {
  const database = [
    atLeast("backupRetentionPeriod", databases, { when: unless(isReplica), ...(databases <= 1 && { unset: true }) }),
  ];
  const cache = [atLeast("snapshotRetentionLimit", caches, { when: unless(isReplica) })];
  const files = [atLeast("automaticBackupRetentionDays", databases)];
  return {
    "aws:docdb/cluster:Cluster": database,
    "aws:docdb/elasticCluster:ElasticCluster": database,
    "aws:elasticache/cluster:Cluster": [
      // Memcached and the smallest nodes of old have no snapshots; the members of a replication group have its own.
      atLeast("snapshotRetentionLimit", caches, {
        when: (root) =>
          !is("engine", "memcached")(root) &&
          !is("nodeType", "cache.t1.micro")(root) &&
          !has("replicationGroupId")(root),
      }),
    ],
    "aws:elasticache/replicationGroup:ReplicationGroup": cache,
    "aws:elasticache/serverlessCache:ServerlessCache": [
      atLeast("snapshotRetentionLimit", caches, { when: unless(is("engine", "memcached")) }),
    ],
    "aws:fsx/lustreFileSystem:LustreFileSystem": [
      atLeast("automaticBackupRetentionDays", databases, {
        when: is("deploymentType", "PERSISTENT_1", "PERSISTENT_2"),
      }),
    ],
    "aws:fsx/ontapFileSystem:OntapFileSystem": files,
    "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": files,
    "aws:fsx/windowsFileSystem:WindowsFileSystem": [
      // Seven days where nothing is set.
      atLeast("automaticBackupRetentionDays", databases, { ...(databases <= 7 && { unset: true }) }),
    ],
    "aws:memorydb/cluster:Cluster": [atLeast("snapshotRetentionLimit", caches)],
    "aws:neptune/cluster:Cluster": database,
    "aws:rds/cluster:Cluster": database,
    "aws:rds/instance:Instance": [atLeast("backupRetentionPeriod", databases, { when: unless(isReplica) })],
    "aws:redshift/cluster:Cluster": [
      atLeast("automatedSnapshotRetentionPeriod", warehouses, { ...(warehouses <= 1 && { unset: true }) }),
    ],
  };
}

/** How long a rule of a backup plan keeps what it makes; for ever where nothing is set. */
export function keptDays(rule: Field): number {
  return numeral(rule.at("lifecycle", "deleteAfter")) ?? Number.POSITIVE_INFINITY;
}
