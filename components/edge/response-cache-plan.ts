import type { types } from "@pulumi/kubernetes";
import { priorityClass } from "../cluster/priorities.ts";
import { oneAtATime } from "../core/budget.ts";
import { checksum } from "../core/checksum.ts";
import { refuse, UnfinishedProgramError } from "../core/invalid.ts";
import { labels, selector } from "../core/labels.ts";
import { type MonitorManifest, monitorPlan } from "../core/monitor.ts";
import { admit, admitScrapers, reach } from "../core/network.ts";
import { optOutAnnotations } from "../core/opt-out.ts";
import { hundredths } from "../core/percent.ts";
import { amount } from "../core/quantity.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../core/security-context.ts";
import { spread } from "../core/spread.ts";
import type { Destination, Pods } from "../core/usage.ts";
import { image } from "../images/catalogue.ts";
import { type CompleteCache, drainTime } from "./response-cache-args.ts";
import { HEALTH_PATH, PORTS, TOKEN_FILE, vclOf } from "./response-cache-vcl.ts";
import type { RouteTarget } from "./route.ts";

/** Where the pods find their rules, and where Varnish keeps what it works with. */
export const PATHS = {
  rules: "/etc/plumbline/rules",
  token: "/etc/plumbline/purge",
  work: "/var/lib/varnish",
} as const;
const RULES = "rules.vcl";
/** Of the memory's limit, for what is kept. The rest is for what each object and connection takes besides, measured in the docs. */
const KEPT = 0.4;
/** Of it, for answers that are passed on and never kept: each is held until its client has it. */
const PASSING = 0.1;
/** Each of two pools. A thread serves one request that is under way; connections without one need none. */
const THREADS_OF_POOL = { min: 50, max: 200 } as const;
/** As long as Envoy keeps a connection that is idle, and the most that Varnish can: it closes next to none that a request is on its way by. */
const IDLE_SECONDS = 3_600;
/** A connection to the service is let go of before the service does, whose Node keeps one for five seconds. */
const BACKEND_IDLE_SECONDS = 4;
/** Of an answer that is passed on, what is fetched before its client has taken it. */
const AHEAD = "64k";
/** Varnish' own log, in shared memory, which the exporter does not read. */
const LOG_SPACE = "16m";
const WORK_SIZE = "64Mi";
const TMP_SIZE = "64Mi";
const METRICS_PORT = 9131;
const EXPORTER = { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "100m", memory: "64Mi" } };
const KEPT_REVISIONS = 5;
const CLOSING_SECONDS = 5;
const SCALE_DOWN_SECONDS = 600;
const FILE_MODE = 0o440;

/** Names of what a cache is made of. */
export function namesOf(name: string) {
  return { purge: `${name}-purge`, pods: `${name}-pods` };
}

/**
 * The name that leads to every pod, for who purges. Throws if the program has run to its end and no route has the cache: `hasFailed` says
 * that its end was not reached.
 */
export function purgeHost(name: string, namespace: string, hasRoute: boolean, hasFailed: boolean): string {
  const subject = `ResponseCache "${name}"`;
  if (!hasRoute && hasFailed) throw new UnfinishedProgramError(`${subject} has no route`);
  if (!hasRoute)
    refuse(subject, [
      { field: "cache", given: undefined, allowed: "a Route that has it: `cache` of the route to its service" },
    ]);
  return `${namesOf(name).pods}.${namespace}.svc`;
}

/** How many pods may hold connections to the service at once: while an update rolls, the old ones still end. */
export function mostCaches({ scaling }: Pick<CompleteCache, "scaling">): number {
  return 2 * scaling.max + 1;
}

/** The rules, for a service that a route leads to. */
export function rulesPlan(name: string, args: CompleteCache, service: Pick<RouteTarget, "name" | "port">): RulesPlan {
  const namespace = args.namespace.name;
  const rules = vclOf({
    ...args,
    service: { host: `${service.name}.${namespace}.svc`, port: String(service.port) },
    longestAnswer: amount(args.longestAnswer),
    withoutCookies: args.cookies !== undefined,
  });
  return { metadata: { name, namespace, labels: labels(name) }, data: { [RULES]: rules } };
}

