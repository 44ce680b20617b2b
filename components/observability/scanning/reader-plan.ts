import type { types } from "@pulumi/kubernetes";
import { priorityClass } from "../../cluster/priorities.ts";
import { portOf } from "../../core/address.ts";
import { checksum } from "../../core/checksum.ts";
import { labels, selector } from "../../core/labels.ts";
import { admitPrometheus, reach } from "../../core/network.ts";
import { optOut, optOutAnnotations } from "../../core/opt-out.ts";
import type { Resources } from "../../core/resources.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../core/security-context.ts";
import { isServiceUrl, peersAt } from "../../core/service-url.ts";
import { placed } from "../../core/spread.ts";
import { image } from "../../images/catalogue.ts";
import { runtimeEnvironment } from "../../workload/runtime.ts";
import type { CompleteScanning } from "./args.ts";
import { READER_PATHS, READER_PORT, readerConfig, readings } from "./reader-config.ts";

/** It holds one answer at a time in memory: the largest, of a hundred projects of Snyk, is some 200 KB. */
const RESOURCES: Resources = {
  requests: { cpu: "10m", memory: "64Mi" },
  limits: { cpu: "200m", memory: "64Mi" },
};
const ALONE = optOut("it keeps nothing, and two would ask for every report twice; ScanResultsMissing tells of it");
const health = { httpGet: { path: "/metrics", port: "admin" } };

export function readerName(name: string): string {
  return `${name}-reader`;
}

/** What reads reports, quality gates and Snyk, and turns them into metrics: json_exporter, with files for its tokens. */
export function readerPlan(name: string, args: CompleteScanning): types.input.apps.v1.Deployment {
  const own = readerName(name);
  const annotations = optOutAnnotations({ replication: ALONE, spread: ALONE });
  const secrets = [
    ...Map.groupBy(
      readings(args).flatMap(({ token }) => token ?? []),
      ({ secret }) => secret,
    ),
  ];
  return {
    metadata: { name: own, namespace: args.namespace.name, labels: labels(own), annotations },
    spec: {
      replicas: 1,
      revisionHistoryLimit: 5,
      selector: { matchLabels: selector(own) },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: labels(own),
          annotations: { ...annotations, "plumbline.dev/config-checksum": checksum(readerConfig(args)) },
        },
        spec: {
          serviceAccountName: own,
          priorityClassName: priorityClass("monitoring"),
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 15,
          securityContext: RESTRICTED_POD,
          ...placed(args.zones),
          containers: [
            {
              name: "reader",
              image: image("jsonExporter"),
              args: [`--config.file=${READER_PATHS.config}/config.json`, `--web.listen-address=:${READER_PORT}`],
              env: Object.entries(runtimeEnvironment("go", RESOURCES)).map(([of, value]) => ({ name: of, value })),
              ports: [{ name: "admin", containerPort: READER_PORT }],
              resources: RESOURCES,
              securityContext: RESTRICTED_CONTAINER,
              startupProbe: { ...health, periodSeconds: 2, failureThreshold: 30, timeoutSeconds: 2 },
              readinessProbe: { ...health, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 2 },
              livenessProbe: {
                tcpSocket: { port: "admin" },
                periodSeconds: 10,
                failureThreshold: 6,
                timeoutSeconds: 5,
              },
              volumeMounts: [
                { name: "config", mountPath: READER_PATHS.config, readOnly: true },
                ...secrets.map(([secret]) => ({
                  name: `token-${secret}`,
                  mountPath: `${READER_PATHS.tokens}/${secret}`,
                  readOnly: true,
                })),
              ],
            },
          ],
          volumes: [
            { name: "config", configMap: { name: own } },
            ...secrets.map(([secret, tokens]) => ({
              name: `token-${secret}`,
              secret: {
                secretName: secret,
                defaultMode: 0o440,
                items: [...new Set(tokens.map(({ key }) => key))].map((key) => ({ key, path: key })),
              },
            })),
          ],
        },
      },
    },
  };
}

/**
 * Prometheus alone comes in: who asks names the address, so anybody else could have a token sent to an address of their own. It goes out to
 * the ports of the addresses; network policies know no names of hosts.
 */
export function readerNetworkPlan(name: string, args: CompleteScanning): types.input.networking.v1.NetworkPolicySpec {
  const urls = readings(args).map(({ url }) => origin(url));
  const within = urls.filter(isServiceUrl).flatMap(peersAt);
  const outside = urls.filter((url) => !isServiceUrl(url)).map(portOf);
  return {
    podSelector: { matchLabels: selector(readerName(name)) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [admitPrometheus(READER_PORT)],
    egress: [
      ...[...new Set(outside)].map((port) => ({ ports: [{ protocol: "TCP", port }] })),
      ...reach([...new Map(within.map((peer) => [`${peer.namespace}:${peer.port}`, peer])).values()]),
    ],
  };
}

function origin(url: string): string {
  return new URL(url).origin;
}
