import { milliseconds } from "../../core/duration.ts";
import { hundredths } from "../../core/percent.ts";
import {
  BATCH,
  type CollectorConfig,
  HEALTH_CHECK,
  MEMORY_LIMITER,
  OTLP_GRPC_PORT,
  OTLP_RECEIVER,
  OWN_TELEMETRY,
  patience,
  tracesIn,
} from "../collector/config.ts";
import type { CompleteArgs } from "./args.ts";
import { CLEANING } from "./cleaning.ts";

export const ZIPKIN_PORT = 9411;
/** Where rate, errors and duration of spans are read, which are counted before any trace is dropped. */
export const SPAN_METRICS_PORT = 8889;

const HEX_DIGITS = "0123456789abcdef";
/** What became of a trace is remembered, for spans that come later: of so many times the traces that wait. An id takes some hundred bytes. */
const REMEMBERED = 5;
/** Series of metrics of spans per sampler, at most: a span that is named after an id would make one for each. */
const MOST_SERIES = 5_000;

/**
 * Takes spans from services and leads each to the sampler that judges its trace: whole traces end up in one place, whoever sent
 * the spans. The last digit of the trace's id says which, since it is random in ids of 64 bits too. What a sampler that is away would
 * get waits for it, and nothing of others does. What is personal goes no further than here.
 */
export function collectorConfig(samplers: readonly string[]): CollectorConfig {
  const shards = samplers.map((host, index) => ({ host, index, rest: otherDigits(index, samplers.length) }));
  const filters = shards.flatMap(({ index, rest }) =>
    rest === ""
      ? []
      : [
          [
            `filter/${index}`,
            { error_mode: "propagate", traces: { span: [`IsMatch(trace_id.string, "[${rest}]$")`] } },
          ],
        ],
  );
  return {
    extensions: HEALTH_CHECK,
    receivers: { ...OTLP_RECEIVER, zipkin: { endpoint: `0.0.0.0:${ZIPKIN_PORT}` } },
    processors: { ...MEMORY_LIMITER, ...Object.fromEntries(filters), "transform/personal": CLEANING, ...BATCH },
    exporters: Object.fromEntries(
      shards.map(({ host, index }) => [
        `otlp/${index}`,
        { endpoint: `${host}:${OTLP_GRPC_PORT}`, tls: { insecure: true }, ...patience(1_000, "5m") },
      ]),
    ),
    service: {
      extensions: Object.keys(HEALTH_CHECK),
      telemetry: OWN_TELEMETRY,
      pipelines: Object.fromEntries(
        shards.map(({ index, rest }) => [
          `traces/${index}`,
          {
            receivers: ["otlp", "zipkin"],
            processors: ["memory_limiter", ...(rest === "" ? [] : [`filter/${index}`]), "transform/personal", "batch"],
            exporters: [`otlp/${index}`],
          },
        ]),
      ),
    },
  };
}

/** The last digits of the ids of traces that are not for this sampler. */
export function otherDigits(index: number, samplers: number): string {
  return [...HEX_DIGITS].filter((_, digit) => Math.floor((digit * samplers) / HEX_DIGITS.length) !== index).join("");
}

/**
 * Holds as many traces as its memory has room for, the oldest of which is judged early if there are more. Waits for a trace's spans, then keeps it if it has an error, if it took long, or if it is among the share of the rest. Counts
 * every span, so that rates are true whatever is kept.
 */
export function samplerConfig(
  { sampling, resources }: Pick<CompleteArgs, "sampling" | "resources">,
  jaeger: string,
): CollectorConfig {
  const { slowerThan, keep, wait } = sampling;
  const waiting = tracesIn(resources.sampler.limits.memory);
  const remembered = REMEMBERED * waiting;
  return {
    extensions: HEALTH_CHECK,
    receivers: OTLP_RECEIVER,
    processors: {
      ...MEMORY_LIMITER,
      tail_sampling: {
        decision_wait: wait,
        num_traces: waiting,
        decision_cache: { sampled_cache_size: remembered, non_sampled_cache_size: remembered },
        policies: [
          { name: "errors", type: "status_code", status_code: { status_codes: ["ERROR"] } },
          { name: "slow", type: "latency", latency: { threshold_ms: milliseconds(slowerThan) } },
          { name: "rest", type: "probabilistic", probabilistic: { sampling_percentage: hundredths(keep) } },
        ],
      },
      ...BATCH,
    },
    connectors: {
      spanmetrics: {
        aggregation_cardinality_limit: MOST_SERIES,
        metrics_expiration: "15m",
        metrics_flush_interval: "15s",
      },
    },
    exporters: {
      "otlp/jaeger": { endpoint: `${jaeger}:${OTLP_GRPC_PORT}`, tls: { insecure: true }, ...patience(2_000, "15m") },
      "prometheus/spans": { endpoint: `0.0.0.0:${SPAN_METRICS_PORT}` },
    },
    service: {
      extensions: Object.keys(HEALTH_CHECK),
      telemetry: OWN_TELEMETRY,
      pipelines: {
        "traces/all": { receivers: ["otlp"], processors: ["memory_limiter"], exporters: ["spanmetrics"] },
        "traces/kept": {
          receivers: ["otlp"],
          processors: ["memory_limiter", "tail_sampling", "batch"],
          exporters: ["otlp/jaeger"],
        },
        "metrics/spans": {
          receivers: ["spanmetrics"],
          processors: ["memory_limiter"],
          exporters: ["prometheus/spans"],
        },
      },
    },
  };
}
