import type { ParameterGroupArgs } from "@pulumi/aws/elasticache/parameterGroup.js";
import type { ReplicationGroupArgs } from "@pulumi/aws/elasticache/replicationGroup.js";
import type { SubnetGroupArgs } from "@pulumi/aws/elasticache/subnetGroup.js";
import type { UserArgs } from "@pulumi/aws/elasticache/user.js";
import type { Problem } from "../../core/invalid.ts";
import { isOptOut, optOut } from "../../core/opt-out.ts";
import { instanceClassProblems } from "../aws/instance-class.ts";
import { awsName } from "../aws/name.ts";
import { awsStoreProblems, days, keepProblems, memberProblems, objectiveProblems } from "../aws/store.ts";
import { storeTags } from "../aws/tags.ts";
import { unkeptProblems } from "../declared.ts";
import { PORT, rights } from "./config.ts";
import type { CompleteElastiCache } from "./elasticache-args.ts";

/** Longest id of a replication group, of a user and of a group of users. */
const LONGEST_ID = 40;
/** A primary and at most five replicas. */
const MOST_REPLICAS = 6;
export const ENGINE = "valkey";
/** At night in Europe; the snapshot first. UTC. */
const WINDOWS = { snapshotWindow: "01:00-02:00", maintenanceWindow: "sun:02:30-sun:03:30" };
const REFILLED = optOut("a cache is filled anew from what it is a cache of");
const LOGS = ["slow-log", "engine-log"] as const;

/** Everything that AWS is asked for, but for what is only known when other parts of it stand. */
export interface ElastiCachePlan {
  readonly id: string;
  readonly tags: Record<string, string>;
  readonly subnetGroup: SubnetGroupArgs;
  readonly parameterGroup: ParameterGroupArgs;
  readonly logGroups: readonly { readonly type: (typeof LOGS)[number]; readonly path: string }[];
  /** Whether it makes snapshots. */
  readonly saved: boolean;
  readonly replicationGroup: Omit<ReplicationGroupArgs, "kmsKeyId" | "securityGroupIds" | "userGroupIds">;
}

/** A primary and its replicas in as many zones, which ElastiCache replaces by itself. TLS, and no user but the declared ones. */
export function elastiCachePlan(stack: string, name: string, args: CompleteElastiCache): ElastiCachePlan {
  const { aws, replicas, nodeType, version, role, keep, retain, replication, backup } = args;
  const id = awsName(stack, name, LONGEST_ID);
  const tags = storeTags(aws, args, { replication, backup: role === "cache" ? (backup ?? REFILLED) : backup });
  const family = `valkey${version.split(".")[0]}`;
  const saved = role === "store" && !isOptOut(backup);
  const logGroups = LOGS.map((type) => ({ type, path: `/aws/elasticache/${id}/${type}` }));
  return {
    id,
    tags,
    subnetGroup: {
      name: id,
      description: `Redis ${name}`,
      subnetIds: aws.subnets.map(({ id: subnet }) => subnet),
      tags,
    },
    parameterGroup: {
      // Its family cannot change: another major version gets another group beside it.
      name: `${id}-${family}`,
      family,
      description: `Redis ${name}`,
      parameters: [{ name: "maxmemory-policy", value: role === "cache" ? "allkeys-lru" : "noeviction" }],
      tags,
    },
    logGroups,
    saved,
    replicationGroup: {
      replicationGroupId: id,
      description: `Redis ${name}, a ${role}`,
      engine: ENGINE,
      engineVersion: version,
      nodeType,
      numCacheClusters: replicas,
      automaticFailoverEnabled: replicas > 1,
      multiAzEnabled: replicas > 1,
      port: PORT,
      atRestEncryptionEnabled: true,
      transitEncryptionEnabled: true,
      transitEncryptionMode: "required",
      autoMinorVersionUpgrade: true,
      applyImmediately: !retain,
      maintenanceWindow: WINDOWS.maintenanceWindow,
      ...(saved && {
        snapshotRetentionLimit: days(keep),
        snapshotWindow: WINDOWS.snapshotWindow,
      }),
      logDeliveryConfigurations: logGroups.map(({ type, path }) => ({
        destination: path,
        destinationType: "cloudwatch-logs",
        logFormat: "json",
        logType: type,
      })),
      tags,
    },
  };
}

/** A consumer's user: its own keys and channels, and no command that rules the server, as in the cluster. */
export function userPlan(stack: string, name: string, consumer: string): Omit<UserArgs, "authenticationMode"> {
  return {
    userId: awsName(stack, `${name}-${consumer}`, LONGEST_ID),
    userName: consumer,
    engine: ENGINE,
    accessString: `on ${rights(consumer)}`,
  };
}

/** The user that a client without a name is: it may do nothing. */
export function defaultUserPlan(stack: string, name: string): Omit<UserArgs, "authenticationMode"> {
  const userId = awsName(stack, `${name}-default-user`, LONGEST_ID);
  return { userId, userName: "default", engine: ENGINE, accessString: "off -@all" };
}

/** Everything that is wrong with an ElastiCache's arguments. */
export function elastiCacheProblems(name: string, args: CompleteElastiCache): Problem[] {
  const { replicas, nodeType, role, keep, version, replication, backup } = args;
  const problems = [
    ...awsStoreProblems(name, args, { storage: "nothing: it is in memory, of which nodeType decides" }),
    ...memberProblems("replicas", replicas, MOST_REPLICAS, replication),
    ...instanceClassProblems("nodeType", nodeType, "cache"),
    ...keepProblems("keep", keep),
    ...unkeptProblems(backup, args.objectives),
    ...objectiveProblems(args, "24h", "ElastiCache saves a store once a day"),
  ];
  if (role !== "cache" && role !== "store")
    problems.push({ field: "role", given: role, allowed: '"cache" or "store"' });
  if (!/^[7-9]\.\d+$/.test(version))
    problems.push({ field: "version", given: version, allowed: 'a version of Valkey such as "8.1"' });
  return problems;
}
