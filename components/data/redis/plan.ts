import type { types } from "@pulumi/kubernetes";
import { priorityClass } from "../../cluster/priorities.ts";
import { checksum } from "../../core/checksum.ts";
import { labels, selector } from "../../core/labels.ts";
import { admit, admitScrapers, reach } from "../../core/network.ts";
import { optOut } from "../../core/opt-out.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../core/security-context.ts";
import { spread } from "../../core/spread.ts";
import type { Pods } from "../../core/usage.ts";
import { certificateSecret } from "../../edge/certificate-plan.ts";
import { image } from "../../images/catalogue.ts";
import { dataLabels, declaredAnnotations } from "../declared.ts";
import { HOSTS_MOUNT, HOSTS_VOLUME, hostsContainer } from "../hosts.ts";
import type { CompleteArgs } from "./args.ts";
import { HEALTH_USER, PATHS, PORT, SENTINEL_PORT, serverFiles } from "./config.ts";
import { exporterContainer, exporterVolume, METRICS_PORT } from "./exporter.ts";

export const SERVER = "server";
/** A Sentinel watches and votes; it holds no data. */
const SENTINEL_RESOURCES = { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "64Mi" } };
/** Time to write the log to disk before the end. */
const GRACE_SECONDS = 60;

const FILLED_ANEW = optOut("a cache is filled anew from what it is a cache of");

/** Names of what belongs to a Redis: its headless service, its Secrets. */
export function names(name: string) {
  return {
    nodes: `${name}-nodes`,
    server: `${name}-server`,
    config: `${name}-config`,
    users: `${name}-users`,
    internal: `${name}-internal`,
    metrics: `${name}-metrics`,
  };
}

/** Full names of the servers, by which they and the proxy find each other. */
export function servers(name: string, namespace: string, replicas: number): string[] {
  const { nodes, server } = names(name);
  return Array.from({ length: replicas }, (_, index) => `${server}-${index}.${nodes}.${namespace}.svc`);
}

/** Names that the servers' certificate is for: the proxy's, which consumers see, and each server's own. */
export function serverHosts(name: string, namespace: string): string[] {
  return [name, `${name}.${namespace}.svc`, `*.${names(name).nodes}.${namespace}.svc`];
}

/** Servers with a Sentinel each; all pods start together, since a server finds its primary by asking the others. */
export function serversPlan(name: string, args: CompleteArgs): types.input.apps.v1.StatefulSet {
  const { replicas, version, resources, storage, zones, replication, role } = args;
  const namespace = args.namespace.name;
  const matchLabels = selector(name, SERVER);
  const { nodes, server, config, users, internal, metrics } = names(name);
  const backup = role === "cache" ? FILLED_ANEW : args.backup;
  const annotations = declaredAnnotations(args, { replication, backup });
  const redis = image("redis", version);
  const all = { name: "SERVERS", value: servers(name, namespace, replicas).join(" ") };
  const configMount = { name: "config", mountPath: PATHS.config, readOnly: true };
  const container = (what: string, script: string, port: number, size: typeof resources) => ({
    name: what,
    image: redis,
    command: ["sh", `${PATHS.config}/${script}`],
    env: [
      { name: "NAME", value: name },
      { name: "DOMAIN", value: `${nodes}.${namespace}.svc` },
      all,
      { name: "QUORUM", value: String(Math.floor(replicas / 2) + 1) },
    ],
    ports: [{ name: what, containerPort: port }],
    resources: size,
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [
      configMount,
      HOSTS_MOUNT,
      { name: "users", mountPath: PATHS.users, readOnly: true },
      { name: "internal", mountPath: PATHS.internal, readOnly: true },
      { name: "tls", mountPath: PATHS.tls, readOnly: true },
      { name: "data", mountPath: PATHS.data },
      { name: `run-${what}`, mountPath: PATHS.run },
    ],
    ...probes(port),
  });
  // What is written there holds a password, so it never touches a disk.
  const run = (what: string) => ({ name: `run-${what}`, emptyDir: { medium: "Memory", sizeLimit: "4Mi" } });
  return {
    metadata: { name: server, namespace, labels: { ...labels(name, SERVER), ...dataLabels(args) }, annotations },
    spec: {
      serviceName: nodes,
      replicas,
      podManagementPolicy: "Parallel",
      selector: { matchLabels },
      template: {
        metadata: {
          labels: labels(name, SERVER),
          annotations: {
            ...annotations,
            "plumbline.dev/config-checksum": checksum({ files: serverFiles(name, args), rotation: args.rotation }),
          },
        },
        spec: {
          serviceAccountName: name,
          priorityClassName: priorityClass("store"),
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: GRACE_SECONDS,
          securityContext: RESTRICTED_POD,
          ...spread({ matchLabels, zones, sharedHosts: "never" }),
          initContainers: [
            hostsContainer({
              image: redis,
              env: [all],
              script: `${PATHS.config}/hosts.sh`,
              volumeMounts: [configMount],
            }),
          ],
          containers: [
            container("redis", "redis.sh", PORT, resources),
            container("sentinel", "sentinel.sh", SENTINEL_PORT, SENTINEL_RESOURCES as typeof resources),
            exporterContainer(),
          ],
          volumes: [
            // Sentinel starts one of the scripts itself, and refuses to start if it may not.
            { name: "config", configMap: { name: config, defaultMode: 0o555 } },
            { name: "users", secret: { secretName: users, defaultMode: 0o440 } },
            { name: "internal", secret: { secretName: internal, defaultMode: 0o440 } },
            { name: "tls", secret: { secretName: certificateSecret(server), defaultMode: 0o440 } },
            exporterVolume(metrics),
            HOSTS_VOLUME,
            run("redis"),
            run("sentinel"),
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: "data", labels: dataLabels(args) },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
        },
      ],
    },
  };
}

