import type { Manifest } from "../core/custom-resource.ts";
import { gatewaySpan } from "../core/duration.ts";
import { labels } from "../core/labels.ts";
import { isOptOut, optOutAnnotations } from "../core/opt-out.ts";
import { CALLING, type CompleteResilience, retriesAtOnce } from "../core/resilience.ts";
import type { RateLimitRules } from "./rate-limit.ts";

interface Retry {
  numRetries: number;
  perRetry: { timeout?: string; backOff: { baseInterval: string; maxInterval: string } };
  retryOn: { triggers: string[] };
}

/** The fields of Envoy Gateway's policy that we set (gateway.envoyproxy.io/v1alpha1). */
export type TrafficPolicyManifest = Manifest<
  "gateway.envoyproxy.io/v1alpha1",
  "BackendTrafficPolicy",
  {
    targetRefs: { group: "gateway.networking.k8s.io"; kind: "HTTPRoute"; name: string }[];
    rateLimit?: RateLimitRules;
    /** By itself it would stand in place of the gateway's. */
    mergeType: "StrategicMerge";
    circuitBreaker?: {
      maxConnections: number;
      maxPendingRequests: number;
      maxParallelRequests: number;
      maxParallelRetries: number;
    };
    retry?: Retry | { numRetries: 0 };
    healthCheck?: {
      panicThreshold: number;
      passive: {
        consecutive5XxErrors: number;
        baseEjectionTime: string;
        interval: string;
        maxEjectionPercent: number;
      };
    };
  }
>;

/** What a policy says of one route. */
interface Treatment {
  /** How requests are sent on, where that is declared. */
  readonly settings?: CompleteResilience | undefined;
  /** Whether they may be sent again. */
  readonly sent: "repeatable" | "once";
  readonly rateLimit?: RateLimitRules | undefined;
}

/** Has Envoy Gateway do for one route what a proxy beside a caller does for a call, and hold its callers to a limit. */
export function trafficPolicyPlan(
  route: string,
  namespace: string,
  { settings, sent, rateLimit }: Treatment,
): TrafficPolicyManifest {
  return {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "BackendTrafficPolicy",
    metadata: {
      name: route,
      namespace,
      labels: labels(route),
      annotations: optOutAnnotations({ breaker: settings?.breaker }),
    },
    spec: {
      targetRefs: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: route }],
      mergeType: "StrategicMerge",
      ...(rateLimit && { rateLimit }),
      ...(settings && resilience(settings, sent === "repeatable")),
    },
  };
}

function resilience({ retries, perTryTimeout, breaker, maxInFlight }: CompleteResilience, isRepeatable: boolean) {
  return {
    circuitBreaker: {
      maxConnections: CALLING.connections,
      maxPendingRequests: maxInFlight,
      maxParallelRequests: maxInFlight,
      // By default 1024, which bounds nothing.
      maxParallelRetries: retriesAtOnce(maxInFlight),
    },
    retry:
      retries === 0
        ? { numRetries: 0 as const }
        : {
            numRetries: retries,
            perRetry: {
              ...(isRepeatable && { timeout: gatewaySpan(perTryTimeout) }),
              backOff: { baseInterval: CALLING.backOff.base, maxInterval: CALLING.backOff.most },
            },
            retryOn: {
              triggers: [...(isRepeatable ? CALLING.retriedWhenRepeatable : CALLING.retriedOtherwise)],
            },
          },
    ...(!isOptOut(breaker) && {
      healthCheck: {
        panicThreshold: CALLING.panicPercent,
        passive: {
          consecutive5XxErrors: breaker.consecutive5xx,
          baseEjectionTime: gatewaySpan(breaker.ejection),
          interval: CALLING.lookEvery,
          maxEjectionPercent: CALLING.mostEjectedPercent,
        },
      },
    }),
  };
}
