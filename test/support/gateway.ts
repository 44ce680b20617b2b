import { request as plainRequest } from "node:http";
import { request as securedRequest } from "node:https";
import { connect, type SecureVersion } from "node:tls";

/** Where a gateway's load balancer is, the host that it answers for, and who signed its certificate. */
export interface Entry {
  readonly host: string;
  readonly address: string;
  readonly ca: string;
}

/** The version that a client which has only this one agrees on with the gateway, and the protocol; rejects where they do not agree. */
export function handshake({ host, address, ca }: Entry, version: SecureVersion): Promise<string> {
  // By itself a client of today would not offer what is old.
  const only = { minVersion: version, maxVersion: version, ciphers: "DEFAULT:@SECLEVEL=0" };
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address,
      port: 443,
      servername: host,
      ca,
      ALPNProtocols: ["h2", "http/1.1"],
      ...only,
    });
    socket.once("secureConnect", () => {
      resolve(`${socket.getProtocol()} ${socket.alpnProtocol}`);
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

/** An answer, its body as text. */
export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** Asks the gateway as a client outside does. */
export function ask(
  { host, address, ca }: Entry,
  path: string,
  { body = "", headers = {}, tls = true }: { body?: string; headers?: Record<string, string>; tls?: boolean } = {},
): Promise<Answer> {
  const method = body === "" ? "GET" : "POST";
  const options = { host: address, path, method, headers: { ...headers, host }, agent: false as const };
  return new Promise((resolve, reject) => {
    const sent = tls ? securedRequest({ ...options, servername: host, ca }) : plainRequest(options);
    sent.once("error", reject);
    sent.once("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    sent.end(body);
  });
}
