import { switched } from "../../core/aws.ts";
import { type AwsTable, broken, isIn, on, setting } from "../../core/aws-settings.ts";
import { defineRule } from "../../core/rule.ts";

/** A switch that AWS has on unless it is told otherwise. */
const bySelf = (at: string) => [setting(at, (field) => switched(field) === true, "true", { unset: true })];

/** Where services in AWS say whether they take fixes by themselves (property documentation in @pulumi/aws 7.48). */
export const MINOR_UPGRADES: AwsTable = {
  "aws:dms/replicationInstance:ReplicationInstance": [on("autoMinorVersionUpgrade")],
  "aws:elasticache/cluster:Cluster": bySelf("autoMinorVersionUpgrade"),
  "aws:elasticache/replicationGroup:ReplicationGroup": bySelf("autoMinorVersionUpgrade"),
  "aws:memorydb/cluster:Cluster": bySelf("autoMinorVersionUpgrade"),
  "aws:mq/broker:Broker": [on("autoMinorVersionUpgrade")],
  "aws:neptune/clusterInstance:ClusterInstance": bySelf("autoMinorVersionUpgrade"),
  "aws:rds/clusterInstance:ClusterInstance": bySelf("autoMinorVersionUpgrade"),
  "aws:rds/instance:Instance": bySelf("autoMinorVersionUpgrade"),
  "aws:redshift/cluster:Cluster": bySelf("allowVersionUpgrade"),
};

export const minorUpgradesAutomatic = defineRule({
  id: "minor-upgrades-automatic",
  section: "maintainability",
  title: "Stores and brokers in AWS take minor versions by themselves",
  severity: "medium",
  why: "a hole that has been fixed months ago stays open until somebody remembers to upgrade",
  fix: "autoMinorVersionUpgrade: true, with a maintenance window outside of the busy hours",
  frameworks: ["PCI-DSS-4.0:6.3.3"],
  scope: "resource",
  optOut: "minorUpgrades",
  exemptable: true,
  params: {},
  subjects: (object) => isIn(MINOR_UPGRADES, object),
  check: (object) => broken(MINOR_UPGRADES, object),
});
