import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { CLOUDNATIVE_PG } from "../../cluster/operators/index.ts";
import { priorityClass } from "../../cluster/priorities.ts";
import { waitFor } from "../../core/custom-resource.ts";
import { labels, MANAGED } from "../../core/labels.ts";
import { admit, admitScrapers, reach, reachApiServer } from "../../core/network.ts";
import { amount, type Quantity } from "../../core/quantity.ts";
import { lacks, spread } from "../../core/spread.ts";
import type { Destination, Pods } from "../../core/usage.ts";
import { image } from "../../images/catalogue.ts";
import { AUDITED_STATEMENTS, NO_VALUES, RECORDED_READING } from "../../security/audit/statements.ts";
import { dataLabels, declaredAnnotations } from "../declared.ts";
import type { CompleteArgs } from "./args.ts";
import type { clusterParts } from "./backup.ts";
import type { ClusterManifest, DatabaseManifest, Role } from "./cnpg.ts";

/** One consumer's right to one database. */
export interface Access {
  readonly database: string;
  /**
   * A `mover` is a member of the database's owner as the owner itself is: it moves rows between the shards of a store. An `eraser` has
   * no right but those that a `steward` gives it to tables, who is a member of everyone that can own one. A `keeper` owns the schema of audit
   * events and has no other right; an `auditor` reads these events, and nothing else.
   */
  readonly right: "owner" | "reader" | "mover" | "eraser" | "steward" | "keeper" | "auditor";
  readonly consumer: string;
  readonly namespace: string;
  readonly podLabels: Readonly<Record<string, string>>;
  /** Of the server: replicas of the consumer times the connections of each, or what the pooler may hold for it. */
  readonly connections: number;
  /** Replicas of the consumer times the connections of each, to the pooler; unset if it connects by itself. */
  readonly pooled?: number;
}

/** Whoever asks the server for what it keeps of passwords, and how it is let in: a pooler. */
export interface Asking {
  readonly role: Role;
  readonly hba: string;
}

export const PORT = 5432;
/** The instance manager serves metrics here, on a port called `metrics`. */
const METRICS_PORT = 9187;
/** The instance manager's own port: status, and the operator's commands. */
const STATUS_PORT = 8000;
const OPERATOR = { namespace: CLOUDNATIVE_PG.namespace, podLabels: { "app.kubernetes.io/name": "cloudnative-pg" } };
/** Connections that consumers never get: three for superusers, the rest for replication and the instance manager. */
export const RESERVED_CONNECTIONS = 15;
/** A quarter of the memory, as PostgreSQL's manual advises for a server of its own. */
const SHARED_BUFFERS_SHARE = 0.25;
/** How long a standby waits before it asks for the log again (PostgreSQL's default is 5 s): a quorum of two waits with it after a failover. */
const STANDBY_RETRIES_EVERY = "1s";
/**
 * Seconds. While an instance counts as one, CloudNativePG asks for its state at each step of a failover, and waits 2 s for an answer that a
 * lost node never gives; one that is on its way out is not asked.
 */
const LEAVES_LOST_NODE_AFTER = 1;
const MEBIBYTE = 2 ** 20;
/** Part of a Postgres, and the end of its names. */
export const POOLER = "pooler";
/** Only a pooler's pods have it. The jobs that make an instance have the label of the instances, and nothing else that a pooler's lack. */
export const POOLER_LABEL = "cnpg.io/poolerName";
/**
 * How often an instance that starts is asked whether it has. CloudNativePG's default is 10 s, and it begins the next instance when
 * the last one has answered: half a minute of waiting for three. For how long it is asked is CloudNativePG's `startDelay`, an hour.
 */
const PROBES = { startup: { periodSeconds: 2 } };

/** Labels of the server's pods. */
export function podLabels(name: string): Record<string, string> {
  return { "cnpg.io/cluster": name };
}

/** The role that owns a database. Nobody logs in as it: consumers are members. */
export function ownerRole(database: string): string {
  return `${snake(database)}_owner`;
}

/** The role that may read a database's audit events. Nobody logs in as it: auditors are members. */
export function auditorRole(database: string): string {
  return `${snake(database)}_auditor`;
}

