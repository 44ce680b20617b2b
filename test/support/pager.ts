import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A call that came in. */
interface Call {
  readonly path: string;
  readonly authorization: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is what tests look into.
  readonly body: any;
}

/**
 * Stands for the services outside that wake people: PagerDuty's Events API v2 at `/v2/enqueue`, Opsgenie's alert API at `/v2/alerts`, and a
 * heartbeat at `/beat`; Alertmanager's own JSON at `/webhook`. As they do, it takes what is well-formed with 202 and refuses the rest with 4xx; what it refused is kept apart.
 */
export interface Pager {
  readonly url: string;
  readonly taken: readonly Call[];
  readonly refused: readonly string[];
  /** Milliseconds since the heartbeat was last called; Infinity before. */
  silence(): number;
  close(): Promise<void>;
}

/** What PagerDuty asks of an event, as far as it says so. */
const SEVERITIES = ["critical", "error", "warning", "info"];

export async function pager(keys: { pagerduty: string; opsgenie: string }): Promise<Pager> {
  const taken: Call[] = [];
  const refused: string[] = [];
  let beat = Number.NEGATIVE_INFINITY;
  const wrongIn = (request: IncomingMessage, { path, authorization, body }: Call): string | undefined => {
    if (request.method !== "POST") return `a ${request.method}`;
    if (!request.headers["content-type"]?.startsWith("application/json")) return "no JSON";
    if (path === "/v2/enqueue") return wrongEvent(body, keys.pagerduty);
    if (authorization !== `GenieKey ${keys.opsgenie}` && path.startsWith("/v2/alerts"))
      return "another key of Opsgenie";
    if (path === "/v2/alerts") return wrongAlert(body);
    if (/^\/v2\/alerts\/[^/]+\/close\?identifierType=alias$/.test(path) || path === "/beat") return undefined;
    if (path === "/webhook") return Array.isArray(body.alerts) ? undefined : "no alerts";
    return `nothing is at ${path}`;
  };
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { authorization } = request.headers;
    const call = { path: request.url ?? "", authorization, body: JSON.parse(text || "{}") };
    const wrong = wrongIn(request, call);
    if (wrong === undefined) taken.push(call);
    else refused.push(`${call.path}: ${wrong}`);
    if (wrong === undefined && call.path === "/beat") beat = performance.now();
    response.writeHead(wrong === undefined ? 202 : 400, { "content-type": "application/json" });
    response.end(JSON.stringify(wrong === undefined ? { status: "success" } : { status: "invalid", message: wrong }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    refused,
    silence: () => performance.now() - beat,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function wrongEvent({ routing_key, event_action, dedup_key, payload }: Call["body"], key: string): string | undefined {
  if (routing_key !== key) return "another routing_key";
  if (typeof dedup_key !== "string" || dedup_key === "" || dedup_key.length > 255) return "no dedup_key";
  if (event_action === "resolve") return undefined;
  if (event_action !== "trigger") return `event_action ${event_action}`;
  const { summary, source, severity } = payload ?? {};
  if (typeof summary !== "string" || summary === "" || summary.length > 1_024) return "no payload.summary";
  if (typeof source !== "string" || source === "") return "no payload.source";
  return SEVERITIES.includes(severity) ? undefined : `payload.severity ${severity}`;
}

function wrongAlert({ message, alias, priority }: Call["body"]): string | undefined {
  if (typeof message !== "string" || message === "" || message.length > 130) return "no message";
  if (typeof alias !== "string" || alias === "" || alias.length > 512) return "no alias";
  return /^P[1-5]$/.test(priority) ? undefined : `priority ${priority}`;
}
