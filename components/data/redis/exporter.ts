import type { types } from "@pulumi/kubernetes";
import { RESTRICTED_CONTAINER } from "../../core/security-context.ts";
import { image } from "../../images/catalogue.ts";
import { METRICS_USER, PORT } from "./config.ts";

export const METRICS_PORT = 9121;

const RESOURCES = { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "100m", memory: "64Mi" } };
const SERVER = `rediss://127.0.0.1:${PORT}`;
const SECRET = { path: "/etc/redis-metrics", key: "passwords.json" };

/** What the exporter's Secret holds: the password of its account, by the server's address. */
export function exporterSecret(password: string): Record<string, string> {
  return { [SECRET.key]: JSON.stringify({ [SERVER.replace("//", `//${METRICS_USER}@`)]: password }) };
}

/** Redis' metrics for Prometheus: Redis itself speaks only its own protocol. Over loopback there is no name to check its certificate against. */
export function exporterContainer(): types.input.core.v1.Container {
  const health = { httpGet: { path: "/health", port: "metrics" } };
  return {
    name: "exporter",
    image: image("redisExporter"),
    args: [
      `--redis.addr=${SERVER}`,
      `--redis.user=${METRICS_USER}`,
      `--redis.password-file=${SECRET.path}/${SECRET.key}`,
      "--skip-tls-verification",
      `--web.listen-address=:${METRICS_PORT}`,
      // None of these tells more than INFO does, and each needs a right of its own.
      "--config-command=-",
      "--set-client-name=false",
      "--exclude-latency-histogram-metrics",
    ],
    ports: [{ name: "metrics", containerPort: METRICS_PORT }],
    resources: RESOURCES,
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [{ name: "metrics", mountPath: SECRET.path, readOnly: true }],
    startupProbe: { ...health, periodSeconds: 2, failureThreshold: 30 },
    readinessProbe: { ...health, periodSeconds: 10, failureThreshold: 3 },
    livenessProbe: { ...health, periodSeconds: 20, failureThreshold: 6 },
  };
}

export function exporterVolume(secretName: string): types.input.core.v1.Volume {
  return { name: "metrics", secret: { secretName, defaultMode: 0o440 } };
}
