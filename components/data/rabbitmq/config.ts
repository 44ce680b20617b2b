import { amount } from "../../core/quantity.ts";
import type { CompleteArgs } from "./args.ts";

/** Where the pods' files are. The operator mounts the certificate. */
export const PATHS = {
  tls: "/etc/rabbitmq-tls",
  internode: "/etc/rabbitmq-internode",
  setup: "/etc/rabbitmq-setup",
  users: "/etc/rabbitmq-users",
  admin: "/etc/rabbitmq-admin",
} as const;

/**
 * Ports: consumers, administration and metrics over TLS; among nodes what finds a node (it tells port numbers only), and what
 * they say to each other, over TLS too.
 */
export const PORTS = { clients: 5671, management: 15671, metrics: 15691, finder: 4369, internode: 25672 } as const;

/**
 * Ports of the tools that run in a node's pod, such as `rabbitmqctl`: the other nodes answer them directly. So many can be at work in
 * one pod at a time.
 */
export const TOOL_PORTS = [35_672, 35_673, 35_674, 35_675] as const;

/** Names of what belongs to a RabbitMQ. The operator's own are `<name>`, `-nodes`, `-server`, `-server-conf`, `-default-user` and so on. */
export function names(name: string) {
  return {
    nodes: `${name}-nodes`,
    pods: `${name}-server`,
    certificate: `${name}-certificate`,
    internode: `${name}-internode`,
    setup: `${name}-setup`,
    users: `${name}-users`,
    /** The operator's administrator, whose password it makes itself. */
    admin: `${name}-default-user`,
  };
}

export function host(name: string, namespace: string): string {
  return `${name}.${namespace}.svc`;
}

/** Names that the nodes' certificate is for: the service's, and each node's own, by which nodes check each other. */
export function serverHosts(name: string, namespace: string, count: number): string[] {
  const { pods, nodes } = names(name);
  const each = Array.from({ length: count }, (_, index) => `${pods}-${index}.${nodes}.${namespace}`);
  return [name, host(name, namespace), ...each];
}

/** The most copies that a queue has. */
const GROUP_SIZE = 3;
/** Of the disk: with less free, a node takes no more messages. */
const DISK_RESERVE = 0.2;
/** Seconds after which a connection without a sign of life is given up, by either side after two of them. RabbitMQ's default is 60. */
const HEARTBEAT_SECONDS = 10;

/**
 * Seconds after which a node that says nothing is taken for lost by the others, give or take a quarter; Erlang's default is 60. Until
 * then nothing can be declared, nor does the node get in when it is back.
 */
const NODE_SILENCE_SECONDS = 20;

/** Copies of each queue, each on a node of its own. */
export function copies(nodes: number): number {
  return Math.min(nodes, GROUP_SIZE);
}

/** What stands in rabbitmq.conf beside the operator's own settings. */
export function serverConfig({ nodes, storage }: Pick<CompleteArgs, "nodes" | "storage">): string {
  return lines(
    // The root file system is read-only, and the cluster collects what is printed.
    "log.console = true",
    "log.file = false",
    "ssl_options.versions.1 = tlsv1.3",
    // Consumers have passwords. The operator has certificates checked, and nodes show theirs to each other.
    "ssl_options.fail_if_no_peer_cert = false",
    "management.ssl.versions.1 = tlsv1.3",
    // Prometheus collects. What the administration's pages collect beside it is deprecated, and RabbitMQ warns of it at every start.
    "management_agent.disable_metrics_collector = true",
    "prometheus.ssl.versions.1 = tlsv1.3",
    // Its plain port cannot be closed: it is left to the pod itself.
    "prometheus.tcp.ip = 127.0.0.1",
    "prometheus.tcp.port = 15692",
    `heartbeat = ${HEARTBEAT_SECONDS}`,
    `net_ticktime = ${NODE_SILENCE_SECONDS}`,
    `disk_free_limit.absolute = ${Math.floor(amount(storage) * DISK_RESERVE)}`,
    "default_queue_type = quorum",
    // A node that is added gets copies of queues that are there already.
    "quorum_queue.continuous_membership_reconciliation.enabled = true",
    `quorum_queue.continuous_membership_reconciliation.target_group_size = ${copies(nodes)}`,
  );
}

/** What stands in rabbitmq-env.conf: nodes, and the tools that ask them, talk over TLS. */
export function environmentConfig(): string {
  const arguments_ = `-proto_dist inet_tls -ssl_dist_optfile ${PATHS.internode}/tls.config`;
  return lines(
    `SERVER_ADDITIONAL_ERL_ARGS="${arguments_}"`,
    `RABBITMQ_CTL_ERL_ARGS="${arguments_}"`,
    `CTL_DIST_PORT_MIN=${TOOL_PORTS[0]}`,
    `CTL_DIST_PORT_MAX=${TOOL_PORTS.at(-1)}`,
  );
}

/** How nodes show their certificate to each other and check the other's, in Erlang's words. */
export function internodeFiles(): Record<string, string> {
  const own = [
    `{cacertfile, "${PATHS.tls}/ca.crt"}`,
    `{certfile, "${PATHS.tls}/tls.crt"}`,
    `{keyfile, "${PATHS.tls}/tls.key"}`,
    "{versions, ['tlsv1.3']}",
    "{verify, verify_peer}",
  ].join(", ");
  return { "tls.config": `[{server, [${own}, {fail_if_no_peer_cert, true}]},\n {client, [${own}]}].\n` };
}

function lines(...all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
