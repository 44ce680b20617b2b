import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { kafkaMissing, TestKafka } from "@plumbline-shop/testing/kafka";
import { eventually, freePort } from "@plumbline-shop/testing/net";
import { postgresMissing, TestPostgres } from "@plumbline-shop/testing/postgres";
import { type RealProcess, startService } from "@plumbline-shop/testing/process";
import { Scratch } from "@plumbline-shop/testing/scratch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OTLP_HTTP_PORT } from "../components/observability/collector/config.ts";
import { AGENT_PATHS } from "../components/observability/logging/agent-config.ts";
import { agentFile } from "../components/observability/logging/agent-plan.ts";
import { complete as completeLogging } from "../components/observability/logging/args.ts";
import { complete } from "../components/observability/tracing/args.ts";
import { SPAN_METRICS_PORT, ZIPKIN_PORT } from "../components/observability/tracing/collector-config.ts";
import { JAEGER_HEALTH, QUERY_PORT } from "../components/observability/tracing/jaeger-config.ts";
import { configs, samplerHosts } from "../components/observability/tracing/plan.ts";
import {
  buildTelemetry,
  NAMESPACE,
  type Running,
  sendSpan,
  sendZipkinSpan,
  spansIn,
  TelemetryHosts,
  whyNoTelemetry,
} from "./support/telemetry.ts";

const why = (await whyNoTelemetry()) ?? postgresMissing ?? kafkaMissing;
const newTrace = () => randomBytes(16).toString("hex");
const newSpan = () => randomBytes(8).toString("hex");
const METRICS_PORT = 8888;
const SAMPLERS = 2;

