import { ENVOY_GATEWAY } from "./envoy-gateway.ts";
import type { Operator } from "./operator.ts";

/** What proxies do with requests while nobody can count them: let them through, or refuse them with 500. */
export type WhenRedisIsGone = "open" | "closed";

/** What counts requests for all proxies of all gateways. Envoy Gateway runs it if its settings say so. */
export interface RateLimitService {
  /** Name of the `Redis` that keeps the counters. */
  readonly redis: string;
  readonly whenRedisIsGone: WhenRedisIsGone;
}

/** Its pods, as Envoy Gateway makes them beside itself, and what they look for in their namespace. */
export const RATE_LIMIT_SERVICE = {
  /** Name of its account of Redis. */
  name: "rate-limits",
  namespace: ENVOY_GATEWAY.namespace,
  podLabels: { "app.kubernetes.io/name": "envoy-ratelimit", "app.kubernetes.io/component": "ratelimit" },
  port: 8081,
  replicas: 2,
  /**
   * Names that the settings give, which are written before Redis is there: of a ConfigMap with `url`, `prefix` and `authority`, and of a
   * certificate.
   */
  settings: "rate-limits",
  certificate: "rate-limits-redis",
  /** Secret with the account, by the name of the Redis. */
  account: (redis: string) => `${redis}-rate-limits`,
  /** Where Envoy Gateway tells it what to count. */
  controlPlane: {
    namespace: ENVOY_GATEWAY.namespace,
    podLabels: { "control-plane": "envoy-gateway" },
    port: 18_001,
  },
} as const;

/**
 * How long a proxy waits for an answer. By default it would be 20 ms, and a slow moment of Redis lets requests through uncounted; while Redis
 * hangs, every request takes so much longer.
 */
const PATIENCE = "250ms";
const TRUSTED = "/var/run/secrets/redis";
/** Files with who signed for the Redis: of one in the cluster a certificate says it, of one on AWS a ConfigMap. */
export const REDIS_AUTHORITY = { inCluster: `${TRUSTED}/in-cluster.crt`, aws: `${TRUSTED}/aws.crt` } as const;
/** By itself it requests 512Mi, which is more than the namespace's default lets a container have: no pod of it was ever let in. */
const RESOURCES = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "128Mi" } };

/**
 * Envoy Gateway with the service that counts. Its settings know a Redis without a password and without an authority of our own: the service
 * itself takes both from its environment. Patches are allowed, for what no policy says: the second line, and `Retry-After`.
 */
export function countingEnvoyGateway({ redis, whenRedisIsGone }: RateLimitService): Operator {
  const { chart } = ENVOY_GATEWAY;
  const { envoyGateway } = chart.values.config;
  const { kubernetes } = envoyGateway.provider;
  const kept = { ...kubernetes, rateLimitDeployment: deployment(redis) };
  const config = {
    envoyGateway: {
      provider: { ...envoyGateway.provider, kubernetes: kept },
      extensionApis: { enableEnvoyPatchPolicy: true },
      rateLimit: {
        // The address is given with the account; this one stands for it, since there has to be one.
        backend: { type: "Redis", redis: { url: `${redis}:6379` } },
        timeout: PATIENCE,
        failClosed: whenRedisIsGone === "closed",
      },
    },
  };
  return { ...ENVOY_GATEWAY, chart: { ...chart, values: { ...chart.values, config } } };
}

function deployment(redis: string) {
  const { replicas, settings, certificate, account, podLabels } = RATE_LIMIT_SERVICE;
  const from = (name: string, key: string) => ({ valueFrom: { secretKeyRef: { name: account(redis), key } }, name });
  const setting = (name: string, key: string) => ({
    name,
    valueFrom: { configMapKeyRef: { name: settings, key } },
  });
  // One path for both the API server would refuse, though one of them is never there.
  const items = (file: string) => [{ key: "ca.crt", path: file.slice(TRUSTED.length + 1) }];
  return {
    replicas,
    container: {
      resources: RESOURCES,
      env: [
        setting("REDIS_URL", "url"),
        setting("CACHE_KEY_PREFIX", "prefix"),
        from("REDIS_USER", "username"),
        from("REDIS_PASSWORD", "password"),
        // Composed by the kubelet, out of the two before it.
        { name: "REDIS_AUTH", value: "$(REDIS_USER):$(REDIS_PASSWORD)" },
        { name: "REDIS_TLS", value: "true" },
        setting("REDIS_TLS_CACERT", "authority"),
      ],
      volumeMounts: [{ name: "redis-authority", mountPath: TRUSTED, readOnly: true }],
    },
    pod: {
      volumes: [
        {
          name: "redis-authority",
          projected: {
            sources: [
              { secret: { name: `${certificate}-tls`, items: items(REDIS_AUTHORITY.inCluster), optional: true } },
              { configMap: { name: `${account(redis)}-ca`, items: items(REDIS_AUTHORITY.aws), optional: true } },
            ],
          },
        },
      ],
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "topology.kubernetes.io/zone",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: { ...podLabels } },
        },
      ],
    },
  };
}
