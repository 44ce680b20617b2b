import { beforeAll, describe, expect, test } from "vitest";
import { agentFile } from "../components/observability/logging/agent-plan.ts";
import { complete as completeLogging, type LogStore } from "../components/observability/logging/args.ts";
import { complete, type TraceStorage, type TracingArgs } from "../components/observability/tracing/args.ts";
import { configs } from "../components/observability/tracing/plan.ts";
import { buildTelemetry, NAMESPACE, refusal, whyNoTelemetry } from "./support/telemetry.ts";

const why = await whyNoTelemetry();
const at = [{ cidr: "10.0.8.0/22", port: 443 }];
const file = { secret: "search", key: "password" };

const STORAGES: Readonly<Record<string, TraceStorage>> = {
  memory: { kind: "memory" },
  badger: { kind: "badger", disk: "5Gi" },
  elasticsearch: {
    kind: "elasticsearch",
    url: "https://search.example.com:9200",
    at,
    user: { name: "jaeger", password: file },
    authority: file,
  },
  opensearch: { kind: "opensearch", url: "http://search.data.svc:9200", at, prefix: "shop" },
};
const SINKS: Readonly<Record<string, LogStore>> = {
  loki: { kind: "loki", disk: "5Gi" },
  "a collector elsewhere": { kind: "otlp", url: "https://logs.example.com", at },
};

function tracing(change: Partial<TracingArgs>) {
  return configs(
    "traces",
    complete({ namespace: NAMESPACE, zones: ["a"], storage: { kind: "memory" }, retention: "3d", ...change }),
  );
}

describe.skipIf(why !== undefined)(
  `configurations, read by who runs with them${why ? ` (skipped: ${why})` : ""}`,
  () => {
    beforeAll(() => buildTelemetry("collector", "jaeger"));

    test.each(Object.entries(STORAGES))("Jaeger takes the one that keeps traces by %s", async (_, storage) => {
      expect(await refusal("jaeger", tracing({ storage }).jaeger)).toBe("");
    });

    test.each([1, 2, 16] as const)("the collector takes those before and of %i samplers", async (samplers) => {
      const made = tracing({ samplers, sampling: { keep: "2.5%", slowerThan: "250ms", wait: "1m" } });
      expect(await refusal("collector", made.collector)).toBe("");
      expect(await refusal("collector", made.sampler)).toBe("");
    });

    test.each(Object.entries(SINKS))("the collector takes the one of agents that send to %s", async (_, store) => {
      const tenants = { shop: { namespaces: ["shop", "shop-data"], retention: "30d" } } as const;
      const args = completeLogging({
        namespace: NAMESPACE,
        zones: ["a"],
        store,
        retention: "3d",
        tenants,
        alsoDropped: ["note"],
      });
      expect(await refusal("collector", agentFile("logs", args, "logs-loki.telemetry.svc"))).toBe("");
    });

    test("a part that is not there is refused, so that what is taken above was looked at", async () => {
      const { collector } = tracing({});
      expect(await refusal("collector", { ...collector, processors: {} })).toMatch(
        /references processor "memory_limiter"/,
      );
    });
  },
);
