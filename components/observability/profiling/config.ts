import { seconds } from "../../core/duration.ts";
import type { Quantity } from "../../core/quantity.ts";
import type { Kept } from "../tenants.ts";

export const PORTS = { http: 4040, grpc: 9095, gossip: 7946, raft: 9099 } as const;
export const PATHS = { config: "/etc/pyroscope", data: "/var/pyroscope" } as const;
/** What a compaction puts together before it is in the bucket. */
export const SCRATCH: Quantity = "2Gi";

/** A bucket, as far as Pyroscope's configuration names it. */
export interface PyroscopeBucket {
  readonly name: string;
  /** Its address; known last. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
}

/** Where parts find each other, where they are apart. */
export interface Hosts {
  /** The name that leads to all of them. */
  readonly peers: string;
  /** One name for each that knows where things are. */
  readonly metastores: readonly string[];
  /** The name that leads to each that reads the bucket. */
  readonly queryBackend: string;
}

/** Pyroscope's configuration, the same for all parts. Without a bucket one alone keeps all on its disk, and needs nobody. */
export function pyroscopeConfig(
  { retention }: Pick<Kept, "retention">,
  apart: { readonly hosts: Hosts; readonly bucket: PyroscopeBucket } | undefined,
): object {
  const index = `${PATHS.data}/metastore`;
  return {
    architecture_storage: "v2",
    multitenancy_enabled: true,
    show_banner: false,
    analytics: { reporting_enabled: false },
    self_profiling: { disable_push: true },
    tracing: { enabled: false },
    server: { http_listen_port: PORTS.http, grpc_listen_port: PORTS.grpc, log_format: "json" },
    storage: apart
      ? { backend: "s3", s3: s3(apart.bucket) }
      : { backend: "filesystem", filesystem: { dir: `${PATHS.data}/profiles` } },
    metastore: {
      data_dir: `${index}/data`,
      raft: {
        dir: `${index}/raft`,
        snapshots_dir: `${index}/raft`,
        ...(apart && {
          bind_address: `:${PORTS.raft}`,
          bootstrap_peers: apart.hosts.metastores.map((host) => `${host}:${PORTS.raft}`),
          bootstrap_expect_peers: apart.hosts.metastores.length,
        }),
      },
      ...(apart && { address: apart.hosts.metastores.map((host) => `${host}:${PORTS.grpc}`).join() }),
    },
    ...(apart && {
      query_backend: { address: `dns:///${apart.hosts.queryBackend}:${PORTS.grpc}` },
      memberlist: { bind_port: PORTS.gossip, join_members: [`dns+${apart.hosts.peers}:${PORTS.gossip}`] },
    }),
    limits: { retention_period: `${seconds(retention)}s` },
    runtime_config: { file: `${PATHS.config}/tenants.json` },
  };
}

/** Its endpoint is told without a scheme, and it is over TLS. The key comes by the SDK of AWS, from a file. */
function s3({ name, endpoint, region }: PyroscopeBucket): object {
  return {
    bucket_name: name,
    ...(endpoint && { endpoint: new URL(endpoint).host }),
    ...(region && { region }),
    bucket_lookup_type: "path-style",
    native_aws_auth_enabled: true,
  };
}
