import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@plumbline-shop/testing/net";
import { optOut } from "../../components/core/opt-out.ts";
import { type CacheReplica, startCache, varnishPrograms } from "./varnish.ts";

/** Addresses of replicas: they share their ports. */
export const REPLICAS = ["127.0.0.2", "127.0.0.3"] as const;

/** The service that caches stand before: it counts who asked for what. */
export class Origin {
  readonly asked: { readonly line: string; readonly headers: IncomingHttpHeaders }[] = [];
  answer: RequestListener = (_, response) => response.end("fresh");
  #server: Server | undefined;
  port = 0;

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      this.asked.push({ line: `${request.method} ${request.url}`, headers: request.headers });
      this.answer(request, response);
    });
    await new Promise<void>((listening) => server.listen(this.port, "127.0.0.1", listening));
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  async die(): Promise<void> {
    this.#server?.closeAllConnections();
    const server = this.#server;
    this.#server = undefined;
    if (server) await new Promise((closed) => server.close(closed));
  }

  /** Has every answer say this of itself, with its number as the body. */
  says(headers: Record<string, string | string[]>, status = 200): void {
    this.answer = (_, response) => response.writeHead(status, headers).end(`${this.asked.length}`);
  }
}

/** What a cache answered with. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly cache: string | null;
  readonly headers: Headers;
}

/** Asks a replica. */
export async function ask(of: CacheReplica, target: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(of.url + target, init);
  const body = await response.text();
  return { status: response.status, body, cache: response.headers.get("x-cache"), headers: response.headers };
}

/** A service, and caches before it. */
export interface Standing {
  readonly origin: Origin;
  /** Two of one cache, with its defaults. */
  readonly replicas: readonly CacheReplica[];
  readonly first: CacheReplica;
  /** Of another cache: it keeps what says nothing for a minute, serves what is stale for half of one, and knows no cookies. */
  readonly generous: CacheReplica;
  stop(): Promise<void>;
}

/** Starts a service that counts, and three caches. */
export async function standing(): Promise<Standing> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-varnish-"));
  const origin = new Origin();
  const started: CacheReplica[] = [];
  const stop = async () => {
    for (const replica of started) await replica.stop();
    await origin.die();
    rmSync(folder, { recursive: true });
  };
  try {
    const programs = await varnishPrograms(folder);
    await origin.start();
    const free = async () => ({ api: await freePort(), purge: await freePort(), admin: await freePort() });
    const start = async (more: Omit<Parameters<typeof startCache>[2], "service">) => {
      const replica = await startCache(programs, folder, { service: origin.port, ...more });
      started.push(replica);
      return replica;
    };
    const ports = await free();
    const first = await start({ ports, address: REPLICAS[0] });
    const second = await start({ ports, address: REPLICAS[1] });
    const generous = await start({
      ports: await free(),
      address: REPLICAS[0],
      ttl: "60s",
      staleWhileRevalidate: "30s",
      cookies: optOut("the catalogue knows nobody"),
      resources: { requests: { cpu: "1", memory: "256Mi" }, limits: { cpu: "1", memory: "256Mi" } },
    });
    return { origin, replicas: [first, second], first, generous, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
