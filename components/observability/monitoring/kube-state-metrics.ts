import type { types } from "@pulumi/kubernetes";
import { labels, selector } from "../../core/labels.ts";
import { type MonitorManifest, monitorPlan } from "../../core/monitor.ts";
import { optOut, optOutAnnotations } from "../../core/opt-out.ts";
import { spread } from "../../core/spread.ts";
import { image } from "../../images/catalogue.ts";
import { podPlan, probePlan } from "../../workload/pod-plan.ts";
import { workingShutdown } from "../../workload/shutdown.ts";
import { completeWorkload, type WorkloadArgs } from "../../workload/workload-args.ts";
import type { CompleteMonitoring } from "./args.ts";

export const KUBE_STATE_METRICS_PORT = 8080;
const TELEMETRY_PORT = 8081;
/** Some 190 MiB for 10,000 pods, by its makers. */
export const RESOURCES = {
  requests: { cpu: "50m", memory: "256Mi" },
  limits: { cpu: "500m", memory: "256Mi" },
} as const;
/** It is ready while the API server answers it; whether it lives does not hang on another. */
const PROBES = { startup: "/healthz", readiness: "/livez", liveness: "/healthz" } as const;

/** The kinds that alerts and dashboards ask for, by API group. No Secret and no ConfigMap is among them. */
const WATCHED = {
  "": ["namespaces", "nodes", "persistentvolumeclaims", "pods", "resourcequotas"],
  apps: ["daemonsets", "deployments", "statefulsets"],
  autoscaling: ["horizontalpodautoscalers"],
  batch: ["cronjobs", "jobs"],
  policy: ["poddisruptionbudgets"],
} as const;

const ALONE = optOut(
  "two would tell of every object twice; one that is lost is replaced within a minute, and forgets nothing",
);
const TALKS = optOut("it lists objects of the whole cluster, of the kinds that its ClusterRole names");

export function kubeStateMetricsName(name: string): string {
  return `${name}-kube-state-metrics`;
}

/** What it may do in the whole cluster. */
export function kubeStateMetricsRules(): types.input.rbac.v1.PolicyRule[] {
  return Object.entries(WATCHED).map(([group, resources]) => ({
    apiGroups: [group],
    resources: [...resources],
    verbs: ["list", "watch"],
  }));
}

/** Tells what the API server knows of workloads, jobs, volumes and nodes. */
export function kubeStateMetricsPlan(name: string, args: CompleteMonitoring): types.input.apps.v1.Deployment {
  const own = kubeStateMetricsName(name);
  const { namespace, zones } = args;
  const program = completeWorkload<WorkloadArgs>({
    namespace,
    zones,
    image: image("kubeStateMetrics"),
    args: [
      `--port=${KUBE_STATE_METRICS_PORT}`,
      `--telemetry-port=${TELEMETRY_PORT}`,
      `--resources=${Object.values(WATCHED).flat().sort().join()}`,
    ],
    resources: RESOURCES,
    runtime: "go",
    rights: { why: TALKS.optOut, rules: [] },
  });
  const pod = podPlan(
    own,
    program,
    { environment: {}, volumes: [] },
    {
      environment: {},
      shutdown: workingShutdown("5s"),
      priority: "monitoring",
      container: { ports: [{ name: "admin", containerPort: KUBE_STATE_METRICS_PORT }], ...probePlan(PROBES) },
    },
  );
  const matchLabels = selector(own);
  const annotations = optOutAnnotations({ replication: ALONE, automountToken: TALKS });
  return {
    metadata: { name: own, namespace: namespace.name, labels: labels(own), annotations },
    spec: {
      replicas: 1,
      selector: { matchLabels },
      revisionHistoryLimit: 5,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels: labels(own), annotations },
        spec: { ...pod, ...spread({ matchLabels, zones, sharedHosts: "prefer-not", rolls: true }) },
      },
    },
  };
}

/** Has it read. The namespace, pod and so on that it tells of are not its own. */
export function kubeStateMetricsMonitor(name: string, namespace: string): MonitorManifest {
  const own = kubeStateMetricsName(name);
  return monitorPlan("Pod", own, namespace, selector(own), { tellsOfOthers: true });
}
