import {
  type Attributes,
  type Context,
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { detectResources, envDetector } from "@opentelemetry/resources";
import { AlwaysOnSampler, BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import type { FastifyInstance, FastifyRequest } from "fastify";

/** How long the last spans may take to be sent, when the process ends: a collector that is away holds up no one. */
const LAST_MS = 2_000;

export interface Tracing {
  /** Sends what was not sent yet. */
  close(): Promise<void>;
}

/**
 * Has spans sent, if `OTEL_EXPORTER_OTLP_ENDPOINT` says where to; else all that makes spans does nothing. Who the service is comes from
 * `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`. Every span is sent, whatever a caller's header says: the collector judges which traces
 * are kept, when it knows all of one. Of a caller's headers its trace is taken over, and no baggage.
 */
export function startTracing(endpoint: string): Tracing {
  if (endpoint === "") return { close: async () => undefined };
  const provider = new NodeTracerProvider({
    resource: detectResources({ detectors: [envDetector] }),
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ timeoutMillis: LAST_MS }))],
  });
  provider.register({ propagator: new W3CTraceContextPropagator() });
  return { close: () => provider.shutdown().catch(() => undefined) };
}

export interface Traced {
  readonly kind: "client" | "producer" | "consumer";
  readonly attributes?: Attributes;
  /** Headers of the message or request that it is an answer to. */
  readonly from?: Readonly<Record<string, string>>;
}

const KINDS = { client: SpanKind.CLIENT, producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER };

/** Does a piece of work as a span of its own; one that throws is marked as an error. */
export async function traced<Result>(
  name: string,
  { kind, attributes = {}, from }: Traced,
  work: () => Promise<Result>,
): Promise<Result> {
  const parent = from === undefined ? context.active() : propagation.extract(context.active(), from);
  const span = tracer().startSpan(name, { kind: KINDS[kind], attributes }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), work);
  } catch (error) {
    // The type alone: a message may repeat what a person gave.
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute("error.type", error instanceof Error ? error.name : "unknown");
    throw error;
  } finally {
    span.end();
  }
}

/** Whether this is part of a trace. */
export function isTraced(): boolean {
  return trace.getActiveSpan() !== undefined;
}

/** The headers by which whoever gets a message or a request goes on with this trace; none outside of one. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}

/** The fields of a line of the log that lead to its trace; none outside of one. */
export function traceFields(): { trace_id?: string; span_id?: string } {
  const { traceId, spanId } = trace.getActiveSpan()?.spanContext() ?? {};
  return traceId === undefined || spanId === undefined ? {} : { trace_id: traceId, span_id: spanId };
}

/** Makes each request of a server a span, which goes on with the trace of whoever sent it. */
export function traceRequests(server: FastifyInstance): void {
  const open = new WeakMap<FastifyRequest, Context>();

  server.addHook("onRequest", (request, _reply, done) => {
    const { method, routeOptions, headers } = request;
    const route = routeOptions.url;
    const parent = propagation.extract(context.active(), headers);
    const attributes = { "http.request.method": method, ...(route !== undefined && { "http.route": route }) };
    const span = tracer().startSpan(
      route ? `${method} ${route}` : method,
      { kind: SpanKind.SERVER, attributes },
      parent,
    );
    const own = trace.setSpan(parent, span);
    open.set(request, own);
    context.with(own, done);
  });

  // A body is read by events of its socket, which know nothing of the request.
  server.addHook("preHandler", (request, _reply, done) => {
    context.with(open.get(request) ?? context.active(), done);
  });

  server.addHook("onResponse", async (request, { statusCode }) => {
    const span = trace.getSpan(open.get(request) ?? context.active());
    span?.setAttribute("http.response.status_code", statusCode);
    if (statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
  });
}

function tracer() {
  return trace.getTracer("plumbline-shop");
}