/** The role by which one consumer logs in to one database. */
export function loginRole({ consumer, database }: Pick<Access, "consumer" | "database">): string {
  return `${snake(consumer)}_${snake(database)}`;
}

/** The Secret in the server's namespace with the password of a login role. */
export function roleSecret(name: string, { consumer, database }: Pick<Access, "consumer" | "database">): string {
  return `${name}-${consumer}-${database}`;
}

/**
 * The roles: an owner for each database, auditors where it keeps audit events, and a login for each consumer of it. A reader may read whatever it can
 * connect to, and {@link hbaPlan} lets it connect to its database alone.
 */
export function rolesPlan(
  name: string,
  databases: readonly string[],
  accesses: readonly Access[],
  asking?: Asking,
): Role[] {
  const audited = sorted(accesses).filter(({ right }) => right === "keeper");
  const groups = [...databases.map(ownerRole), ...audited.map(({ database }) => auditorRole(database))];
  const owners = groups.map((role): Role => ({ name: role, ensure: "present", login: false }));
  // Stewards come last: they are members of the others.
  const isSteward = ({ right }: Access) => right === "steward";
  const logins = [...sorted(accesses)]
    .sort((a, b) => Number(isSteward(a)) - Number(isSteward(b)))
    .map((access): Role => {
      const inRoles = memberships(access, accesses);
      return {
        name: loginRole(access),
        ensure: "present",
        login: true,
        connectionLimit: access.connections,
        ...(inRoles.length > 0 && { inRoles }),
        passwordSecret: { name: roleSecret(name, access) },
      };
    });
  return [...owners, ...logins, ...(asking ? [asking.role] : [])];
}

/** The roles whose rights a login has. */
function memberships({ right, database }: Access, accesses: readonly Access[]): string[] {
  if (right === "eraser" || right === "keeper") return [];
  if (right === "auditor") return [auditorRole(database)];
  if (right === "reader") return ["pg_read_all_data"];
  if (right !== "steward") return [ownerRole(database)];
  const makers = sorted(accesses).filter(
    (other) => other.database === database && (other.right === "owner" || other.right === "mover"),
  );
  return [ownerRole(database), ...makers.map(loginRole)];
}

/** Who may connect to what: each login to its own database, over TLS, with its password. Everyone else is rejected. */
export function hbaPlan(accesses: readonly Access[], asking?: Asking): string[] {
  const own = sorted(accesses).map((access) => `hostssl ${access.database} ${loginRole(access)} all scram-sha-256`);
  return [...own, ...(asking ? [asking.hba] : []), "host all all all reject"];
}

