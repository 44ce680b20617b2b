import { join } from "node:path";
import { eventually } from "@plumbline-shop/testing/net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AGENT_PATHS } from "../components/observability/logging/agent-config.ts";
import { agentFile } from "../components/observability/logging/agent-plan.ts";
import { complete } from "../components/observability/logging/args.ts";
import { buildTelemetry, NAMESPACE, TelemetryHosts, whyNoTelemetry } from "./support/telemetry.ts";
import { sendingTo, TelemetrySink } from "./support/telemetry-sink.ts";

const why = await whyNoTelemetry();
/** Some eight times what may wait. */
const LINES = 16_000;
/** Bytes. */
const MAY_WAIT = 2 * 2 ** 20;

describe.skipIf(why)(`agents whose store is away${why ? ` (skipped: ${why})` : ""}`, () => {
  const hosts = new TelemetryHosts();
  let sink: TelemetrySink;
  beforeAll(async () => {
    await buildTelemetry("collector");
    sink = await TelemetrySink.start();
  });
  afterAll(async () => {
    await hosts.stop();
    sink.stop();
  });

  test("read no further when what waits is full, and lose no line", async () => {
    const store = { kind: "otlp", url: "https://logs.example.com", at: [] } as const;
    const made = sendingTo(
      sink,
      agentFile("logs", complete({ namespace: NAMESPACE, zones: ["a"], retention: "3d", store }), ""),
    );
    const pods = join(hosts.folder, "pods");
    const lines = Array.from({ length: LINES }, (_, index) =>
      JSON.stringify({ message: `line-${index}.`, at: "x".repeat(1_000) }),
    );
    hosts.writeLog(pods, "shop", "orders-5d4f-x", "orders", lines);
    sink.refuses = true;
    const { sending_queue } = made.exporters["otlphttp/platform"] as { readonly sending_queue: { queue_size: number } };
    sending_queue.queue_size = MAY_WAIT;
    const renamed = { [AGENT_PATHS.logs]: pods, [AGENT_PATHS.read]: join(hosts.folder, "read") };
    const agent = await hosts.start("collector", made, { health: "/", renamed });
    const accepted = async () =>
      Number(/^otelcol_receiver_accepted_log_records\{.*\} (\d+)$/m.exec(await metrics())?.[1] ?? 0);
    const metrics = async () => (await fetch(`http://${agent.address(8888)}/metrics`)).text();
    await eventually("it has begun", 30, async () => expect(await accepted()).toBeGreaterThan(0));
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    expect(await accepted()).toBeLessThan(LINES / 2);
    sink.refuses = false;
    await eventually("every line arrives", 60, async () => {
      const arrived = new Set([...sink.text.matchAll(/line-(\d+)\./g)].map(([, index]) => index));
      expect(arrived.size).toBe(LINES);
    });
    expect(await metrics()).not.toMatch(/^otelcol_exporter_(send|enqueue)_failed_log_records\{.*\} [1-9]/m);
  });
});
