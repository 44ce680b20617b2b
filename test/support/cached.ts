import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { CacheReplica } from "./varnish.ts";

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
    await new Promise((closed) => this.#server?.close(closed));
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
