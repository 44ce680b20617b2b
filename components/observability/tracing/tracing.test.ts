import { describe, expect, test } from "vitest";
import { Namespace } from "../../cluster/index.ts";
import { record } from "../../testing/record.ts";
import { Microservice } from "../../workload/index.ts";
import { complete, type TracingArgs } from "./args.ts";
import { jaegerConfig } from "./jaeger-config.ts";
import { tracingProblems } from "./problems.ts";
import { Tracing } from "./tracing.ts";

const quota = { cpu: "10", memory: "10Gi", pods: 100 } as const;
const at = [{ cidr: "10.0.8.0/22", port: 9200 }];
const base = { zones: ["a", "b", "c"], storage: { kind: "badger", disk: "5Gi" }, retention: "3d" } as const;

function made(change: Partial<TracingArgs> = {}) {
  return record("test", () => {
    const namespace = new Namespace("telemetry", { quota });
    const shop = new Namespace("shop", { quota });
    const tracing = new Tracing("traces", { namespace, ...base, ...change });
    new Microservice("orders", {
      namespace: shop,
      zones: base.zones,
      image: "plumbline.dev/shop/orders:1.0.0",
      telemetry: tracing,
    });
    tracing.query.grant({
      name: "grafana",
      namespace: "dashboards",
      podLabels: { app: "grafana" },
      maxReplicas: 2,
      opts: {},
    });
  });
}

const problems = (change: object) =>
  tracingProblems(
    "traces",
    complete({ namespace: { name: "telemetry" } as Namespace, ...base, ...change } as TracingArgs),
  );

describe("a Tracing", () => {
  test("is told to services, which it lets in, and nobody else", async () => {
    const all = await made();
    const [container] = all.inputsOf(":Deployment", "orders").spec.template.spec.containers;
    expect(container.env).toContainEqual({
      name: "OTEL_EXPORTER_OTLP_ENDPOINT",
      value: "http://traces.telemetry.svc:4318",
    });
    const { ingress } = all.inputsOf(":NetworkPolicy", "traces-collector").spec;
    expect(ingress[0]).toEqual({
      from: [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } },
          podSelector: { matchLabels: { "app.kubernetes.io/name": "orders" } },
        },
      ],
      ports: [4317, 4318, 9411].map((port) => ({ protocol: "TCP", port })),
    });
    expect(JSON.stringify(all.inputsOf(":NetworkPolicy", "traces-sampler").spec.ingress)).not.toContain("orders");
    const { ingress: asked } = all.inputsOf(":NetworkPolicy", "traces-jaeger").spec;
    expect(JSON.stringify(asked)).toContain("grafana");
  });

  test("is watched as a part of the platform, and as no store", async () => {
    const all = await made();
    const [group] = all.inputsOf(":PrometheusRule", "traces-alerts").spec.groups;
    for (const { labels } of group.rules) expect(labels).toMatchObject({ team: "platform", service: "traces" });
    expect(JSON.stringify(group)).not.toContain('"store"');
    expect(JSON.parse(all.inputsOf(":ConfigMap", "traces-dashboard").data["traces.json"]).tags).toContain("platform");
  });

  test("keeps traces on one disk, which outlives the stack, or in front of indices with two Jaegers", async () => {
    const onDisk = (await made()).inputsOf(":StatefulSet", "traces-jaeger");
    expect(onDisk.spec).toMatchObject({ replicas: 1, volumeClaimTemplates: [{ metadata: { name: "data" } }] });
    expect(onDisk.metadata.annotations).toHaveProperty(["plumbline.dev/opt-out.replication"]);
    const password = { secret: "search", key: "password" };
    const storage = {
      kind: "opensearch",
      url: "https://search.example.com:9200",
      at,
      user: { name: "jaeger", password },
    } as const;
    const all = await made({ storage });
    const { spec } = all.inputsOf(":StatefulSet", "traces-jaeger");
    expect(spec.replicas).toBe(2);
    expect(spec.volumeClaimTemplates).toBeUndefined();
    expect(spec.template.spec.volumes).toContainEqual(expect.objectContaining({ name: "password" }));
    expect(JSON.stringify(all.inputsOf(":NetworkPolicy", "traces-jaeger").spec.egress)).toContain("10.0.8.0/22");
    expect(
      JSON.stringify(jaegerConfig("traces", { ...complete({} as TracingArgs), storage, retention: "3d" })),
    ).toContain('"max_span_age":"259200s"');
  });

  test.each([
    ["storage.kind", { storage: { kind: "cassandra" } }],
    ["storage.disk", { storage: { kind: "badger", disk: "5" } }],
    ["storage.traces", { storage: { kind: "memory", traces: 0 } }],
    ["storage.url", { storage: { kind: "elasticsearch", url: "http://user:pw@search:9200", at } }],
    ["storage.at", { storage: { kind: "elasticsearch", url: "https://search.example.com", at: [] } }],
    ["sampling.keep", { sampling: { keep: 101 } }],
    ["sampling.wait", { sampling: { wait: "500ms" } }],
    ["samplers", { samplers: 3 }],
    ["collectors", { collectors: 1 }],
    ["retention", { retention: "1m" }],
    ["zones", { zones: [] }],
    ["zones[1]", { zones: ["a", "a"] }],
  ])("refuses a %s that cannot be, and no other", (field, change) => {
    expect(problems(change).map((problem) => problem.field)).toEqual([field]);
    expect(problems({})).toEqual([]);
  });
});
