import type { types } from "@pulumi/kubernetes";
import { priorityClass } from "../../cluster/priorities.ts";
import { checksum } from "../../core/checksum.ts";
import { labels, selector } from "../../core/labels.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../core/security-context.ts";
import { spread } from "../../core/spread.ts";
import { certificateSecret } from "../../edge/certificate-plan.ts";
import { image } from "../../images/catalogue.ts";
import type { CompleteArgs } from "./args.ts";
import { PATHS, PORT } from "./config.ts";
import { names, servers } from "./plan.ts";
import { ADMIN_PORT, haproxyCfg } from "./proxy-config.ts";

export const PROXY = "proxy";
const RESOURCES = { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "500m", memory: "64Mi" } };
const CONFIG = "/usr/local/etc/haproxy";

export function proxyFiles(name: string, { namespace, replicas }: CompleteArgs): Record<string, string> {
  return { "haproxy.cfg": haproxyCfg(servers(name, namespace.name, replicas)) };
}

/** Proxies that lead every connection to the primary; any of them will do, so one for each zone. */
export function proxyPlan(name: string, args: CompleteArgs): types.input.apps.v1.Deployment {
  const { namespace, zones, replicas } = args;
  const matchLabels = selector(name, PROXY);
  const http = (path: string) => ({ httpGet: { path, port: "admin" } });
  return {
    metadata: { name: `${name}-${PROXY}`, namespace: namespace.name, labels: labels(name, PROXY) },
    spec: {
      replicas: Math.min(replicas, zones.length),
      revisionHistoryLimit: 5,
      selector: { matchLabels },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: labels(name, PROXY),
          annotations: { "plumbline.dev/config-checksum": checksum(proxyFiles(name, args)) },
        },
        spec: {
          serviceAccountName: name,
          priorityClassName: priorityClass("store"),
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: RESTRICTED_POD,
          ...spread({ matchLabels, zones, sharedHosts: "prefer-not", rolls: true }),
          containers: [
            {
              name: "haproxy",
              image: image("haproxy"),
              args: ["haproxy", "-W", "-db", "-f", `${CONFIG}/haproxy.cfg`],
              ports: [
                { name: "redis", containerPort: PORT },
                { name: "admin", containerPort: ADMIN_PORT },
              ],
              resources: RESOURCES,
              securityContext: RESTRICTED_CONTAINER,
              lifecycle: { preStop: { sleep: { seconds: 5 } } },
              startupProbe: { ...http("/livez"), periodSeconds: 1, failureThreshold: 30 },
              readinessProbe: { ...http("/readyz"), periodSeconds: 2, failureThreshold: 2 },
              livenessProbe: { ...http("/livez"), periodSeconds: 10, failureThreshold: 3 },
              volumeMounts: [
                { name: "config", mountPath: CONFIG, readOnly: true },
                { name: "ca", mountPath: PATHS.tls, readOnly: true },
              ],
            },
          ],
          volumes: [
            { name: "config", configMap: { name: `${name}-${PROXY}` } },
            {
              name: "ca",
              secret: { secretName: certificateSecret(names(name).server), items: [{ key: "ca.crt", path: "ca.crt" }] },
            },
          ],
        },
      },
    },
  };
}

/** The one address that consumers know. */
export function proxyServicePlan(name: string, namespace: string): types.input.core.v1.Service {
  const ports = { redis: PORT, admin: ADMIN_PORT };
  return {
    metadata: { name, namespace, labels: labels(name, PROXY) },
    spec: {
      selector: selector(name, PROXY),
      ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number, targetPort: port })),
    },
  };
}
