import { ENVOY_GATEWAY } from "../cluster/operators/index.ts";
import { waitFor } from "../core/custom-resource.ts";
import { ATTACHES_ROUTES, labels, MANAGED } from "../core/labels.ts";
import { type MonitorManifest, monitorPlan } from "../core/monitor.ts";
import { admitScrapers, reach } from "../core/network.ts";
import type { Destination, Peer } from "../core/usage.ts";
import type { GatewayClassManifest, GatewayManifest, HttpRouteManifest } from "./gateway-api.ts";

/** A program that runs Gateways. */
export interface Implementation {
  readonly controllerName: string;
  readonly title: string;
  /** Labels of the pods that carry the traffic of one Gateway; they run in its namespace. */
  readonly podLabels: (gateway: string) => Readonly<Record<string, string>>;
  /** Ports of those pods that the outside connects to; unprivileged, where the implementation maps 80 and 443. */
  readonly ports: readonly number[];
  /** Where those pods get their configuration from. */
  readonly controlPlane: readonly Peer[];
  /** Port of those pods with their metrics. None: it makes no pods, and takes no settings of Envoy Gateway's. */
  readonly metricsPort?: number;
}

/** The implementations that a Gateway may run on. */
export const IMPLEMENTATIONS = {
  envoy: {
    controllerName: "gateway.envoyproxy.io/gatewayclass-controller",
    title: "Envoy Gateway",
    podLabels: (gateway) => ({ "gateway.envoyproxy.io/owning-gateway-name": gateway }),
    ports: [10_080, 10_443],
    controlPlane: [
      { namespace: ENVOY_GATEWAY.namespace, podLabels: { "control-plane": "envoy-gateway" }, port: 18_000 },
    ],
    metricsPort: 19_001,
  },
  rehearsal: {
    controllerName: "plumbline.dev/rehearsal-gateway",
    title: "a stand-in that carries no traffic",
    podLabels: (gateway) => ({ "gateway.networking.k8s.io/gateway-name": gateway }),
    ports: [80, 443],
    controlPlane: [],
  },
} as const satisfies Record<string, Implementation>;

export type ImplementationName = keyof typeof IMPLEMENTATIONS;

/** Listeners, by the names that routes attach to. */
const HTTP = "http";
export const HTTPS = "https";

export function gatewayClassPlan(
  name: string,
  namespace: string,
  { controllerName, title, metricsPort }: Implementation,
): GatewayClassManifest {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "GatewayClass",
    metadata: { name, labels: MANAGED },
    spec: {
      controllerName,
      description: `run by ${title}`,
      ...(metricsPort !== undefined && {
        parametersRef: { group: "gateway.envoyproxy.io", kind: "EnvoyProxy", name, namespace },
      }),
    },
  };
}

/** One listener that only redirects, and one with TLS that the namespaces with the right label attach routes to. */
export function gatewayPlan(
  name: string,
  namespace: string,
  host: string,
  secretName: string,
  annotations: Readonly<Record<string, string>> = {},
): GatewayManifest {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name, namespace, labels: labels(name), annotations: { ...waitFor("Programmed"), ...annotations } },
    spec: {
      gatewayClassName: name,
      listeners: [
        { name: HTTP, port: 80, protocol: "HTTP", hostname: host, allowedRoutes: { namespaces: { from: "Same" } } },
        {
          name: HTTPS,
          port: 443,
          protocol: "HTTPS",
          hostname: host,
          tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: secretName }] },
          allowedRoutes: { namespaces: { from: "Selector", selector: { matchLabels: ATTACHES_ROUTES } } },
        },
      ],
    },
  };
}

/** Sends everything that comes without TLS to the same address with it. */
export function redirectPlan(name: string, namespace: string, host: string): HttpRouteManifest {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: `${name}-redirect`, namespace, labels: labels(name) },
    spec: {
      parentRefs: [{ name, namespace, sectionName: HTTP }],
      hostnames: [host],
      rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] }],
    },
  };
}

/** Anyone may come in, and what reads metrics to those; out it goes to the services that have a route, and to what configures it. */
export function gatewayNetworkPlan(
  name: string,
  { podLabels, ports, controlPlane, metricsPort }: Implementation,
  routed: readonly Destination[],
) {
  return {
    podSelector: { matchLabels: podLabels(name) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      { ports: ports.map((port) => ({ protocol: "TCP", port })) },
      ...(metricsPort === undefined ? [] : [admitScrapers(metricsPort)]),
    ],
    egress: reach([...routed, ...controlPlane]),
  };
}

/** Has every proxy's metrics read. */
export function gatewayMonitorPlan(name: string, namespace: string, { podLabels }: Implementation): MonitorManifest {
  return monitorPlan("Pod", name, namespace, podLabels(name), { port: "metrics", path: "/stats/prometheus" });
}
