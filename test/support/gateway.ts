import { request as plainRequest } from "node:http";
import { request as securedRequest } from "node:https";
import { connect, type SecureVersion } from "node:tls";
import { Namespace } from "../../components/cluster/index.ts";
import { controlPlaneCertificates, ENVOY_GATEWAY } from "../../components/cluster/operators/index.ts";
import { optOut } from "../../components/core/index.ts";
import { Gateway, Issuer, Route } from "../../components/edge/index.ts";
import { Microservice } from "../../components/workload/index.ts";
import { ENVOY } from "../../rehearsal/images/envoy.ts";
import { ZONES } from "../../rehearsal/nodes/testing/real-cluster.ts";
import { objectsOf } from "./component-objects.ts";

export const HOST = "shop.plumbline.test";
export const EDGE = "edge";
export const SHOP = "shop";
export const GATEWAY = "gateway";
export const DEPRECATED = "2026-06-30";
export const SUNSET = "2027-06-30";

const quota = { cpu: "20", memory: "10Gi", pods: 30 } as const;

/** What a cloud has of the controller besides its chart: a namespace closed but for its ports and held to `restricted`, and certificates. */
export async function controllerObjects(): Promise<object[]> {
  const { namespace, openPorts } = ENVOY_GATEWAY;
  return [
    ...(await objectsOf(() => void new Namespace(namespace, { quota, openPorts }))),
    ...controlPlaneCertificates(),
  ];
}

/** The objects of a gateway with a service behind it. */
export function gatewayObjects(image: string): Promise<object[]> {
  return objectsOf(() => {
    const gateway = new Gateway(GATEWAY, {
      namespace: new Namespace(EDGE, { quota }),
      host: HOST,
      issuer: new Issuer("internal", { authority: "private" }),
      implementation: "envoy",
      zones: ZONES,
      scaling: { min: 2, max: 3, cpu: 100 },
      resources: { requests: { cpu: "1", memory: "256Mi" }, limits: { cpu: "2", memory: "256Mi" } },
      drain: { least: "5s", most: "20s" },
      maxRequestSize: "64Ki",
      transform: {
        proxies: ({ spec }) => {
          // The rehearsal has this one alone; Envoy Gateway 1.5 would run 1.35.
          spec.provider.kubernetes.envoyDeployment.container.image = ENVOY.reference;
          return undefined;
        },
      },
    });
    const web = new Microservice("web", {
      namespace: new Namespace(SHOP, { quota, attachesRoutes: true }),
      zones: ZONES,
      image,
      scaling: { min: 2, max: 2 },
      resources: { requests: { cpu: "200m", memory: "128Mi" }, limits: { cpu: "1", memory: "128Mi" } },
    });
    const rateLimit = optOut("all of the load comes from one address");
    new Route("web", { gateway, to: web, path: "/", timeout: "5s", retries: 2, rateLimit });
    const version = { name: "v1", by: "header", deprecated: DEPRECATED, sunset: SUNSET } as const;
    new Route("web-v1", { gateway, to: web, path: "/", version, rateLimit });
  });
}

/** Where the load balancer is, and who signed the gateway's certificate. */
export interface Entry {
  readonly address: string;
  readonly ca: string;
}

/** The version that a client which has only this one agrees on with the gateway, and the protocol; rejects where they do not agree. */
export function handshake({ address, ca }: Entry, version: SecureVersion): Promise<string> {
  // By itself a client of today would not offer what is old.
  const only = { minVersion: version, maxVersion: version, ciphers: "DEFAULT:@SECLEVEL=0" };
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address,
      port: 443,
      servername: HOST,
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
  { address, ca }: Entry,
  path: string,
  { body = "", headers = {}, tls = true }: { body?: string; headers?: Record<string, string>; tls?: boolean } = {},
): Promise<Answer> {
  const method = body === "" ? "GET" : "POST";
  const options = { host: address, path, method, headers: { ...headers, host: HOST }, agent: false as const };
  return new Promise((resolve, reject) => {
    const sent = tls ? securedRequest({ ...options, servername: HOST, ca }) : plainRequest(options);
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