type RulesPlan = types.input.core.v1.ConfigMap & { readonly data: Readonly<Record<string, string>> };

/** The command line of Varnish: what it may take of the memory follows from the container's limit. */
export function serverArgs({ resources }: Pick<CompleteCache, "resources">): string[] {
  const memory = amount(resources.limits.memory);
  const parameters = {
    // An answer that says nothing is kept by the rules alone.
    default_ttl: 0,
    default_grace: 0,
    default_keep: 0,
    // What is kept for a short time is kept where there is a bound.
    shortlived: 0,
    thread_pools: 2,
    thread_pool_min: THREADS_OF_POOL.min,
    thread_pool_max: THREADS_OF_POOL.max,
    timeout_idle: IDLE_SECONDS,
    backend_idle_timeout: BACKEND_IDLE_SECONDS,
    transit_buffer: AHEAD,
  };
  return [
    "varnishd",
    "-F",
    ...["-n", PATHS.work],
    ...["-f", `${PATHS.rules}/${RULES}`],
    ...Object.entries(PORTS).flatMap(([name, port]) => ["-a", `${name}=:${port},HTTP`]),
    // Nobody gives it orders: it has no port for them.
    ...["-T", "none"],
    ...["-s", `kept=malloc,${Math.floor((memory * KEPT) / 1_024)}k`],
    ...["-s", `Transient=malloc,${Math.floor((memory * PASSING) / 1_024)}k`],
    ...["-l", LOG_SPACE],
    ...Object.entries(parameters).flatMap(([parameter, value]) => ["-p", `${parameter}=${value}`]),
  ];
}

/** The pods: spread, restricted, with a file system that is only read, and gone when nobody sends to them any more. */
export function cachePlan(name: string, args: CompleteCache, { data }: RulesPlan): types.input.apps.v1.Deployment {
  const { namespace, zones, scaling, resources, replication, cookies, rotation, exporter } = args;
  const matchLabels = selector(name);
  const annotations = optOutAnnotations({ replication, cookies });
  const drainSeconds = Math.ceil(drainTime(args) / 1_000);
  const health = { httpGet: { path: HEALTH_PATH, port: "admin" }, timeoutSeconds: 2 };
  return {
    metadata: { name, namespace: namespace.name, labels: labels(name), annotations },
    spec: {
      replicas: scaling.min,
      revisionHistoryLimit: KEPT_REVISIONS,
      selector: { matchLabels },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: labels(name),
          annotations: { ...annotations, "plumbline.dev/config-checksum": checksum({ data, rotation }) },
        },
        spec: {
          serviceAccountName: name,
          priorityClassName: priorityClass("service"),
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: drainSeconds + CLOSING_SECONDS,
          securityContext: RESTRICTED_POD,
          ...spread({ matchLabels, zones, sharedHosts: "prefer-not", rolls: true }),
          containers: [
            {
              name: "varnish",
              image: image("varnish"),
              command: serverArgs(args),
              ports: Object.entries(PORTS).map(([port, containerPort]) => ({ name: port, containerPort })),
              resources,
              securityContext: RESTRICTED_CONTAINER,
              lifecycle: { preStop: { sleep: { seconds: drainSeconds } } },
              startupProbe: { ...health, periodSeconds: 1, failureThreshold: 60 },
              readinessProbe: { ...health, periodSeconds: 2, failureThreshold: 2 },
              livenessProbe: { ...health, periodSeconds: 10, failureThreshold: 6 },
              volumeMounts: [
                { name: "rules", mountPath: PATHS.rules, readOnly: true },
                { name: "purge", mountPath: PATHS.token, readOnly: true },
                { name: "work", mountPath: PATHS.work },
                { name: "tmp", mountPath: "/tmp" },
              ],
            },
            ...(exporter === undefined ? [] : [exporterContainer(exporter)]),
          ],
          volumes: [
            { name: "rules", configMap: { name } },
            {
              name: "purge",
              secret: {
                secretName: namesOf(name).purge,
                defaultMode: FILE_MODE,
                items: [{ key: "token", path: TOKEN_FILE.replace(/.*\//, "") }],
              },
            },
            // Written to all the time, and counted as the container's memory.
            { name: "work", emptyDir: { medium: "Memory", sizeLimit: WORK_SIZE } },
            { name: "tmp", emptyDir: { sizeLimit: TMP_SIZE } },
          ],
        },
      },
    },
  };
}

/** Reads Varnish' counters where Varnish keeps them, and tells them to Prometheus. */
function exporterContainer(exporter: string): types.input.core.v1.Container {
  const health = { tcpSocket: { port: "metrics" } };
  return {
    name: "exporter",
    image: exporter,
    command: exporterArgs(PATHS.work, `:${METRICS_PORT}`),
    ports: [{ name: "metrics", containerPort: METRICS_PORT }],
    resources: EXPORTER,
    securityContext: RESTRICTED_CONTAINER,
    startupProbe: { ...health, periodSeconds: 2, failureThreshold: 30 },
    readinessProbe: { ...health, periodSeconds: 10, failureThreshold: 3 },
    livenessProbe: { ...health, periodSeconds: 20, failureThreshold: 6 },
    volumeMounts: [{ name: "work", mountPath: PATHS.work, readOnly: true }],
  };
}

/** The command line of the exporter. */
export function exporterArgs(work: string, address: string): string[] {
  return ["prometheus-varnish-exporter", "-n", work, "-web.listen-address", address];
}

/** Has Prometheus read the exporters; undefined without one. */
export function cacheMonitorPlan(name: string, { namespace, exporter }: CompleteCache): MonitorManifest | undefined {
  return exporter === undefined
    ? undefined
    : monitorPlan("Pod", name, namespace.name, selector(name), { port: "metrics" });
}

export function cacheScalerPlan(
  name: string,
  { namespace, scaling: { min, max, cpu } }: CompleteCache,
): types.input.autoscaling.v2.HorizontalPodAutoscaler | undefined {
  if (min === max) return undefined;
  const target = { type: "Utilization", averageUtilization: Math.round(hundredths(cpu)) };
  return {
    metadata: { name, namespace: namespace.name, labels: labels(name) },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
      minReplicas: min,
      maxReplicas: max,
      metrics: [{ type: "Resource", resource: { name: "cpu", target } }],
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: "Pods", value: 1, periodSeconds: 30 }] },
        // What goes takes what it has kept with it.
        scaleDown: {
          stabilizationWindowSeconds: SCALE_DOWN_SECONDS,
          policies: [{ type: "Pods", value: 1, periodSeconds: 300 }],
        },
      },
    },
  };
}

