import { BUCKET_CA } from "../../data/object-store/bucket-files.ts";

export const LOKI_PORTS = { http: 3100, grpc: 9095, gossip: 7946 } as const;
export const LOKI_PATHS = { config: "/etc/loki", data: "/var/loki" } as const;

/** A bucket, as far as Loki's configuration names it. */
export interface LokiBucket {
  readonly name: string;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  /** Whether its endpoint's certificate is checked against an authority of the cluster's own. */
  readonly ownAuthority: boolean;
}

/** The day from which the present way of keeping logs holds; a later change of it is one more entry, and never another day here. */
const SINCE = "2025-01-01";
/** Lines that are older than this are refused: an agent that was away for longer has lost them. */
const OLDEST_HOURS = 168;

/** Loki's configuration. `peers` is the name that leads to all of it; `bucket` is none where one Loki keeps all on its disk. */
export function lokiConfig(peers: string, backend: string, bucket: LokiBucket | undefined): object {
  const store = bucket ? "s3" : "filesystem";
  return {
    auth_enabled: true,
    analytics: { reporting_enabled: false },
    server: { http_listen_port: LOKI_PORTS.http, grpc_listen_port: LOKI_PORTS.grpc, log_format: "json" },
    common: {
      path_prefix: LOKI_PATHS.data,
      replication_factor: bucket ? 3 : 1,
      ring: { kvstore: { store: bucket ? "memberlist" : "inmemory" } },
      compactor_address: `http://${backend}:${LOKI_PORTS.http}`,
    },
    ...(bucket && { memberlist: { bind_port: LOKI_PORTS.gossip, join_members: [`${peers}:${LOKI_PORTS.gossip}`] } }),
    schema_config: {
      configs: [
        { from: SINCE, store: "tsdb", object_store: store, schema: "v13", index: { prefix: "index_", period: "24h" } },
      ],
    },
    storage_config: {
      tsdb_shipper: {
        active_index_directory: `${LOKI_PATHS.data}/index`,
        cache_location: `${LOKI_PATHS.data}/index-cache`,
      },
      ...(bucket
        ? {
            aws: {
              bucketnames: bucket.name,
              ...(bucket.endpoint && { endpoint: bucket.endpoint }),
              ...(bucket.region && { region: bucket.region }),
              s3forcepathstyle: bucket.ownAuthority,
              ...(bucket.ownAuthority && { http_config: { ca_file: BUCKET_CA } }),
            },
          }
        : { filesystem: { directory: `${LOKI_PATHS.data}/chunks` } }),
    },
    ingester: { wal: { enabled: true, dir: `${LOKI_PATHS.data}/wal`, flush_on_shutdown: true } },
    querier: { multi_tenant_queries_enabled: true },
    compactor: {
      working_directory: `${LOKI_PATHS.data}/compactor`,
      retention_enabled: true,
      delete_request_store: store,
    },
    limits_config: {
      allow_structured_metadata: true,
      reject_old_samples: true,
      reject_old_samples_max_age: `${OLDEST_HOURS}h`,
      volume_enabled: true,
    },
    runtime_config: { file: `${LOKI_PATHS.config}/tenants.json` },
  };
}
