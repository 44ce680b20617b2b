import type { Manifest } from "../core/custom-resource.ts";
import type { CALLING } from "../core/resilience.ts";
import type { ResponseHeaders } from "./response-headers.ts";

/** The fields of the Gateway API that we set (gateway.networking.k8s.io/v1). */
export type GatewayClassManifest = Manifest<
  "gateway.networking.k8s.io/v1",
  "GatewayClass",
  {
    controllerName: string;
    description: string;
    parametersRef?: { group: "gateway.envoyproxy.io"; kind: "EnvoyProxy"; name: string; namespace: string };
  }
>;

interface Listener {
  name: string;
  port: number;
  protocol: "HTTP" | "HTTPS";
  hostname?: string;
  tls?: { mode: "Terminate"; certificateRefs: { kind: "Secret"; name: string }[] };
  allowedRoutes: {
    namespaces: { from: "Same" } | { from: "Selector"; selector: { matchLabels: Record<string, string> } };
  };
}

export type GatewayManifest = Manifest<
  "gateway.networking.k8s.io/v1",
  "Gateway",
  { gatewayClassName: string; listeners: Listener[] }
>;

/** Methods that a route may be for. */
export type Method = (typeof CALLING)["repeatableMethods"][number];

interface RouteRule {
  matches?: {
    path: { type: "PathPrefix"; value: string };
    method?: Method;
    headers?: { type: "Exact"; name: string; value: string }[];
  }[];
  filters?: (
    | { type: "RequestRedirect"; requestRedirect: { scheme: "https"; statusCode: 301 } }
    | { type: "ResponseHeaderModifier"; responseHeaderModifier: ResponseHeaders }
  )[];
  backendRefs?: { name: string; port: number }[];
  timeouts?: { request: string; backendRequest: string };
}

export type HttpRouteManifest = Manifest<
  "gateway.networking.k8s.io/v1",
  "HTTPRoute",
  {
    parentRefs: { name: string; namespace: string; sectionName: string }[];
    hostnames: string[];
    rules: RouteRule[];
  }
>;