export function cacheBudgetPlan(name: string, namespace: string): types.input.policy.v1.PodDisruptionBudget {
  return { metadata: { name, namespace, labels: labels(name) }, spec: oneAtATime(selector(name)) };
}

/** The one address that the gateway knows. */
export function cacheServicePlan(name: string, namespace: string): types.input.core.v1.Service {
  return {
    metadata: { name, namespace, labels: labels(name) },
    spec: { selector: selector(name), ports: [{ name: "api", port: PORTS.api, targetPort: "api" }] },
  };
}

/** Names every pod for who purges, those too that are not ready, or end: they may have answered, and may again. */
export function cachePodsPlan(name: string, namespace: string): types.input.core.v1.Service {
  return {
    metadata: { name: namesOf(name).pods, namespace, labels: labels(name) },
    spec: {
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: selector(name),
      ports: [{ name: "purge", port: PORTS.purge, targetPort: "purge" }],
    },
  };
}

/** Who comes in: the gateway to ask, and who declared it to purge. It goes to the service alone. */
export function cacheNetworkPlan(
  name: string,
  { exporter }: Pick<CompleteCache, "exporter">,
  gateways: readonly Pods[],
  purgers: readonly Pods[],
  service: readonly Destination[],
): types.input.networking.v1.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: selector(name) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      ...admit(distinct(gateways), [PORTS.api]),
      ...admit(distinct(purgers), [PORTS.purge]),
      ...(exporter === undefined ? [] : [admitScrapers(METRICS_PORT)]),
    ],
    egress: reach(service),
  };
}

function distinct(pods: readonly Pods[]): Pods[] {
  return [...new Map(pods.map((each) => [JSON.stringify(each), each])).values()];
}
