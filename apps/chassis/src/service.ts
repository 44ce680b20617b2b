import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { adminServer, type Phase } from "./admin.ts";
import { apiServer } from "./api.ts";
import { checkAll, type Dependency } from "./dependency.ts";
import { logger } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { type ProcessSettings, readProcessSettings } from "./process-settings.ts";
import { type Profiling, startProfiling } from "./profiling.ts";
import { Settings, SettingsError } from "./settings.ts";
import { startTracing, type Tracing } from "./tracing.ts";

/** Something that takes work in by itself, such as a consumer of a topic. */
export interface Worker {
  start(): void;
  /** Takes nothing more, and resolves when what it had in hand is done. */
  stop(): Promise<void>;
}

/** What a service is made of. The chassis starts it, watches it and stops it. */
export interface Parts {
  readonly dependencies: readonly Dependency[];
  readonly workers?: readonly Worker[];
  /** Runs once before any traffic, when all dependencies answer. Several replicas may run it at the same time. */
  prepare?(): Promise<void>;
  routes(api: FastifyInstance): void;
}

export interface Tools {
  readonly log: Logger;
  readonly metrics: Metrics;
}

export interface ServiceDefinition<Config> {
  readonly name: string;
  /** Reads what the service needs. Nothing is made unless all of it is right. */
  configure(settings: Settings): Config;
  build(config: Config, tools: Tools): Parts;
}

const RETRY_MS = 1_000;

/**
 * Runs a service until SIGTERM or SIGINT, which it obeys in this order: `/readyz` fails; for `DRAIN_SECONDS` requests
 * still come, as endpoints take time to spread; what is in flight is finished; clients are closed; the process ends by
 * itself with code 0. What is not done after `SHUTDOWN_SECONDS` is cut off, named in the log, and the code is 1. A
 * second signal ends the process at once.
 */
export async function runService<Config>(definition: ServiceDefinition<Config>): Promise<void> {
  const settings = new Settings(process.env);
  const own = readProcessSettings(settings);
  const log = logger(definition.name, own.logLevel);
  try {
    const config = definition.configure(settings);
    settings.refuseProblems();
    const metrics = new Metrics(definition.name);
    const senders = [
      startTracing(own.collector),
      startProfiling({ ...own.profiles, service: own.profiles.name || definition.name }, log),
    ];
    const service = new Service(own, { log, metrics }, definition.build(config, { log, metrics }), senders);
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => service.stop(signal));
    await service.start();
  } catch (error) {
    if (error instanceof SettingsError) log.fatal({ problems: error.problems }, "the environment cannot be used");
    else log.fatal({ err: error }, "the service could not start");
    process.exit(1);
  }
}

class Service {
  readonly #own: ProcessSettings;
  readonly #log: Logger;
  readonly #parts: Parts;
  readonly #senders: readonly (Tracing | Profiling)[];
  readonly #admin: FastifyInstance;
  readonly #api: FastifyInstance;
  readonly #stopping = new AbortController();
  #starting: Promise<void> = Promise.resolve();
  #phase: Phase = "starting";

  constructor(own: ProcessSettings, { log, metrics }: Tools, parts: Parts, senders: readonly (Tracing | Profiling)[]) {
    this.#own = own;
    this.#log = log;
    this.#parts = parts;
    this.#senders = senders;
    const phase = () => this.#phase;
    this.#admin = adminServer({ phase, dependencies: parts.dependencies, registry: metrics.registry });
    this.#api = apiServer({ log, metrics, phase });
    parts.routes(this.#api);
  }

  start(): Promise<void> {
    this.#starting = this.#start().catch((error) => {
      if (!this.#stopping.signal.aborted) throw error;
    });
    return this.#starting;
  }

  async #start(): Promise<void> {
    const { host, port, adminPort } = this.#own;
    await this.#admin.listen({ host, port: adminPort });
    await this.#dependenciesAnswer();
    await this.#parts.prepare?.();
    this.#stopping.signal.throwIfAborted();
    await this.#api.listen({ host, port });
    for (const worker of this.#parts.workers ?? []) worker.start();
    this.#phase = "serving";
    this.#log.info({ port, adminPort }, "serving");
  }

  /** Asks once a second, and logs what is missing each time that it changes. */
  async #dependenciesAnswer(): Promise<void> {
    for (let before = ""; ; ) {
      const findings = await checkAll(this.#parts.dependencies);
      const missing = [...findings].filter(([, finding]) => finding !== undefined);
      if (missing.length === 0) return;
      const now = missing.map(([name]) => name).join();
      if (now !== before) this.#log.warn({ missing: Object.fromEntries(missing) }, "waiting for dependencies");
      before = now;
      await sleep(RETRY_MS, undefined, { signal: this.#stopping.signal });
    }
  }

  async stop(reason: string): Promise<void> {
    const wasServing = this.#phase === "serving";
    this.#phase = "draining";
    this.#stopping.abort();
    this.#log.info({ reason }, "stopping");
    this.#endInAnyCase();
    try {
      await this.#starting.catch(() => undefined);
      await Promise.all([
        this.#endRequests(wasServing),
        ...(wasServing ? (this.#parts.workers ?? []).map((worker) => worker.stop()) : []),
      ]);
      await Promise.all(this.#parts.dependencies.map((dependency) => dependency.close()));
      await Promise.all([this.#admin.close(), ...this.#senders.map((sender) => sender.close())]);
      this.#log.info("stopped");
    } catch (error) {
      this.#log.fatal({ err: error }, "the service could not stop cleanly");
      process.exit(1);
    }
  }

  async #endRequests(wasServing: boolean): Promise<void> {
    if (wasServing) await sleep(this.#own.drainSeconds * 1_000);
    await this.#api.close();
  }

  /** Unreferenced: a process that has closed everything ends by itself, before this. */
  #endInAnyCase(): void {
    setTimeout(() => {
      this.#log.fatal({ open: process.getActiveResourcesInfo() }, "cut off: SHUTDOWN_SECONDS are over");
      process.exit(1);
    }, this.#own.shutdownSeconds * 1_000).unref();
  }
}
