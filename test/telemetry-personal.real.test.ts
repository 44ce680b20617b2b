import { join } from "node:path";
import { eventually } from "@plumbline-shop/testing/net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CollectorConfig, OTLP_HTTP_PORT } from "../components/observability/collector/config.ts";
import { AGENT_PATHS } from "../components/observability/logging/agent-config.ts";
import { agentFile } from "../components/observability/logging/agent-plan.ts";
import { complete as completeLogging } from "../components/observability/logging/args.ts";
import { collectorConfig, ZIPKIN_PORT } from "../components/observability/tracing/collector-config.ts";
import {
  buildTelemetry,
  NAMESPACE,
  sendSpan,
  sendZipkinSpan,
  TelemetryHosts,
  whyNoTelemetry,
} from "./support/telemetry.ts";
import { sendingTo, TelemetrySink } from "./support/telemetry-sink.ts";

const why = await whyNoTelemetry();
const TRACE = "0af7651916cd43dd8448eb211c80319c";
/** All that must not arrive is called `hidden…`; what must, `shown…`. */
const NAMES = [
  "customerEmail",
  "e_mail",
  "shippingAddress",
  "remoteAddress",
  "remote_addr",
  "phoneNumber",
  "accessToken",
];
const MORE = ["client_secret", "passwordHash", "set-cookie", "x-api-key", "x-forwarded-for", "clientIp", "CARD_NUMBER"];
const LINES = [
  JSON.stringify({ message: "shown-1", ...Object.fromEntries([...NAMES, ...MORE].map((name) => [name, "hidden"])) }),
  JSON.stringify({
    message: "shown-2",
    emails: ["hidden"],
    a: [{ address: { street: "hidden" } }],
    "hidden@b.example": 1,
  }),
  JSON.stringify({ url: "https://shop.example/shown-3?email=hidden%40example.com", path: "/shown-4?q=hidden" }),
  "shown-5 hidden%40example.com hiddenü@example.com, hidden@müller.de und redis://x:hidden@redis/0",
  JSON.stringify([{ message: "shown-6", email: "hidden" }]),
  `[2026-11-30] shown-7 {"email":"hidden","order":"shown-8"}`,
  `{"level":"error","trace_id":"${TRACE}","email":"hidden","name":"hid`,
  "shown-14 { email: 'hidden', order: 1",
  `shown-9 {email: "hidden", order: 1}`,
  `hidden street 1","city":"hidden"}`,
  `[2026-11-30 10:00] shown-10 Get "http://shown-11/": no answer`,
  JSON.stringify({ message: "shown-12", service: "shown-13" }),
];

describe.skipIf(why)(`what is personal, before a real collector${why ? ` (skipped: ${why})` : ""}`, () => {
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

  test("does not leave the node in a line of any shape, and the rest of it does", async () => {
    const args = completeLogging({
      namespace: NAMESPACE,
      zones: ["a"],
      retention: "3d",
      store: { kind: "otlp", url: "https://logs.example.com", at: [] },
    });
    const pods = join(hosts.folder, "pods");
    hosts.writeLog(pods, "shop", "orders-5d4f-x", "orders", LINES);
    const renamed = { [AGENT_PATHS.logs]: pods, [AGENT_PATHS.read]: join(hosts.folder, "read") };
    await hosts.start("collector", sendingTo(sink, agentFile("logs", args, "")), { health: "/", renamed });
    await eventually("the last line arrives", 30, async () => expect(sink.text).toContain("shown-12"));
    for (let index = 1; index <= 14; index++) expect(sink.text).toContain(`shown-${index}`);
    expect(sink.text).not.toMatch(/hid/);
    expect(sink.text).toContain(`"traceId":"${TRACE}"`);
    expect(sink.text).toContain("<broken JSON>");
    expect(sink.text).toMatch(/"key":"service.name","value":\{"stringValue":"orders"\}/);
    expect(sink.text.match(/"resource":/g)).toHaveLength(1);
  });

  test("goes no further than the collector in a span, whoever sends it", async () => {
    const spans = await TelemetrySink.start();
    try {
      const config = sendingTo(spans, overHttp(collectorConfig(["sampler"])));
      const collector = await hosts.start("collector", config, { health: "/" });
      await sendSpan(collector.address(OTLP_HTTP_PORT), "orders", {
        trace: TRACE,
        span: "b7ad6b7169203331",
        milliseconds: 5,
        attributes: {
          "url.query": "hidden",
          "url.full": "https://shop.example/shown-1?email=hidden",
          "db.query.text": "SELECT * FROM people WHERE name = 'hidden'",
          "db.statement": "-- hidden",
          "http.request.header.x": "hidden",
          "client.address": "hidden",
          "enduser.id": "hidden",
          "server.address": "shown-2",
          "app.customerEmail": "hidden",
          note: "shown-3 hidden@example.com",
        },
        event: {
          "exception.type": "shown-4",
          "exception.message": "hidden",
          "exception.stacktrace": "hidden",
          ip: "hidden",
        },
        problem: "hidden",
      });
      await sendZipkinSpan(collector.address(ZIPKIN_PORT), "old", {
        trace: TRACE,
        span: "b7ad6b7169203332",
        milliseconds: 5,
        attributes: { "http.url": "http://shop.example/shown-5?q=hidden", "http.path": "/shown-6?q=hidden" },
      });
      await eventually("both arrive", 30, async () => expect(spans.text).toMatch(/shown-1.*shown-6|shown-6.*shown-1/));
      for (let index = 1; index <= 6; index++) expect(spans.text).toContain(`shown-${index}`);
      expect(spans.text).toContain('"stringValue":"SELECT"');
      expect(spans.text).not.toMatch(/hid/);
    } finally {
      spans.stop();
    }
  });
});

/** Its exporters send by HTTP, which is read more easily than gRPC. */
function overHttp(config: CollectorConfig): CollectorConfig {
  const text = JSON.stringify(config).replaceAll('"otlp/', '"otlphttp/');
  return JSON.parse(text) as CollectorConfig;
}
