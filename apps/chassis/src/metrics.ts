import type { FastifyInstance } from "fastify";
import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";

/** Ends of the buckets of requests. What the objectives of services name is among them, so that it is told exactly. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10] as const;

/** Rate, errors and duration of what a service does, with Node's own metrics, in one registry per process. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Counter<"method" | "route" | "status">;
  readonly #requestSeconds: Histogram<"method" | "route" | "status">;
  readonly #messages: Counter<"topic" | "outcome">;
  readonly #messageSeconds: Histogram<"topic" | "outcome">;
  readonly #flags: Counter<"flag" | "variant" | "reason">;

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
    collectDefaultMetrics({ register: this.registry });
    const registers = [this.registry];
    const request = ["method", "route", "status"] as const;
    const message = ["topic", "outcome"] as const;
    this.#requests = new Counter({
      name: "http_requests_total",
      help: "Requests answered, by route pattern and status code.",
      labelNames: request,
      registers,
    });
    this.#requestSeconds = new Histogram({
      name: "http_request_duration_seconds",
      help: "Time from a request's first byte to the end of its answer.",
      buckets: [...SECONDS],
      labelNames: request,
      registers,
    });
    this.#messages = new Counter({
      name: "messages_consumed_total",
      help: "Messages taken from a topic: handled, failed (to be tried again) or rejected (not understood, passed over).",
      labelNames: message,
      registers,
    });
    this.#messageSeconds = new Histogram({
      name: "message_duration_seconds",
      help: "Time that one try at one message took.",
      labelNames: message,
      registers,
    });
    this.#flags = new Counter({
      name: "feature_flag_evaluations_total",
      help: "Times that a flag was asked for, by the variant that was served and OpenFeature's reason for it.",
      labelNames: ["flag", "variant", "reason"],
      registers,
    });
  }

  /** Counts every answer of a server. The route is the pattern, never the path: paths have no bound. */
  observe(server: FastifyInstance): void {
    server.addHook("onResponse", async (request, reply) => {
      const labels = {
        method: request.method,
        route: request.routeOptions.url ?? "unmatched",
        status: String(reply.statusCode),
      };
      this.#requests.inc(labels);
      this.#requestSeconds.observe(labels, reply.elapsedTime / 1_000);
    });
  }

  message(topic: string, outcome: "handled" | "failed" | "rejected", milliseconds: number): void {
    this.#messages.inc({ topic, outcome });
    this.#messageSeconds.observe({ topic, outcome }, milliseconds / 1_000);
  }

  flag(flag: string, variant: string, reason: string): void {
    this.#flags.inc({ flag, variant, reason });
  }
}
