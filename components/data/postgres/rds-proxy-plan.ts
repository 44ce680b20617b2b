import type { RoleArgs } from "@pulumi/aws/iam/role.js";
import type { ProxyArgs } from "@pulumi/aws/rds/proxy.js";
import type { ProxyDefaultTargetGroupArgs } from "@pulumi/aws/rds/proxyDefaultTargetGroup.js";
import type { SecretArgs } from "@pulumi/aws/secretsmanager/secret.js";
import type { SecurityGroupEgressRuleArgs } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import type { SecurityGroupIngressRuleArgs } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import type * as pulumi from "@pulumi/pulumi";
import { assumedBy } from "../aws/service-role.ts";
import type { Surrounded } from "../aws/surroundings.ts";
import { POOLER, PORT } from "./plan.ts";
import type { CompleteRdsProxy } from "./rds-proxy-args.ts";

/**
 * Owners that one proxy has at most. RDS Proxy reads 200 secrets; but the ARNs of these must fit into the policies of one role, which are 10240
 * characters, and the longest is of 190.
 */
export const MOST_OWNERS = 50;
/** Each proxy has one group of servers, which RDS makes and calls so. */
export const TARGET_GROUP = "default";
/** Zones of a proxy, which cannot change: the first three of the place, however many there come to be. */
const ZONES = 3;
/** Whoever waits for longer than a failover takes is told so: as long as in the cluster. */
const BORROW_SECONDS = 60;
/** A client that asks nothing for so long is cut off: half an hour, as RDS Proxy has it by itself. PgBouncer cuts nobody off. */
const IDLE_SECONDS = 1_800;
/** Of what it may hold, the part that it keeps open though nobody uses it: RDS Proxy's own default for PostgreSQL. */
const IDLE_SHARE = 0.5;

/** Everything that AWS is asked for, but for what is only known when other parts of it stand. */
export interface RdsProxyPlan {
  /** Whose surroundings the proxy has: its own security group and log group stand beside the store's. */
  readonly surrounded: Surrounded;
  readonly logGroup: string;
  readonly role: RoleArgs;
  readonly proxy: Omit<ProxyArgs, "auths" | "roleArn" | "vpcSecurityGroupIds">;
  readonly pool: ProxyDefaultTargetGroupArgs["connectionPoolConfig"];
}

/** Connections to the server that the proxy may hold for all owners together. A part of one counts as one. */
export function sharedConnections({ share }: CompleteRdsProxy, connections: number): number {
  return Math.ceil((connections * share) / 100);
}

/** A proxy in the store's subnets, which speaks TLS alone. */
export function rdsProxyPlan(store: Surrounded, { share }: CompleteRdsProxy): RdsProxyPlan {
  const { aws, tags } = store;
  const id = proxyId(store.id);
  return {
    surrounded: { ...store, name: `${store.name}-${POOLER}`, id, title: `the pooler of ${store.title}` },
    logGroup: `/aws/rds/proxy/${id}`,
    role: {
      name: id,
      description: `Reads what the pooler of ${store.title} knows its clients by`,
      assumeRolePolicy: assumedBy("rds.amazonaws.com", aws.accountId, "IfExists"),
      tags,
    },
    proxy: {
      name: id,
      engineFamily: "POSTGRESQL",
      requireTls: true,
      debugLogging: false,
      idleClientTimeout: IDLE_SECONDS,
      vpcSubnetIds: aws.subnets.slice(0, ZONES).map((subnet) => subnet.id),
      tags,
    },
    // Filters of what pins a connection are for MySQL alone.
    pool: {
      maxConnectionsPercent: share,
      maxIdleConnectionsPercent: Math.ceil(share * IDLE_SHARE),
      connectionBorrowTimeout: BORROW_SECONDS,
    },
  };
}

/** The name of the proxy of a store, by the store's. */
export function proxyId(store: string): string {
  return `${store}-${POOLER}`;
}

/** What the proxy sends to the instances, and that they let it in. */
export function passagePlan(
  { title, tags }: Surrounded,
  groups: { readonly proxy: pulumi.Input<string>; readonly instances: pulumi.Input<string> },
): { egress: SecurityGroupEgressRuleArgs; ingress: SecurityGroupIngressRuleArgs } {
  const port = { ipProtocol: "tcp", fromPort: PORT, toPort: PORT, tags };
  return {
    egress: {
      ...port,
      securityGroupId: groups.proxy,
      referencedSecurityGroupId: groups.instances,
      description: `Servers of ${title}`,
    },
    ingress: {
      ...port,
      securityGroupId: groups.instances,
      referencedSecurityGroupId: groups.proxy,
      description: `The pooler of ${title}`,
    },
  };
}

/** What holds an owner's password for the proxy. Another is made as easily, so one that nobody needs goes at once, and its name is free again. */
export function ownerSecretPlan(
  { id, title, tags }: Surrounded,
  role: string,
  kmsKeyId: pulumi.Input<string>,
): SecretArgs {
  return {
    name: `${id}/${role}`,
    description: `Role ${role} of ${title}, for its pooler`,
    kmsKeyId,
    recoveryWindowInDays: 0,
    tags,
  };
}

/** An owner, and where the proxy reads his password. */
export interface Owner {
  readonly role: string;
  readonly secretArn: string;
}

/** Whom the proxy lets in: each owner with the password that the server knows, too. Not in the order of declaration. */
export function authsPlan(owners: readonly Owner[]) {
  return sortedOwners(owners).map(({ role, secretArn }) => ({
    authScheme: "SECRETS",
    iamAuth: "DISABLED",
    clientPasswordAuthType: "POSTGRES_SCRAM_SHA_256",
    description: role,
    secretArn,
  }));
}

/** The secrets that the proxy reads: those of owners, and no other. */
export function secretsOf(owners: readonly Owner[]): string[] {
  return sortedOwners(owners).map(({ secretArn }) => secretArn);
}

function sortedOwners(owners: readonly Owner[]): Owner[] {
  return [...owners].sort((a, b) => (a.role < b.role ? -1 : 1));
}
