import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { priorityClass } from "../../cluster/priorities.ts";
import { oneAtATime } from "../../core/budget.ts";
import { labels } from "../../core/labels.ts";
import { admit, admitScrapers, reach, reachApiServer } from "../../core/network.ts";
import { spread } from "../../core/spread.ts";
import { image } from "../../images/catalogue.ts";
import type { CompleteArgs } from "./args.ts";
import type { PoolerManifest } from "./cnpg.ts";
import { type Access, type Asking, host, loginRole, POOLER, POOLER_LABEL, PORT, podLabels, sorted } from "./plan.ts";
import { type CompletePooler, completePooler } from "./pooler-args.ts";

/** The manager in each pod serves metrics here, on a port called `metrics`, as those of the instances do. */
const METRICS_PORT = 9127;
/** While a pod of the pooler is replaced, the old one and the new one hold connections. */
const REPLACED_AT_ONCE = 1;
/** Until every node knows that a pod takes no new connections. */
const DRAIN_SECONDS = 5;
/** The role by which the pooler asks. Those of consumers have an underscore. */
export const ASKER = "pooler";
/**
 * What the server keeps of the password of a role that a consumer may have. `=` is named with its schema: a database's owner chooses the
 * search path in which this is asked, and may put an operator of his own before PostgreSQL's.
 */
const ASKS =
  "SELECT rolname, rolpassword FROM pg_catalog.pg_authid WHERE rolname OPERATOR(pg_catalog.=) $1 AND rolcanlogin AND NOT rolsuper AND NOT rolreplication";
/** Any address: PgBouncer wants both families. */
const ANYWHERE = ["0.0.0.0/0", "::/0"];

/**
 * PgBouncer's settings that are the same for all. A lost primary is noticed after 5 s by connections that are in use; a new one is given up after
 * 3 s, and tried again, its name asked for again, every second. With PgBouncer's own numbers a client would wait for 15 s after another instance
 * takes writes, and on a lost node's connection for ever. Whoever waits for longer than a failover in a cloud takes (45 s) is told so.
 */
const PARAMETERS = {
  max_prepared_statements: "200",
  query_wait_timeout: "60",
  dns_nxdomain_ttl: "1",
  server_connect_timeout: "3",
  server_login_retry: "1",
  server_tls_protocols: "tlsv1.3",
  tcp_keepalive: "1",
  tcp_keepidle: "5",
  tcp_keepintvl: "2",
  tcp_keepcnt: "2",
  tcp_user_timeout: "5000",
  log_connections: "0",
  log_disconnections: "0",
};

export function poolerName(name: string): string {
  return `${name}-${POOLER}`;
}

/** The name of the pooler's service is the pooler's own. */
export function poolerHost(name: string, namespace: string): string {
  return host(name, namespace, POOLER);
}

/** Labels of the pooler's pods. They have the label of the instances too: {@link POOLER_LABEL} is what tells them apart. */
export function poolerLabels(name: string): Record<string, string> {
  return { [POOLER_LABEL]: poolerName(name) };
}

/** Connections to the server that all pods together can have of one consumer, who holds `clients` to the pooler. */
export function pooledConnections({ size, instances }: CompletePooler, clients: number): number {
  return Math.min(size, clients) * (instances + REPLACED_AT_ONCE);
}

/** Connections by which the pooler asks the server for what it keeps of passwords: a pool of its own in each database. */
export function askingConnections({ size, instances }: CompletePooler, databases: readonly string[]): number {
  return size * (instances + REPLACED_AT_ONCE) * databases.length;
}

/**
 * The pooler's own role. CloudNativePG would make one by itself, and a function in each database that reads passwords with the rights of a
 * superuser, in the search path that the database's owner chose: any owner could do everything with it.
 */
