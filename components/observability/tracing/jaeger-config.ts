import { seconds } from "../../core/duration.ts";
import {
  BATCH,
  type CollectorConfig,
  HEALTH_PORT,
  MEMORY_LIMITER,
  OTLP_RECEIVER,
  OWN_TELEMETRY,
  patience,
  tracesIn,
} from "../collector/config.ts";
import type { CompleteArgs } from "./args.ts";

/** Where traces are looked up: pages and API by HTTP, the API by gRPC. */
export const QUERY_PORT = 16_686;
export const QUERY_GRPC_PORT = 16_685;
/** Path at which Jaeger says how it is; the collector's own is `/`. */
export const JAEGER_HEALTH = "/status";

export const JAEGER_PATHS = {
  data: "/var/lib/jaeger",
  password: "/etc/jaeger/password",
  authority: "/etc/jaeger/ca.crt",
};

/** Keeps traces and answers questions about them. */
export function jaegerConfig(
  name: string,
  args: Pick<CompleteArgs, "storage" | "retention" | "resources">,
): CollectorConfig {
  const store = "traces";
  const { sending_queue, retry_on_failure } = patience(1_000, "5m");
  return {
    extensions: {
      healthcheckv2: {
        use_v2: true,
        http: { endpoint: `0.0.0.0:${HEALTH_PORT}`, status: { enabled: true, path: JAEGER_HEALTH } },
      },
      jaeger_storage: { backends: { [store]: backend(name, args) } },
      jaeger_query: {
        storage: { traces: store },
        http: { endpoint: `0.0.0.0:${QUERY_PORT}` },
        grpc: { endpoint: `0.0.0.0:${QUERY_GRPC_PORT}` },
      },
    },
    receivers: OTLP_RECEIVER,
    processors: { ...MEMORY_LIMITER, ...BATCH },
    exporters: { jaeger_storage_exporter: { trace_storage: store, queue: sending_queue, retry_on_failure } },
    service: {
      extensions: ["healthcheckv2", "jaeger_storage", "jaeger_query"],
      telemetry: OWN_TELEMETRY,
      pipelines: {
        traces: {
          receivers: ["otlp"],
          processors: ["memory_limiter", "batch"],
          exporters: ["jaeger_storage_exporter"],
        },
      },
    },
  };
}

function backend(
  name: string,
  { storage, retention, resources }: Pick<CompleteArgs, "storage" | "retention" | "resources">,
): object {
  if (storage.kind === "memory")
    return { memory: { max_traces: storage.traces ?? tracesIn(resources.jaeger.limits.memory) } };
  if (storage.kind === "badger")
    return {
      badger: {
        directories: { keys: `${JAEGER_PATHS.data}/keys`, values: `${JAEGER_PATHS.data}/values` },
        ephemeral: false,
        ttl: { spans: `${seconds(retention)}s` },
      },
    };
  const { kind, url, user, authority, prefix = name } = storage;
  const tls = url.startsWith("http://") ? { insecure: true } : authority && { ca_file: JAEGER_PATHS.authority };
  return {
    [kind]: {
      server_urls: [url],
      indices: { index_prefix: prefix },
      // How far back a trace is looked for.
      max_span_age: `${seconds(retention)}s`,
      ...(user && { auth: { basic: { username: user.name, password_file: JAEGER_PATHS.password } } }),
      ...(tls && { tls }),
    },
  };
}
