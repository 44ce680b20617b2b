import { amount, type Quantity } from "../../core/quantity.ts";

/** The configuration of an OpenTelemetry collector, and of Jaeger 2, which is one: as far as we set it. It is written as JSON, which is YAML. */
export interface CollectorConfig {
  readonly extensions: Readonly<Record<string, object>>;
  readonly receivers: Readonly<Record<string, object>>;
  readonly processors: Readonly<Record<string, object>>;
  readonly connectors?: Readonly<Record<string, object>>;
  readonly exporters: Readonly<Record<string, object>>;
  readonly service: {
    readonly extensions: readonly string[];
    readonly telemetry: object;
    readonly pipelines: Readonly<Record<string, Pipeline>>;
  };
}

export interface Pipeline {
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}

/** Where the program says how it is, and where its metrics are read. */
export const HEALTH_PORT = 13_133;
export const METRICS_PORT = 8888;
/** OpenTelemetry's protocol by gRPC and by HTTP. */
export const OTLP_GRPC_PORT = 4317;
export const OTLP_HTTP_PORT = 4318;

const everywhere = (port: number) => ({ endpoint: `0.0.0.0:${port}` });

export const HEALTH_CHECK = { health_check: everywhere(HEALTH_PORT) };

/** Takes spans by OpenTelemetry's protocol. */
export const OTLP_RECEIVER = {
  otlp: { protocols: { grpc: everywhere(OTLP_GRPC_PORT), http: everywhere(OTLP_HTTP_PORT) } },
};

/**
 * Refuses what comes when its memory is nearly full: the sender keeps it and tries again, where a program that is killed loses all it
 * has. First in every pipeline.
 */
export const MEMORY_LIMITER = {
  memory_limiter: { check_interval: "1s", limit_percentage: 80, spike_limit_percentage: 20 },
};

/** A trace of ten spans of a kilobyte each. */
export const TRACE_BYTES = 10_000;
/** Of the memory at which a program begins to refuse, for the traces that it holds; the rest is its own, and for what waits to be passed on. */
const TRACES_SHARE = 0.5;

/** How many traces a program holds, of so much memory, without refusing others for it. */
export function tracesIn(memory: Quantity): number {
  const { limit_percentage, spike_limit_percentage } = MEMORY_LIMITER.memory_limiter;
  const refusesAt = (amount(memory) * (limit_percentage - spike_limit_percentage)) / 100;
  return Math.floor((refusesAt * TRACES_SHARE) / TRACE_BYTES);
}

/** Larger requests for the next; a second more is nothing for who reads traces and logs. */
export const BATCH = { batch: { timeout: "1s", send_batch_size: 2_048, send_batch_max_size: 4_096 } };

/** Where and how its own metrics are read; their names say neither unit nor kind, as versions differ in what they add. */
const OWN_METRICS = { host: "0.0.0.0", port: METRICS_PORT, without_type_suffix: true, without_units: true };

/** Its own log as JSON, and its own metrics for Prometheus. */
export const OWN_TELEMETRY = {
  logs: { encoding: "json", level: "info" },
  metrics: { readers: [{ pull: { exporter: { prometheus: OWN_METRICS } } }] },
};

/** What cannot be passed on waits in memory, up to so many requests, and is tried again for so long. */
export function patience(requests: number, time: string) {
  return {
    sending_queue: { enabled: true, num_consumers: 4, queue_size: requests },
    retry_on_failure: { enabled: true, initial_interval: "1s", max_interval: "10s", max_elapsed_time: time },
  };
}
