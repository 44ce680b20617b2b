import Fastify, { type FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { ZodError } from "zod";
import type { Phase } from "./admin.ts";
import type { Metrics } from "./metrics.ts";
import { traceRequests } from "./tracing.ts";

/** A request that is refused for a reason that its sender can act on. The message goes to the sender. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

export interface ApiOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  phase(): Phase;
}

/** Bodies of this shop are small; what is larger is refused with 413 before it is read. */
const BODY_LIMIT_BYTES = 64 * 1024;

/**
 * The HTTP server that carries a service's routes: measured, with errors as JSON (`{ "error", "fields"? }`). Errors of
 * the service itself are logged and answered without detail.
 */
export function apiServer({ log, metrics, phase }: ApiOptions): FastifyInstance {
  const api = Fastify({ logger: false, bodyLimit: BODY_LIMIT_BYTES, return503OnClosing: false });
  traceRequests(api);
  metrics.observe(api);

  // A kept-alive connection outlives its pod's place among the endpoints: while draining, each answer ends its own.
  api.addHook("onSend", async (_request, reply) => {
    if (phase() === "draining") reply.header("connection", "close");
  });

  api.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `no ${request.method} ${request.url} here` }),
  );

  api.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof ZodError) {
      const fields = error.issues.map(({ path, message }) => ({ field: path.join(".") || "(body)", problem: message }));
      return reply.code(400).send({ error: "the request is not valid", fields });
    }
    const status = error.statusCode ?? 500;
    if (status < 500 || error instanceof RequestError) return reply.code(status).send({ error: error.message });
    log.error({ err: error, method: request.method, route: request.routeOptions.url }, "a request failed");
    return reply.code(status).send({ error: status === 503 ? error.message : "internal error" });
  });

  return api;
}