/** Gives every server a name of its own, also before it is ready: that is when it looks for the others. */
export function nodesServicePlan(name: string, namespace: string): types.input.core.v1.Service {
  const ports = { redis: PORT, sentinel: SENTINEL_PORT };
  return {
    metadata: { name: names(name).nodes, namespace, labels: labels(name, SERVER) },
    spec: {
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: selector(name, SERVER),
      ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number, targetPort: port })),
    },
  };
}

/** One server at a time may be taken away: the others keep the quorum. */
export function budgetPlan(name: string, part: string, namespace: string): types.input.policy.v1.PodDisruptionBudget {
  return {
    metadata: { name: `${name}-${part}`, namespace, labels: labels(name, part) },
    spec: { maxUnavailable: 1, selector: { matchLabels: selector(name, part) } },
  };
}

/** Servers talk to servers, and the proxy and what takes or restores snapshots to them; nobody else, and they reach nothing else. */
export function serversNetworkPlan(
  name: string,
  namespace: string,
  proxy: Pods,
  backups: readonly string[] = [],
): types.input.networking.v1.NetworkPolicySpec {
  const own = { namespace, podLabels: selector(name, SERVER) };
  return {
    podSelector: { matchLabels: own.podLabels },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      ...admit([proxy, ...backups.map((part) => ({ namespace, podLabels: selector(name, part) }))], [PORT]),
      ...admit([own], [PORT, SENTINEL_PORT]),
      admitScrapers(METRICS_PORT),
    ],
    egress: reach([PORT, SENTINEL_PORT].map((port) => ({ ...own, port }))),
  };
}

/** Consumers come in to the proxy, and it goes to the servers. */
export function proxyNetworkPlan(
  name: string,
  namespace: string,
  proxy: string,
  adminPort: number,
  consumers: readonly Pods[],
): types.input.networking.v1.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: selector(name, proxy) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [...admit(consumers, [PORT]), admitScrapers(adminPort)],
    egress: reach([{ namespace, podLabels: selector(name, SERVER), port: PORT }]),
  };
}

/** Alive is who answers at all; ready is who can be asked for its role. A Sentinel is asked in the same way. */
function probes(port: number) {
  const cli = `redis-cli --no-auth-warning --tls --insecure -h 127.0.0.1 -p ${port}`;
  const health = `--user ${HEALTH_USER} --pass ${HEALTH_USER}`;
  const ping = port === PORT ? `${cli} ${health} ping | grep -q PONG` : `${cli} ping | grep -q -e PONG -e NOAUTH`;
  const role = port === PORT ? `${cli} ${health} role | head -n 1 | grep -q -e master -e slave` : ping;
  const probe = (script: string) => ({ exec: { command: ["sh", "-c", script] } });
  return {
    startupProbe: { ...probe(ping), periodSeconds: 2, failureThreshold: 150, timeoutSeconds: 2 },
    readinessProbe: { ...probe(role), periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 2 },
    livenessProbe: { ...probe(ping), periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 },
  };
}
