import type { RoleArgs } from "@pulumi/aws/iam/role.js";
import type { ClusterArgs } from "@pulumi/aws/rds/cluster.js";
import type { ClusterInstanceArgs } from "@pulumi/aws/rds/clusterInstance.js";
import type { ClusterParameterGroupArgs } from "@pulumi/aws/rds/clusterParameterGroup.js";
import type { SubnetGroupArgs } from "@pulumi/aws/rds/subnetGroup.js";
import { AUDITED_STATEMENTS } from "../../security/audit/statements.ts";
import { awsName } from "../aws/name.ts";
import { assumedBy } from "../aws/service-role.ts";
import { days } from "../aws/store.ts";
import { storeTags } from "../aws/tags.ts";
import type { CompleteAurora } from "./aurora-args.ts";
import { PORT } from "./plan.ts";

/** Longest name of a cluster is 63; instances and the last snapshot add to it. */
const LONGEST_ID = 50;
/** The role that makes all others. Only the setup knows its password, which RDS makes, keeps and changes every week. */
export const MASTER = "plumbline";
/** RDS' own authority of 2048 bits, valid until 2061: clients of any age can check it. Servers' certificates are renewed without a restart. */
const AUTHORITY = "rds-ca-rsa2048-g1";
/** Seconds between two looks at an instance's processes. */
const MONITORING_SECONDS = 60;
/** What Performance Insights keeps without a price, in days. */
const INSIGHTS_DAYS = 7;
/** Statements that take longer than this are logged, in milliseconds. */
const SLOW_MS = 1_000;
/** At night in Europe, when nobody deploys; the backup first. UTC. */
const WINDOWS = { preferredBackupWindow: "01:00-02:00", preferredMaintenanceWindow: "sun:02:30-sun:03:30" };

/** Everything that AWS is asked for, but for what is only known when other parts of it stand. */
export interface AuroraPlan {
  readonly id: string;
  readonly tags: Record<string, string>;
  readonly subnetGroup: SubnetGroupArgs;
  readonly parameterGroup: ClusterParameterGroupArgs;
  readonly monitoringRole: RoleArgs;
  readonly logGroup: string;
  readonly cluster: Omit<ClusterArgs, "kmsKeyId" | "vpcSecurityGroupIds" | "dbSubnetGroupName">;
  readonly instances: readonly AuroraInstance[];
}

/** An instance, and its name in the program. */
interface AuroraInstance {
  readonly name: string;
  readonly args: Omit<ClusterInstanceArgs, "clusterIdentifier" | "performanceInsightsKmsKeyId" | "monitoringRoleArn">;
}

/** An Aurora cluster: its storage is six copies in three zones, its instances stand one in each zone. */
export function auroraPlan(stack: string, name: string, args: CompleteAurora): AuroraPlan {
  const { aws, version, retain, keep, replication } = args;
  const id = awsName(stack, name, LONGEST_ID);
  const tags = storeTags(aws, args, { replication });
  return {
    id,
    tags,
    subnetGroup: {
      name: id,
      description: `Postgres ${name}`,
      subnetIds: aws.subnets.map(({ id: subnet }) => subnet),
      tags,
    },
    parameterGroup: {
      // Its family cannot change: another major version gets another group beside it.
      name: `${id}-${major(version)}`,
      family: `aurora-postgresql${major(version)}`,
      description: `Postgres ${name}`,
      parameters: parameters(args),
      tags,
    },
    monitoringRole: {
      name: `${id}-monitoring`,
      assumeRolePolicy: assumedBy("monitoring.rds.amazonaws.com", aws.accountId),
      tags,
    },
    logGroup: `/aws/rds/cluster/${id}/postgresql`,
    cluster: {
      clusterIdentifier: id,
      engine: "aurora-postgresql",
      engineMode: "provisioned",
      engineVersion: version,
      allowMajorVersionUpgrade: true,
      masterUsername: MASTER,
      manageMasterUserPassword: true,
      port: PORT,
      storageEncrypted: true,
      backupRetentionPeriod: days(keep),
      copyTagsToSnapshot: true,
      deletionProtection: retain,
      skipFinalSnapshot: !retain,
      enabledCloudwatchLogsExports: ["postgresql"],
      applyImmediately: !retain,
      ...WINDOWS,
      tags,
    },
    instances: Array.from({ length: args.instances }, (_, index) => ({
      name: `${name}-${index}`,
      args: instancePlan(`${id}-${index}`, index, args, tags),
    })),
  };
}

/** An instance stands in a zone by its number, so that one more moves none of the others. */
function instancePlan(identifier: string, index: number, args: CompleteAurora, tags: Record<string, string>) {
  const { aws, instanceClass, retain } = args;
  return {
    identifier,
    engine: "aurora-postgresql" as const,
    instanceClass,
    availabilityZone: aws.subnets[index % aws.subnets.length]?.zone,
    publiclyAccessible: false,
    promotionTier: 0,
    caCertIdentifier: AUTHORITY,
    autoMinorVersionUpgrade: true,
    performanceInsightsEnabled: true,
    performanceInsightsRetentionPeriod: INSIGHTS_DAYS,
    monitoringInterval: MONITORING_SECONDS,
    preferredMaintenanceWindow: WINDOWS.preferredMaintenanceWindow,
    applyImmediately: !retain,
    tags,
  };
}

/** TLS or nothing, and what the log must tell, without the values of rows and statements. Those that need a restart wait for one. */
function parameters({ connections, dataClass }: CompleteAurora) {
  const isPersonal = dataClass === "personal";
  const now = {
    "rds.force_ssl": "1",
    ssl_min_protocol_version: "TLSv1.2",
    log_connections: "1",
    log_disconnections: "1",
    log_error_verbosity: "terse",
    log_parameter_max_length: "0",
  };
  const audited = isPersonal ? AUDITED_STATEMENTS : {};
  const dynamic = {
    ...now,
    ...audited,
    log_min_duration_statement: String(SLOW_MS),
    "rds.accepted_password_auth_method": "scram",
  };
  return [
    ...Object.entries(dynamic).map(([name, value]) => ({ name, value, applyMethod: "immediate" })),
    { name: "max_connections", value: String(connections), applyMethod: "pending-reboot" },
    // The second is Aurora's own, which the list replaces.
    ...(isPersonal
      ? [{ name: "shared_preload_libraries", value: "pgaudit,pg_stat_statements", applyMethod: "pending-reboot" }]
      : []),
  ];
}

function major(version: string): string {
  return version.split(".")[0] ?? version;
}