describe.skipIf(why)(`traces and logs of real services${why ? ` (skipped: ${why})` : ""}`, () => {
  const hosts = new TelemetryHosts();
  const args = complete({
    namespace: NAMESPACE,
    zones: ["a"],
    storage: { kind: "badger", disk: "5Gi" },
    retention: "3d",
    samplers: SAMPLERS,
    sampling: { slowerThan: "1s", keep: 0, wait: "2s" },
  });
  let jaeger: Running;
  let samplers: Running[];
  let collector: Running;
  const otlp = () => collector.address(OTLP_HTTP_PORT);
  const spans = (trace: string) => spansIn(jaeger.address(QUERY_PORT), trace);

  beforeAll(async () => {
    await buildTelemetry("collector", "jaeger", "logs");
    const made = configs("traces", args);
    const disk = { "/var/lib/jaeger": join(hosts.folder, "jaeger") };
    jaeger = await hosts.start("jaeger", made.jaeger, { health: JAEGER_HEALTH, renamed: disk });
    samplers = [];
    const shares: Record<string, string> = {};
    for (const host of samplerHosts("traces", NAMESPACE.name, SAMPLERS)) {
      const renamed = { "traces-jaeger.telemetry.svc:4317": jaeger.address(4317) };
      const sampler = await hosts.start("collector", made.sampler, { health: "/", renamed });
      samplers.push(sampler);
      shares[`${host}:4317`] = sampler.address(4317);
    }
    collector = await hosts.start("collector", made.collector, { health: "/", renamed: shares });
  });
  afterAll(() => hosts.stop());

  test("an error and a slow trace are kept, whole, and a fast one is not, whoever sends them", async () => {
    const kept: string[] = [];
    const dropped: string[] = [];
    for (let index = 0; index < 16; index++) {
      const [error, slow, zipkin, fast] = [newTrace(), newTrace(), newTrace(), newTrace()];
      const parent = newSpan();
      // Each span by itself: that one of them failed is only known where both are.
      await sendSpan(otlp(), "front", { trace: error, span: parent, milliseconds: 5 });
      await sendSpan(otlp(), "back", { trace: error, span: newSpan(), parent, milliseconds: 2, fails: true });
      await sendSpan(otlp(), "front", { trace: slow, span: parent, milliseconds: 1_500 });
      await sendSpan(otlp(), "back", { trace: slow, span: newSpan(), parent, milliseconds: 2 });
      await sendZipkinSpan(collector.address(ZIPKIN_PORT), "old", { trace: zipkin, span: parent, milliseconds: 1_500 });
      await sendSpan(otlp(), "new", { trace: zipkin, span: newSpan(), parent, milliseconds: 2 });
      await sendSpan(otlp(), "front", { trace: fast, span: parent, milliseconds: 5 });
      await sendSpan(otlp(), "back", { trace: fast, span: newSpan(), parent, milliseconds: 2 });
      kept.push(error, slow, zipkin);
      dropped.push(fast);
    }
    for (const trace of kept)
      await eventually(`${trace} is kept whole`, 20, async () => expect(await spans(trace)).toHaveLength(2));
    const judged = async (sampled: boolean) => {
      const pages = await Promise.all(samplers.map((sampler) => metrics(sampler, METRICS_PORT)));
      const lines = pages
        .join("\n")
        .matchAll(/^otelcol_processor_tail_sampling_global_count_traces_sampled\{(.*)\} (\d+)$/gm);
      return [...lines]
        .filter(([, labels]) => labels?.includes(`sampled="${sampled}"`))
        .map(([, , count]) => Number(count));
    };
    await eventually("every fast trace is judged", 20, async () => {
      const counts = await judged(false);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(dropped.length);
    });
    expect((await judged(true)).filter((count) => count > 0)).toHaveLength(SAMPLERS);
    for (const trace of dropped) expect(await spans(trace)).toEqual([]);
  });

  test("every span is counted, those of traces that are not kept too", async () => {
    await eventually("they are counted", 90, async () => {
      const pages = await Promise.all(samplers.map((sampler) => metrics(sampler, SPAN_METRICS_PORT)));
      const counts = pages.join("\n").matchAll(/^traces_span_metrics_calls_total\{.*service_name="front".*\} (\d+)$/gm);
      expect([...counts].reduce((sum, [, count]) => sum + Number(count), 0)).toBe(48);
    });
  });

  test("an order is one trace over two services, and its id finds its lines, without what is personal", async () => {
    const shop = await startShop(`http://${otlp()}`);
    try {
      const [trace, caller] = [newTrace(), newSpan()];
      const placed = await fetch(`${shop.orders}/orders`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "idempotency-key": trace,
          traceparent: `00-${trace}-${caller}-01`,
        },
        body: JSON.stringify({
          customer: "ada",
          currency: "EUR",
          items: [{ sku: "anvil", quantity: 1, unitPrice: 100 }],
        }),
      });
      expect(placed.status).toBe(201);
      await sendSpan(otlp(), "customer", { trace, span: caller, milliseconds: 1_500 });
      await eventually("both services are in its trace", 30, async () => {
        const found = await spans(trace);
        expect(new Set(found.map(({ service }) => service))).toEqual(new Set(["customer", "orders", "inventory"]));
        const operations = found.map(({ operation }) => operation);
        expect(operations).toEqual(expect.arrayContaining(["POST /orders", "send orders", "process orders"]));
        expect(
          operations.some((operation) => operation.endsWith(" orders") && /^(INSERT|transaction)/.test(operation)),
        ).toBe(true);
      });

      const inventory = await eventually("inventory writes of it", 20, async () => {
        const lines = shop
          .output("inventory")
          .split("\n")
          .filter((line) => line.includes(trace));
        expect(lines.length).toBeGreaterThan(0);
        return lines;
      });
      await expectLogs(trace, inventory);
    } finally {
      await shop.stop();
    }
  });

  async function expectLogs(trace: string, inventory: readonly string[]): Promise<void> {
    const store = await hosts.startLogs();
    const pods = join(hosts.folder, "pods");
    const made = completeLogging({
      namespace: NAMESPACE,
      zones: ["a"],
      retention: "3d",
      store: { kind: "otlp", url: `http://${store}/insert/opentelemetry`, at: [] },
      tenants: { shop: { namespaces: ["shop"], retention: "7d" } },
    });
    const renamed = { [AGENT_PATHS.logs]: pods, [AGENT_PATHS.read]: join(hosts.folder, "read") };
    await hosts.start("collector", agentFile("logs", made, ""), { health: "/", renamed });
    const personal = {
      level: "error",
      service: "orders",
      trace_id: trace,
      message: "no mail could be sent to ada@example.com",
      email: "ada@example.com",
      customer: { phone: "+49 30 1234567", card_number: "4111111111111111", id: "c-17" },
      parcels: [{ note: "kept", shippingAddress: "Linden", address: { street: "Unter den Linden 1" } }],
    };
    hosts.writeLog(pods, "shop", "orders-5d4f-x", "orders", [
      JSON.stringify(personal),
      "plain words to bob@example.com",
    ]);
    hosts.writeLog(pods, "shop", "inventory-7c6b-y", "inventory", inventory);
    hosts.writeLog(pods, "telemetry", "other-1", "other", [
      JSON.stringify({ level: "info", message: "of the platform" }),
    ]);

    const rows = await eventually("its id finds lines of both services", 30, async () => {
      const found = await asked(store, `trace_id:="${trace}"`);
      expect(new Set(found.map((row) => row["service.name"]))).toEqual(new Set(["orders", "inventory"]));
      return found;
    });
    expect(rows).toContainEqual(
      expect.objectContaining({
        "k8s.namespace.name": "shop",
        "k8s.pod.name": "orders-5d4f-x",
        severity_text: "error",
        "customer.id": "c-17",
      }),
    );
    const all = await eventually("every line arrives", 30, async () => {
      const found = await asked(store, "*");
      expect(found.length).toBe(inventory.length + 3);
      return found;
    });
    const text = JSON.stringify(all);
    expect(text).toContain("no mail could be sent to <e-mail>");
    expect(text).toContain("plain words to <e-mail>");
    expect(text).toContain('"kept"');
    for (const secret of ["@example.com", "+49 30", "4111", "Linden"]) expect(text).not.toContain(secret);
  }
});