/** The cluster: one primary and its replicas, a zone and a host for each, and no commit before a second one has it. */
export function clusterPlan(
  name: string,
  args: CompleteArgs,
  serverSecret: string,
  accesses: pulumi.Output<readonly Access[]>,
  { parameters, plugins, externalClusters, recovery }: ReturnType<typeof clusterParts>,
  asking?: Asking,
): ClusterManifest {
  const {
    instances,
    version,
    connections,
    resources,
    storage,
    zones,
    replication,
    backup,
    databases,
    namespace,
    pooler,
  } = args;
  const declared = declaredAnnotations(args, { replication, backup });
  const { topologySpreadConstraints, affinity, tolerations } = spread({
    matchLabels: podLabels(name),
    zones,
    sharedHosts: "never",
    leavesAfter: LEAVES_LOST_NODE_AFTER,
    ...(pooler && { without: POOLER_LABEL }),
  });
  return {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: {
      name,
      namespace: namespace.name,
      labels: { ...labels(name), ...dataLabels(args) },
      annotations: { ...waitFor("Ready"), ...declared },
    },
    spec: {
      description: `Databases: ${databases.join(", ")}`,
      imageName: image("postgresql", version),
      instances,
      enableSuperuserAccess: false,
      enablePDB: instances > 1,
      primaryUpdateStrategy: "unsupervised",
      primaryUpdateMethod: "switchover",
      postgresql: {
        parameters: {
          max_connections: String(connections),
          shared_buffers: megabytes(resources.limits.memory, SHARED_BUFFERS_SHARE),
          password_encryption: "scram-sha-256",
          ssl_min_protocol_version: "TLSv1.3",
          // The details of an error are the values of a row.
          log_error_verbosity: "terse",
          wal_retrieve_retry_interval: STANDBY_RETRIES_EVERY,
          // The operator loads pgaudit when it finds a setting of it.
          ...(args.dataClass === "personal" && { ...AUDITED_STATEMENTS, ...NO_VALUES }),
          ...(args.audit && RECORDED_READING),
          ...parameters,
        },
        ...(instances > 1 ? { synchronous: { method: "any", number: 1, dataDurability: "required" } } : {}),
        pg_hba: accesses.apply((all) => hbaPlan(all, asking)),
      },
      bootstrap: recovery ? { recovery } : { initdb: { dataChecksums: true, encoding: "UTF8" } },
      ...(plugins && { plugins }),
      ...(externalClusters && { externalClusters }),
      managed: { roles: accesses.apply((all) => rolesPlan(name, databases, all, asking)) },
      certificates: { serverTLSSecret: serverSecret, serverCASecret: serverSecret },
      storage: { size: storage, resizeInUseVolumes: true },
      probes: PROBES,
      resources,
      affinity: {
        enablePodAntiAffinity: true,
        topologyKey: "kubernetes.io/hostname",
        podAntiAffinityType: "required",
        nodeAffinity: affinity.nodeAffinity,
        tolerations,
      },
      topologySpreadConstraints,
      inheritedMetadata: { labels: { ...labels(name), ...dataLabels(args) }, annotations: declared },
      priorityClassName: priorityClass("store"),
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
}

/** A database of the cluster. Outside a rehearsal it stays when its declaration goes. */
export function databasePlan(
  cluster: string,
  namespace: string,
  database: string,
  { retain, schemas = [] }: { retain: boolean; schemas?: NonNullable<DatabaseManifest["spec"]["schemas"]> },
): DatabaseManifest {
  return {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Database",
    metadata: { name: `${cluster}-${database}`, namespace, labels: MANAGED },
    spec: {
      name: database,
      owner: ownerRole(database),
      ensure: "present",
      ...(schemas.length > 0 && { schemas }),
      databaseReclaimPolicy: retain ? "retain" : "delete",
      cluster: { name: cluster },
    },
  };
}

/**
 * Consumers, the instances among themselves, and the operator come in; the instances reach each other, the API, and where backups lie. A
 * pooler's pods come in by the label that they share with the instances, and it is for them to have rules of their own.
 */
export function networkPlan(
  name: string,
  namespace: string,
  accesses: readonly Access[],
  { backups = [], hasPooler = false }: { backups?: readonly Destination[]; hasPooler?: boolean } = {},
): types.input.networking.v1.NetworkPolicySpec {
  const instances: Pods = { namespace, podLabels: podLabels(name) };
  const direct = accesses.filter(({ pooled }) => pooled === undefined);
  return {
    podSelector: { matchLabels: podLabels(name), ...(hasPooler && { matchExpressions: [lacks(POOLER_LABEL)] }) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      ...admit(sorted(direct), [PORT]),
      ...admit([instances, OPERATOR], [PORT, STATUS_PORT]),
      admitScrapers(METRICS_PORT),
    ],
    egress: [...reach([...[PORT, STATUS_PORT].map((port) => ({ ...instances, port })), ...backups]), reachApiServer()],
  };
}

/** Host names of the services that the operator makes: for writing, for replicas only, for any instance, and before a pooler. */
export function serverHosts(name: string, namespace: string, hasPooler = false): string[] {
  return ["rw", "ro", "r", ...(hasPooler ? [POOLER] : [])].flatMap((service) => [
    `${name}-${service}`,
    host(name, namespace, service),
  ]);
}

export function host(name: string, namespace: string, service: string): string {
  return `${name}-${service}.${namespace}.svc`;
}

/** In an order that does not depend on who was declared first. */
export function sorted(accesses: readonly Access[]): Access[] {
  return [...accesses].sort((a, b) => (loginRole(a) < loginRole(b) ? -1 : 1));
}

function snake(name: string): string {
  return name.replaceAll("-", "_");
}

function megabytes(memory: Quantity, share: number): string {
  return `${Math.floor((amount(memory) * share) / MEBIBYTE)}MB`;
}
