import { priorityClass } from "../cluster/priorities.ts";
import { gatewaySpan } from "../core/duration.ts";
import { labels } from "../core/labels.ts";
import { optOutAnnotations } from "../core/opt-out.ts";
import { hundredths } from "../core/percent.ts";
import { RESTRICTED_POD } from "../core/security-context.ts";
import { spread } from "../core/spread.ts";
import type { EnvoyProxyManifest } from "./envoy-gateway.ts";
import type { CompleteProxies } from "./gateway-args.ts";

/** What a line of the access log says of a request: neither who sent it nor what follows `?`, which by default it would. */
const SAID = {
  method: "%REQ(:METHOD)%",
  route: "%ROUTE_NAME%",
  path: "%REQ_WITHOUT_QUERY(:PATH)%",
  code: "%RESPONSE_CODE%",
  duration: "%DURATION%",
  trace_id: "%TRACE_ID%",
};

/** Requests are counted before a program judges them: by default a flood of what it refuses would meet no limit of a route. */
const LIMITS_BEFORE_JUDGEMENT = [
  { name: "envoy.filters.http.ext_proc", after: "envoy.filters.http.local_ratelimit" },
  { name: "envoy.filters.http.ext_proc", after: "envoy.filters.http.ratelimit" },
];

/** Beside each proxy; twice what it takes while it drains, when two of its processes run. By default it could have 64Mi. */
const DRAINER = {
  name: "shutdown-manager",
  resources: { requests: { cpu: "10m", memory: "128Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
};

/** Proxies are taken away only when they were not needed for this long: each that goes closes the connections of many. */
const SCALE_DOWN_SECONDS = 600;

/**
 * AWS' controller of load balancers makes one that sends to pods themselves, in every zone, and says before each connection who opened it.
 * By preserved addresses instead a pod could not reach the gateway's own address, when the load balancer chooses a proxy on its node.
 */
const AWS = {
  loadBalancerClass: "service.k8s.aws/nlb",
  annotations: Object.fromEntries(
    Object.entries({
      scheme: "internet-facing",
      "nlb-target-type": "ip",
      "proxy-protocol": "*",
      "target-group-attributes": "preserve_client_ip.enabled=false",
      attributes: "load_balancing.cross_zone.enabled=true",
      "healthcheck-protocol": "tcp",
    }).map(([key, value]) => [`service.beta.kubernetes.io/aws-load-balancer-${key}`, value]),
  ),
};

/**
 * The proxies of a gateway, as Envoy Gateway is to run them: spread over zones and hosts, restricted, scaled, taken away one at a time and
 * never without a drain, with an access log that holds nothing personal, since it is kept as long as any log.
 */
export function proxiesPlan(
  name: string,
  namespace: string,
  args: CompleteProxies & { readonly zones: readonly string[]; readonly podLabels: Readonly<Record<string, string>> },
): EnvoyProxyManifest {
  const { scaling, replication, resources, drain, zones, podLabels, loadBalancer, maxRequestSize } = args;
  const { topologySpreadConstraints, affinity, tolerations } = spread({
    matchLabels: podLabels,
    zones,
    sharedHosts: "prefer-not",
    rolls: true,
  });
  return {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "EnvoyProxy",
    metadata: {
      name,
      namespace,
      labels: labels(name),
      annotations: optOutAnnotations({ replication, maxRequestSize }),
    },
    spec: {
      provider: {
        type: "Kubernetes",
        kubernetes: {
          envoyDeployment: {
            ...(scaling.min === scaling.max && { replicas: scaling.min }),
            strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
            pod: { securityContext: RESTRICTED_POD, topologySpreadConstraints, affinity, tolerations },
            container: {
              resources: { ...resources },
              // Both of a pod's containers have it, and the drainer writes a file.
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
            },
            patch: {
              type: "StrategicMerge",
              value: {
                spec: { template: { spec: { priorityClassName: priorityClass("service"), containers: [DRAINER] } } },
              },
            },
          },
          ...(scaling.min < scaling.max && { envoyHpa: autoscalerPlan(scaling) }),
          envoyPDB: {
            maxUnavailable: 1,
            patch: { type: "StrategicMerge", value: { spec: { unhealthyPodEvictionPolicy: "AlwaysAllow" } } },
          },
          envoyService: {
            type: "LoadBalancer",
            // A namespace has no ports of nodes to give.
            allocateLoadBalancerNodePorts: false,
            ...(loadBalancer === "aws" && AWS),
          },
        },
      },
      filterOrder: LIMITS_BEFORE_JUDGEMENT,
      shutdown: { minDrainDuration: gatewaySpan(drain.least), drainTimeout: gatewaySpan(drain.most) },
      telemetry: {
        accessLog: {
          settings: [
            { format: { type: "JSON", json: SAID }, sinks: [{ type: "File", file: { path: "/dev/stdout" } }] },
          ],
        },
      },
    },
  };
}

function autoscalerPlan({ min, max, cpu }: CompleteProxies["scaling"]) {
  const target = { type: "Utilization", averageUtilization: Math.round(hundredths(cpu)) };
  return {
    minReplicas: min,
    maxReplicas: max,
    // Of a pod's containers the proxy alone: the other has next to nothing to do.
    metrics: [{ type: "ContainerResource", containerResource: { name: "cpu", container: "envoy", target } }],
    behavior: {
      scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: "Percent", value: 100, periodSeconds: 15 }] },
      scaleDown: {
        stabilizationWindowSeconds: SCALE_DOWN_SECONDS,
        policies: [{ type: "Pods", value: 1, periodSeconds: 120 }],
      },
    },
  };
}