async function metrics(of: Running, port: number): Promise<string> {
  return (await fetch(`http://${of.address(port)}/metrics`)).text();
}

async function asked(store: string, query: string): Promise<Record<string, string>[]> {
  const answer = await fetch(`http://${store}/select/logsql/query?${new URLSearchParams({ query })}`);
  const lines = (await answer.text()).split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line));
}

/** Orders and inventory on a real Postgres and Kafka, which send their spans to a collector. */
async function startShop(collector: string) {
  const scratch = new Scratch();
  const postgres = await TestPostgres.start();
  const kafka = await TestKafka.start();
  await kafka.createTopics("orders");
  const files = (prefix: string, user: string, password: string) => ({
    [`${prefix}_USER_FILE`]: scratch.file(`${prefix}-user`, user),
    [`${prefix}_PASSWORD_FILE`]: scratch.file(`${prefix}-password`, password),
  });
  const services = new Map<string, { readonly process: RealProcess; readonly api: string }>();
  for (const name of ["orders", "inventory"]) {
    const prefix = `${name.toUpperCase()}_DB`;
    const [port, adminPort] = [await freePort(), await freePort()];
    await postgres.createDatabase(name, name, "s3cret");
    const process = startService(new URL(`../apps/${name}/src/main.ts`, import.meta.url), {
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      [`${prefix}_HOST`]: "127.0.0.1",
      [`${prefix}_PORT`]: String(postgres.port),
      [`${prefix}_NAME`]: name,
      ...files(prefix, name, "s3cret"),
      ORDERS_TOPIC_BROKERS: kafka.brokers,
      ORDERS_TOPIC_NAME: "orders",
      ORDERS_TOPIC_CA_FILE: kafka.caFile,
      ...files("ORDERS_TOPIC", kafka.user, kafka.password),
      SHOP_FLAGS_FILE: join(scratch.directory, "flags.json"),
      OTEL_SERVICE_NAME: name,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector,
      OTEL_BSP_SCHEDULE_DELAY: "200",
    });
    services.set(name, { process, api: `http://127.0.0.1:${port}` });
    await eventually(`${name} is ready`, 60, async () => {
      const answer = await fetch(`http://127.0.0.1:${adminPort}/readyz`);
      if (!answer.ok) throw new Error(`${await answer.text()}\n${process.output}`);
    });
  }
  return {
    orders: services.get("orders")?.api,
    output: (name: string) => services.get(name)?.process.output ?? "",
    stop: async () => {
      await Promise.all([...services.values()].map(({ process }) => process.stop()));
      await Promise.all([kafka.stop(), postgres.stop()]);
      scratch.remove();
    },
  };
}
