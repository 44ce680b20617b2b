import Fastify, { type FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import { checkAll, type Dependency } from "./dependency.ts";

/** What a service is doing, in the order in which it does it. */
export type Phase = "starting" | "serving" | "draining";

export interface AdminOptions {
  phase(): Phase;
  readonly dependencies: readonly Dependency[];
  readonly registry: Registry;
}

/**
 * Probes and metrics, on a port of their own so that no gateway ever serves them. The three probes mean three things:
 *
 * - `/startupz`: the service has started. It never asks again, so a slow start is not taken for a dead process.
 * - `/readyz`: requests may come: started, not draining, and every dependency answers. 503 takes the pod out of
 *   endpoints and does no more.
 * - `/livez`: the event loop turns; to answer at all is the proof. It asks no dependency: a database that is away
 *   would otherwise have every replica restarted.
 */
export function adminServer({ phase, dependencies, registry }: AdminOptions): FastifyInstance {
  const admin = Fastify({ logger: false });

  admin.get("/startupz", async (_request, reply) => {
    const now = phase();
    return reply.code(now === "starting" ? 503 : 200).send({ phase: now });
  });

  admin.get("/readyz", async (_request, reply) => {
    const findings = await checkAll(dependencies);
    const now = phase();
    const ready = now === "serving" && [...findings.values()].every((finding) => finding === undefined);
    const states = [...findings].map(([name, finding]) => [name, finding ?? "ok"]);
    return reply.code(ready ? 200 : 503).send({ phase: now, dependencies: Object.fromEntries(states) });
  });

  admin.get("/livez", async () => ({ alive: true }));

  admin.get("/metrics", async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));

  return admin;
}
