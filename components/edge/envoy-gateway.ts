import type { types } from "@pulumi/kubernetes";
import type { Manifest } from "../core/custom-resource.ts";

/** The fields of Envoy Gateway's settings of proxies that we set (gateway.envoyproxy.io/v1alpha1). */
export type EnvoyProxyManifest = Manifest<
  "gateway.envoyproxy.io/v1alpha1",
  "EnvoyProxy",
  {
    provider: {
      type: "Kubernetes";
      kubernetes: {
        envoyDeployment: {
          replicas?: number;
          strategy: object;
          pod: object;
          container: {
            image?: string;
            resources: types.input.core.v1.ResourceRequirements;
            securityContext: types.input.core.v1.SecurityContext;
          };
          patch: { type: "StrategicMerge"; value: object };
        };
        envoyHpa?: { minReplicas: number; maxReplicas: number; metrics: object[]; behavior: object };
        envoyPDB: { maxUnavailable: number; patch: { type: "StrategicMerge"; value: object } };
        envoyService: {
          type: "LoadBalancer";
          allocateLoadBalancerNodePorts: false;
          loadBalancerClass?: string;
          annotations?: Record<string, string>;
        };
      };
    };
    /** Filters that come elsewhere than by default. */
    filterOrder: { name: string; after: string }[];
    shutdown: { drainTimeout: string; minDrainDuration: string };
    telemetry: {
      accessLog: {
        settings: {
          format: { type: "JSON"; json: Readonly<Record<string, string>> };
          sinks: { type: "File"; file: { path: string } }[];
        }[];
      };
    };
  }
>;

interface OfGateway {
  group: "gateway.networking.k8s.io";
  kind: "Gateway";
  name: string;
}

/** The fields of Envoy Gateway's policy for clients that we set. */
export type ClientPolicyManifest = Manifest<
  "gateway.envoyproxy.io/v1alpha1",
  "ClientTrafficPolicy",
  {
    targetRefs: OfGateway[];
    tls: { minVersion: "1.2"; ciphers: string[]; alpnProtocols: string[] };
    headers: {
      withUnderscoresAction: "RejectRequest";
      requestID: "Generate";
      earlyRequestHeaders: { remove: string[] };
    };
    path: { escapedSlashesAction: "RejectRequest" };
    timeout: { http: { requestReceivedTimeout: string; idleTimeout: string; streamIdleTimeout: string } };
    connection: { connectionLimit: { value: number } };
    http2: { maxConcurrentStreams: number; initialStreamWindowSize: string; initialConnectionWindowSize: string };
    proxyProtocol?: { optional: false };
  }
>;

/** The fields of Envoy Gateway's policy for requests that we set for a gateway; each route's adds to it. */
export type GatewayPolicyManifest = Manifest<
  "gateway.envoyproxy.io/v1alpha1",
  "BackendTrafficPolicy",
  { targetRefs: OfGateway[]; requestBuffer: { limit: string } }
>;
