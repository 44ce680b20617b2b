import http from "node:http";
import https from "node:https";
import { createInterface } from "node:readline";
import type { ClusterAccess, Credentials } from "../kubeconfig/access.ts";
import { ConnectionError } from "./error.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query below the server's address. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly body: string;
  /** What the API server wants people to know: deprecated versions, unknown fields. */
  readonly warnings: readonly string[];
  /** Seconds, from the header. */
  readonly retryAfter: number | undefined;
}

/** More at once than the API server's own default of requests in flight for one user would only queue there. */
const MAX_CONNECTIONS = 50;
const USER_AGENT = "plumbline-rehearsal";

/** HTTP to one API server, with its trust, its credentials and connections that are kept. */
export class Transport {
  readonly #access: ClusterAccess;
  readonly #timeoutMs: number;
  readonly #agents = new Map<string, https.Agent | http.Agent>();

  /** `timeoutMs`: for one answer; streams may stay silent longer. */
  constructor(access: ClusterAccess, timeoutMs: number) {
    this.#access = access;
    this.#timeoutMs = timeoutMs;
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const message = await this.#open(request, AbortSignal.timeout(this.#timeoutMs), "request");
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of message) chunks.push(chunk as Buffer);
    } catch (error) {
      throw this.#broken(error, true);
    }
    return {
      status: message.statusCode ?? 0,
      body: Buffer.concat(chunks).toString("utf8"),
      warnings: warningsOf(message),
      retryAfter: Number(message.headers["retry-after"]) || undefined,
    };
  }

  /** Opens a stream of lines; it ends when the server closes it, and throws when the connection breaks. */
  async *lines(path: string, signal: AbortSignal): AsyncGenerator<string> {
    const message = await this.#open({ method: "GET", path }, signal, "stream");
    try {
      yield* createInterface({ input: message, crlfDelay: Number.POSITIVE_INFINITY });
    } catch (error) {
      throw this.#broken(error, true);
    } finally {
      message.destroy();
    }
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  async #open(request: HttpRequest, signal: AbortSignal, use: "request" | "stream"): Promise<http.IncomingMessage> {
    const credentials = await this.#access.credentials();
    const server = this.#access.server;
    const url = new URL(server.pathname.replace(/\/$/, "") + request.path, server);
    const body = request.body === undefined ? undefined : Buffer.from(request.body);
    const headers = {
      accept: "application/json",
      "user-agent": USER_AGENT,
      ...credentials.headers,
      ...(body && { "content-type": request.contentType ?? "application/json", "content-length": body.length }),
    };
    const options = { method: request.method, headers, agent: this.#agent(use, credentials), signal };
    return new Promise((resolve, reject) => {
      const client = server.protocol === "https:" ? https : http;
      const call = client.request(url, options, resolve);
      let sent = false;
      call.on("finish", () => {
        sent = true;
      });
      call.on("error", (error) => reject(this.#broken(error, sent)));
      call.end(body);
    });
  }

  /** Streams have an agent of their own, so that many of them leave room for requests. */
  #agent(use: "request" | "stream", { cert, key }: Credentials): http.Agent {
    const id = `${use} ${cert ?? ""}`;
    const known = this.#agents.get(id);
    if (known) return known;
    const { tls, server } = this.#access;
    const limits = { keepAlive: true, maxSockets: use === "request" ? MAX_CONNECTIONS : Number.POSITIVE_INFINITY };
    const agent =
      server.protocol === "https:" ? new https.Agent({ ...limits, ...tls, cert, key }) : new http.Agent(limits);
    this.#agents.set(id, agent);
    return agent;
  }

  #broken(error: unknown, ambiguous: boolean): ConnectionError {
    if (error instanceof ConnectionError) return error;
    const { message, code, name } = error as Error & { code?: string };
    const slow = name === "AbortError" || name === "TimeoutError";
    const why = slow ? `no answer within ${this.#timeoutMs / 1_000} s` : message || code;
    return new ConnectionError(`the API server at ${this.#access.server.origin} cannot be reached: ${why}`, ambiguous);
  }
}

/** The text of `Warning` headers: `299 - "text"`, one or more, with quotes escaped. */
function warningsOf(message: http.IncomingMessage): string[] {
  const header = message.headers.warning;
  if (header === undefined) return [];
  return [...header.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => text.replaceAll(/\\(.)/g, "$1"));
}
