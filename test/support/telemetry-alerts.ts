import { watchedAgents, watchedLoki } from "../../components/observability/logging/alerts.ts";
import { complete as completeLogging } from "../../components/observability/logging/args.ts";
import { watched as watchedProfiling } from "../../components/observability/profiling/alerts.ts";
import { watched } from "../../components/observability/tracing/alerts.ts";
import { complete } from "../../components/observability/tracing/args.ts";
import { disk, one, type Series, STORE, type Tried } from "./alert-series.ts";

const tracing = (metric: string, pod: string) => `${metric}{namespace="data",pod="traces-${pod}"}`;
const agent = (metric: string) => `${metric}{namespace="kube-system",pod="logs-agent-x7k2p"}`;
const loki = (metric: string, more = "") => `${metric}{namespace="data",pod="logs-loki-0"${more}}`;
const up = (...pods: readonly string[]): Series => Object.fromEntries(pods.map((pod) => [tracing("up", pod), "1x60"]));
const ALL = ["collector-5d4f-x", "collector-5d4f-y", "sampler-0", "sampler-1", "jaeger-0"];
/** Of so many nodes. */
const nodes = (count: number) =>
  one('kube_daemonset_status_desired_number_scheduled{namespace="kube-system",daemonset="logs-agent"}', `${count}x60`);
const queue = (size: number, of: (metric: string) => string): Series => ({
  [of("otelcol_exporter_queue_size")]: `${size}x60`,
  [of("otelcol_exporter_queue_capacity")]: "1000x60",
});
const inSampler = (metric: string) => tracing(metric, "sampler-0");
const answers = (failed: number): Series => ({
  [loki("loki_request_duration_seconds_count", ',status_code="500"')]: `0+${failed}x60`,
  [loki("loki_request_duration_seconds_count", ',status_code="204"')]: `0+${600 - failed}x60`,
});

export const TRACING: Tried = {
  watched: watched("traces", complete({ ...STORE, storage: { kind: "badger", disk: "5Gi" }, retention: "3d" })),
  told: {
    TracingDown: {
      fires: { ...up(...ALL), [tracing("up", "sampler-1")]: "0x60" },
      silent: up(...ALL),
      without: up(...ALL.slice(0, -1)),
    },
    TracingRefusesSpans: {
      fires: one(tracing("otelcol_receiver_refused_spans", "collector-5d4f-x"), "0+1x60"),
      silent: one(tracing("otelcol_receiver_refused_spans", "collector-5d4f-x"), "7x60"),
    },
    TracingLosesSpans: {
      fires: one(inSampler("otelcol_exporter_enqueue_failed_spans"), "0+1x60"),
      silent: one(inSampler("otelcol_exporter_send_failed_spans"), "7x60"),
    },
    TracingQueueFills: { fires: queue(801, inSampler), silent: queue(799, inSampler) },
    TracingJudgesEarly: {
      fires: one(inSampler("otelcol_processor_tail_sampling_sampling_trace_dropped_too_early"), "0+1x60"),
      silent: one(inSampler("otelcol_processor_tail_sampling_sampling_trace_dropped_too_early"), "0x60"),
    },
    TracingDiskFilling: { fires: disk("data-traces-jaeger-0", 19), silent: disk("data-traces-jaeger-0", 21) },
    TracingDiskFull: { fires: disk("data-traces-jaeger-0", 9), silent: disk("data-traces-jaeger-0", 11) },
  },
};

export const LOG_AGENTS: Tried = {
  watched: watchedAgents("logs"),
  told: {
    LoggingAgentDown: {
      fires: { ...nodes(2), [agent("up")]: "1x60" },
      silent: { ...nodes(1), [agent("up")]: "1x60" },
      without: one(agent("up"), "0x60"),
    },
    LoggingLoses: {
      fires: one(agent("otelcol_exporter_send_failed_log_records"), "0+1x60"),
      silent: one(agent("otelcol_exporter_send_failed_log_records"), "7x60"),
    },
    LoggingWaits: { fires: queue(801, agent), silent: queue(799, agent) },
  },
};

export const LOKI: Tried = {
  watched: watchedLoki("logs", completeLogging({ ...STORE, store: { kind: "loki", disk: "5Gi" }, retention: "3d" })),
  told: {
    LokiDown: { fires: one(loki("up"), "0x60"), silent: one(loki("up"), "1x60"), without: {} },
    LokiFails: { fires: answers(66), silent: answers(54) },
    LokiDiskFilling: { fires: disk("data-logs-loki-0", 19), silent: disk("data-logs-loki-0", 21) },
    LokiDiskFull: { fires: disk("data-logs-loki-0", 9), silent: disk("data-logs-loki-0", 11) },
  },
};

const pyroscope = (metric: string, more = "") => `${metric}{namespace="data",pod="profiles-pyroscope-0"${more}}`;
const pushes = (failed: number): Series => ({
  [pyroscope("pyroscope_request_duration_seconds_count", ',status_code="500"')]: `0+${failed}x60`,
  [pyroscope("pyroscope_request_duration_seconds_count", ',status_code="200"')]: `0+${600 - failed}x60`,
});
const discarded = pyroscope("pyroscope_discarded_samples_total", ',tenant="shop",reason="rate_limited"');

export const PROFILING: Tried = {
  watched: watchedProfiling("profiles", { ...STORE }),
  told: {
    ProfilingDown: { fires: one(pyroscope("up"), "0x60"), silent: one(pyroscope("up"), "1x60"), without: {} },
    ProfilingFails: { fires: pushes(66), silent: pushes(54) },
    ProfilingRefuses: { fires: one(discarded, "0+1x60"), silent: one(discarded, "7x60") },
    ProfilingDiskFilling: {
      fires: disk("data-profiles-pyroscope-0", 19),
      silent: disk("data-profiles-pyroscope-0", 21),
    },
    ProfilingDiskFull: { fires: disk("data-profiles-pyroscope-0", 9), silent: disk("data-profiles-pyroscope-0", 11) },
  },
};
