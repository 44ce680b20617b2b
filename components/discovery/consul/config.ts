import type { CompleteConsul } from "./args.ts";

/** Where files of a server's pod are. */
export const PATHS = {
  config: "/etc/consul",
  secrets: "/etc/consul-secrets",
  tls: "/etc/consul-tls",
  data: "/consul/data",
} as const;

/**
 * Ports: what servers say to each other and to agents, gossip (TCP and UDP), the API over TLS, what the catalog's sync asks by, and DNS.
 * `local` is the API without TLS, in a server's own pod alone.
 */
export const PORTS = { rpc: 8300, gossip: 8301, local: 8500, api: 8501, grpc: 8503, dns: 8600 } as const;

/** How often a server that finds no other asks again. */
const RETRY = "5s";
/** Twice what Prometheus' interval is, or numbers are gone before they are read. */
const METRICS_KEPT = "2m";
/** How long an answer of DNS may be believed: so long an instance that is not well is still told. */
const TTL_SECONDS = 5;

/** Names of what belongs to a Consul. */
export function names(name: string) {
  return {
    server: `${name}-server`,
    nodes: `${name}-nodes`,
    dns: `${name}-dns`,
    setup: `${name}-setup`,
    secrets: `${name}-secrets`,
    tokens: `${name}-tokens`,
    management: `${name}-management`,
    agents: `${name}-agents`,
    metrics: `${name}-metrics-token`,
    sync: `${name}-catalog-sync`,
  };
}

/** Where the API is, by TLS. */
export function host(name: string, namespace: string): string {
  return `${name}.${namespace}.svc`;
}

/** The name in a server's certificate that says it is a server of the datacenter: agents ask for it, whatever they connect to. */
export function serverName({ datacenter, domain }: Pick<CompleteConsul, "datacenter" | "domain">): string {
  return `server.${datacenter}.${domain}`;
}

/** Names that the servers' certificate is for. */
export function serverHosts(name: string, args: CompleteConsul): string[] {
  const namespace = args.namespace.name;
  return [serverName(args), name, host(name, namespace), `*.${names(name).nodes}.${namespace}.svc`];
}

/** Full names of the servers, by which they find each other. */
export function servers(name: string, args: Pick<CompleteConsul, "servers" | "namespace">): string[] {
  const { server, nodes } = names(name);
  return Array.from({ length: args.servers }, (_, index) => `${server}-${index}.${nodes}.${args.namespace.name}.svc`);
}

/** What stands in a server's configuration, the same for all; what is secret is in {@link secretConfig}. */
export function serverConfig(name: string, args: CompleteConsul): object {
  return {
    datacenter: args.datacenter,
    domain: args.domain,
    server: true,
    bootstrap_expect: args.servers,
    retry_join: servers(name, args),
    retry_interval: RETRY,
    data_dir: PATHS.data,
    client_addr: "0.0.0.0",
    addresses: { http: "127.0.0.1" },
    ports: {
      server: PORTS.rpc,
      serf_lan: PORTS.gossip,
      serf_wan: -1,
      http: PORTS.local,
      https: PORTS.api,
      grpc: -1,
      grpc_tls: PORTS.grpc,
      dns: PORTS.dns,
    },
    // A pod that is ended comes back with its data at another address. One that has said so hands over first, and its name is free at once;
    // that of a lost one is free after half a minute.
    leave_on_terminate: true,
    skip_leave_on_interrupt: true,
    tls: {
      defaults: {
        ca_file: `${PATHS.tls}/ca.crt`,
        cert_file: `${PATHS.tls}/tls.crt`,
        key_file: `${PATHS.tls}/tls.key`,
        tls_min_version: "TLSv1_3",
        verify_outgoing: true,
      },
      // Servers and agents show a certificate; who has the API asked has a token.
      internal_rpc: { verify_incoming: true, verify_server_hostname: true },
      https: { verify_incoming: false },
      grpc: { verify_incoming: false },
    },
    // Takes up a certificate that was renewed.
    auto_reload_config: true,
    acl: {
      enabled: true,
      default_policy: "deny",
      down_policy: "extend-cache",
      enable_token_persistence: false,
    },
    autopilot: { cleanup_dead_servers: true, min_quorum: args.servers },
    performance: { raft_multiplier: 1 },
    dns_config: {
      node_ttl: `${TTL_SECONDS}s`,
      service_ttl: { "*": `${TTL_SECONDS}s` },
      enable_truncate: true,
    },
    telemetry: { prometheus_retention_time: METRICS_KEPT, disable_hostname: true },
    // No mesh, no peers, no pages, no look at who has a newer version, and nothing that a caller could have it run.
    connect: { enabled: false },
    peering: { enabled: false },
    ui_config: { enabled: false },
    disable_update_check: true,
    disable_remote_exec: true,
    enable_script_checks: false,
    enable_local_script_checks: false,
    log_json: true,
  };
}

/** What of the configuration is secret: the key of gossip, and the tokens that servers begin with. */
export function secretConfig(tokens: {
  readonly gossip: string;
  readonly management: string;
  readonly agent: string;
}): object {
  return {
    encrypt: tokens.gossip,
    acl: { tokens: { initial_management: tokens.management, agent: tokens.agent } },
  };
}

/** A server's command line. `$(POD)` and `$(POD_IP)` are its container's variables. */
export function serverArguments(): string[] {
  return [
    "agent",
    `-config-file=${PATHS.config}/server.json`,
    `-config-file=${PATHS.secrets}/secrets.json`,
    "-node=$(POD)",
    "-bind=$(POD_IP)",
  ];
}