export function askingPlan(name: string, pooler: CompletePooler, databases: readonly string[]): Asking {
  return {
    role: {
      name: ASKER,
      ensure: "present",
      login: true,
      connectionLimit: askingConnections(pooler, databases),
      // Less does not read passwords but with rights that only a superuser can give.
      inRoles: ["pg_read_all_data"],
      passwordSecret: { name: poolerName(name) },
    },
    hba: `hostssl ${databases.join(",")} ${ASKER} all scram-sha-256`,
  };
}

/** Who may connect to what, as on the server: over TLS, with a password. What CloudNativePG adds at the end comes too late for anyone else. */
export function poolerHbaPlan(accesses: readonly Access[]): string[] {
  const own = sorted(accesses.filter(({ pooled }) => pooled !== undefined)).flatMap((access) =>
    ANYWHERE.map((from) => `hostssl ${access.database} ${loginRole(access)} ${from} scram-sha-256`),
  );
  return [...own, ...ANYWHERE.map((from) => `host all all ${from} reject`)];
}

/** Pods that any connection may end at: a zone for each, and another one is there before one is taken away. */
export function poolerPlan(
  name: string,
  args: Pick<CompleteArgs, "namespace" | "zones">,
  pooler: CompletePooler,
  accesses: pulumi.Output<readonly Access[]>,
): PoolerManifest {
  const { mode, instances, size, maxClients, resources } = pooler;
  const tcp = { tcpSocket: { port: PORT }, timeoutSeconds: 5 };
  return {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Pooler",
    metadata: { name: poolerName(name), namespace: args.namespace.name, labels: labels(name, POOLER) },
    spec: {
      cluster: { name },
      type: "rw",
      instances,
      deploymentStrategy: {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: REPLACED_AT_ONCE, maxUnavailable: 0 },
      },
      pgbouncer: {
        poolMode: mode,
        authQuerySecret: { name: poolerName(name) },
        authQuery: ASKS,
        parameters: { ...PARAMETERS, max_client_conn: String(maxClients), default_pool_size: String(size) },
        pg_hba: accesses.apply(poolerHbaPlan),
      },
      template: {
        metadata: { labels: labels(name, POOLER) },
        spec: {
          priorityClassName: priorityClass("store"),
          enableServiceLinks: false,
          ...spread({ matchLabels: poolerLabels(name), zones: args.zones, sharedHosts: "prefer-not", rolls: true }),
          // The operator adds the command, the user, and all that level "restricted" asks for.
          containers: [
            {
              name: "pgbouncer",
              image: image("pgbouncer"),
              resources,
              lifecycle: { preStop: { sleep: { seconds: DRAIN_SECONDS } } },
              readinessProbe: { ...tcp, periodSeconds: 2, failureThreshold: 2 },
              livenessProbe: { ...tcp, periodSeconds: 10, failureThreshold: 6 },
            },
          ],
        },
      },
    },
  };
}

/** One pod at a time may be taken away. */
export function poolerBudgetPlan(name: string, namespace: string): types.input.policy.v1.PodDisruptionBudget {
  return {
    metadata: { name: poolerName(name), namespace, labels: labels(name, POOLER) },
    spec: oneAtATime(poolerLabels(name)),
  };
}

/** Consumers come in, and it goes to the instances, and to the API for its settings and certificates. */
export function poolerNetworkPlan(
  name: string,
  namespace: string,
  accesses: readonly Access[],
): types.input.networking.v1.NetworkPolicySpec {
  const consumers = sorted(accesses.filter(({ pooled }) => pooled !== undefined));
  return {
    podSelector: { matchLabels: poolerLabels(name) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [...admit(consumers, [PORT]), admitScrapers(METRICS_PORT)],
    egress: [...reach([{ namespace, podLabels: podLabels(name), port: PORT }]), reachApiServer()],
  };
}

/** The pooler of a Postgres, if it has one. */
export function poolerOf({ pooler, zones }: Pick<CompleteArgs, "pooler" | "zones">): CompletePooler | undefined {
  return pooler && completePooler(pooler, zones);
}
