import { describe, expect, test } from "vitest";
import { amount } from "../../core/index.ts";
import { TRACE_BYTES } from "../collector/config.ts";
import { complete } from "./args.ts";
import { collectorConfig, otherDigits, samplerConfig } from "./collector-config.ts";

const SHARES = [1, 2, 4, 8, 16] as const;
const args = { namespace: { name: "telemetry" }, zones: ["a"], storage: { kind: "memory" }, retention: "3d" } as never;
const hosts = (count: number) => Array.from({ length: count }, (_, index) => `sampler-${index}`);

describe("collectors", () => {
  test.each(SHARES)("lead every trace to one of %i samplers, and each gets as many digits as another", (samplers) => {
    const own = hosts(samplers).map((_, index) => 16 - otherDigits(index, samplers).length);
    expect(new Set(own)).toEqual(new Set([16 / samplers]));
    for (const digit of "0123456789abcdef")
      expect(hosts(samplers).filter((_, index) => !otherDigits(index, samplers).includes(digit))).toHaveLength(1);
  });

  test("filter by the digits of others, once their memory allows it", () => {
    const { processors, service, exporters } = collectorConfig(hosts(2));
    expect(processors["filter/0"]).toMatchObject({ traces: { span: ['IsMatch(trace_id.string, "[89abcdef]$")'] } });
    expect(service.pipelines["traces/1"]).toEqual({
      receivers: ["otlp", "zipkin"],
      processors: ["memory_limiter", "filter/1", "transform/personal", "batch"],
      exporters: ["otlp/1"],
    });
    expect(exporters["otlp/1"]).toMatchObject({
      endpoint: "sampler-1:4317",
      retry_on_failure: { max_elapsed_time: "5m" },
    });
  });

  test("filter nothing for one sampler alone", () => {
    const { processors, service } = collectorConfig(hosts(1));
    expect(Object.keys(processors)).toEqual(["memory_limiter", "transform/personal", "batch"]);
    expect(service.pipelines["traces/0"]?.processors).toEqual(["memory_limiter", "transform/personal", "batch"]);
  });
});

describe("samplers", () => {
  test("keep errors, what is slow, and a share of the rest", () => {
    const sampling = { slowerThan: "250ms", keep: "2.5%", wait: "30s" } as const;
    const { processors } = samplerConfig(complete({ ...(args as object), sampling } as never), "jaeger");
    expect(processors.tail_sampling).toMatchObject({
      decision_wait: "30s",
      policies: [
        { type: "status_code", status_code: { status_codes: ["ERROR"] } },
        { type: "latency", latency: { threshold_ms: 250 } },
        { type: "probabilistic", probabilistic: { sampling_percentage: 2.5 } },
      ],
    });
  });

  test.each([
    ["512Mi", 16_106],
    ["2Gi", 64_424],
  ] as const)("hold in %s what leaves as much again before spans are refused", (memory, traces) => {
    const sampler = { requests: { cpu: "1", memory }, limits: { cpu: "1", memory } } as const;
    const given = complete({ ...(args as object), resources: { sampler } } as never);
    const { num_traces, decision_cache } = samplerConfig(given, "jaeger").processors.tail_sampling as never as {
      num_traces: number;
      decision_cache: object;
    };
    expect(num_traces).toBe(traces);
    expect(decision_cache).toEqual({ sampled_cache_size: 5 * traces, non_sampled_cache_size: 5 * traces });
    expect(2 * num_traces * TRACE_BYTES).toBeLessThanOrEqual(0.6 * amount(memory));
  });

  test("count spans before they judge: what is counted is all there was", () => {
    const { pipelines } = samplerConfig(complete(args), "jaeger").service;
    expect(pipelines["traces/all"]).toMatchObject({ processors: ["memory_limiter"], exporters: ["spanmetrics"] });
    expect(pipelines["traces/kept"]?.processors).toContain("tail_sampling");
  });
});
