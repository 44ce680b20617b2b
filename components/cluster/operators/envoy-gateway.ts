import { API_SERVER_PORTS, type Operator } from "./operator.ts";

/** Each where the other is not: proxies keep what they were told while no controller is there, and new ones wait for it. */
const APART = {
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map(
      (topologyKey) => ({
        weight: 100,
        podAffinityTerm: { topologyKey, labelSelector: { matchLabels: { "control-plane": "envoy-gateway" } } },
      }),
    ),
  },
};

/** The chart's own, and a limit on processors: the namespace's default, a fifth of one, would have every change of a route take seconds. */
const RESOURCES = { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "1Gi" } };

/** Runs Gateways on Envoy; its chart brings the CRDs of the Gateway API. */
export const ENVOY_GATEWAY = {
  name: "envoy-gateway",
  title: "Envoy Gateway",
  version: "1.5.0",
  namespace: "envoy-gateway-system",
  chart: {
    chart: "oci://docker.io/envoyproxy/gateway-helm",
    version: "v1.5.0",
    values: {
      deployment: { replicas: 2, pod: { affinity: APART }, envoyGateway: { resources: RESOURCES } },
      podDisruptionBudget: { minAvailable: 1 },
      // A webhook that the chart makes by a hook of Helm, which Pulumi does not run; it would tell proxies their zone.
      topologyInjector: { enabled: false },
      // Proxies run in the namespace of their Gateway, where its network policies hold.
      config: {
        envoyGateway: { provider: { type: "Kubernetes", kubernetes: { deploy: { type: "GatewayNamespace" } } } },
      },
    },
  },
  crds: { module: "sigs.k8s.io/gateway-api@v1.6.3", folder: "config/crd/standard" },
  groups: ["gateway.networking.k8s.io"],
  rights: "makes Deployments and Services in the namespaces that hold a Gateway; reads their TLS Secrets",
  openPorts: { ingress: [18000, 18001, 19001], egress: [...API_SERVER_PORTS] },
} as const satisfies Operator;
