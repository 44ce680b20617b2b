import { labels } from "../core/labels.ts";
import { isOptOut } from "../core/opt-out.ts";
import type { ClientPolicyManifest, GatewayPolicyManifest } from "./envoy-gateway.ts";
import type { CompleteProxies } from "./gateway-args.ts";
import { identityHeader } from "./identity-header.ts";

/** Of TLS 1.2: forward secrecy and authenticated encryption alone. TLS 1.3 has no others. */
const CIPHERS = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
];

/**
 * By these services tell each other for whom and why they ask, and an Authentication tells them who it is. Audit events are written of it, be
 * there an Authentication or not: a client would write of anybody.
 */
const NOT_FROM_OUTSIDE = ["x-actor", "x-purpose", identityHeader("sub")];

/**
 * What a client may do to a proxy. A request has to be there within half a minute; what nothing moves on is given up after 100 s, longer
 * than any route waits; an idle connection is closed after five minutes, sooner than the 350 s after which AWS' load balancers forget it. Streams and windows are those that Envoy advises at
 * an edge. Headers with underscores are refused, since a service may take them for others; so are escaped slashes in a path, by which
 * a request could mean another path to a service than to its route. What clients say of their request's number is not believed.
 */
export function clientPolicyPlan(name: string, namespace: string, args: CompleteProxies): ClientPolicyManifest {
  return {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "ClientTrafficPolicy",
    metadata: { name, namespace, labels: labels(name) },
    spec: {
      targetRefs: [ofGateway(name)],
      tls: { minVersion: "1.2", ciphers: CIPHERS, alpnProtocols: ["h2", "http/1.1"] },
      headers: {
        withUnderscoresAction: "RejectRequest",
        requestID: "Generate",
        earlyRequestHeaders: { remove: NOT_FROM_OUTSIDE },
      },
      path: { escapedSlashesAction: "RejectRequest" },
      timeout: { http: { requestReceivedTimeout: "30s", idleTimeout: "300s", streamIdleTimeout: "100s" } },
      connection: { connectionLimit: { value: args.maxConnections } },
      http2: { maxConcurrentStreams: 100, initialStreamWindowSize: "64Ki", initialConnectionWindowSize: "1Mi" },
      ...(args.loadBalancer === "aws" && { proxyProtocol: { optional: false } }),
    },
  };
}

/** What holds for requests on every route, whose own policies add to it; undefined where nothing does. */
export function gatewayPolicyPlan(
  name: string,
  namespace: string,
  { maxRequestSize }: CompleteProxies,
): GatewayPolicyManifest | undefined {
  if (isOptOut(maxRequestSize)) return undefined;
  return {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "BackendTrafficPolicy",
    metadata: { name, namespace, labels: labels(name) },
    spec: { targetRefs: [ofGateway(name)], requestBuffer: { limit: maxRequestSize } },
  };
}

function ofGateway(name: string) {
  return { group: "gateway.networking.k8s.io", kind: "Gateway", name } as const;
}
