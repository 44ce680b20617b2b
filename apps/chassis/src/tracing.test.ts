import { trace } from "@opentelemetry/api";
import { expect, onTestFinished, test } from "vitest";
import { startTracing, traced, traceFields, traceHeaders } from "./tracing.ts";

test("a caller leads a trace on, but cannot have it left out, nor hand its baggage through", async () => {
  const tracing = startTracing("http://127.0.0.1:9");
  onTestFinished(() => tracing.close());
  const id = "0af7651916cd43dd8448eb211c80319c";
  const from = { traceparent: `00-${id}-b7ad6b7169203331-00`, baggage: "user.email=anna@example.com" };
  await traced("process orders", { kind: "consumer", from }, async () => {
    expect(trace.getActiveSpan()?.isRecording()).toBe(true);
    expect(traceFields().trace_id).toBe(id);
    expect(traceHeaders()).toEqual({ traceparent: expect.stringMatching(new RegExp(`^00-${id}-[0-9a-f]{16}-01$`)) });
  });
});
