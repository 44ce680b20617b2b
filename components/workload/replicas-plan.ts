import type { types } from "@pulumi/kubernetes";
import type { Priority } from "../cluster/priorities.ts";
import { oneAtATime } from "../core/budget.ts";
import { checksum } from "../core/checksum.ts";
import type { Manifest } from "../core/custom-resource.ts";
import { labels, selector } from "../core/labels.ts";
import { type MonitorManifest, monitorPlan } from "../core/monitor.ts";
import { admitScrapers } from "../core/network.ts";
import { isOptOut, optOutAnnotations } from "../core/opt-out.ts";
import { hundredths } from "../core/percent.ts";
import { spread } from "../core/spread.ts";
import { breakerOptOut } from "./calls/call.ts";
import { podPlan, probePlan } from "./pod-plan.ts";
import type { RelationsPlan } from "./relations.ts";
import type { CompleteReplicas, Scaling } from "./replicas-args.ts";
import { rightsAnnotations } from "./rights.ts";
import type { ShutdownPlan } from "./shutdown.ts";

/** Old replica sets that are kept for a rollback. */
const KEPT_REVISIONS = 5;
/** An update that has not gone on for this long has failed. */
export const PROGRESS_SECONDS = 300;
/** Replicas that an update starts before it ends old ones; it never ends one early. */
const SURGE = 1;
/** The field that the autoscaler changes: a deployment says it once, when it is made, and an update leaves it alone. */
export const REPLICAS = "spec.replicas";
/** Replicas are taken away only when they were not needed for this long. */
const SCALE_DOWN_SECONDS = 300;

export interface ReplicasPlan {
  readonly deployment: DeploymentPlan;
  /** None for a fixed number: `min` and `max` are the same. */
  readonly autoscaler: types.input.autoscaling.v2.HorizontalPodAutoscaler | undefined;
  readonly disruptionBudget: types.input.policy.v1.PodDisruptionBudget;
  readonly monitor: MonitorManifest | undefined;
}

/** A deployment of which everything is set that decides what its pods are. */
interface DeploymentPlan {
  readonly metadata: Required<Manifest<string, string, object>["metadata"]>;
  readonly spec: types.input.apps.v1.DeploymentSpec;
}

/** What makes one program's replicas differ from another's. */
export interface ReplicasWith {
  readonly relations: RelationsPlan;
  readonly ports: Readonly<Record<"admin", number> & Record<string, number>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly shutdown: ShutdownPlan;
  /** Seconds that a pod waits before its program hears of the end; none if nobody sends to it. */
  readonly drainSeconds?: number;
  readonly monitored: "Service" | "Pod";
  /** What the autoscaler scales; the deployment by default. */
  readonly scaled?: { readonly apiVersion: string; readonly kind: string };
  readonly priority: Priority;
  /** On the deployment, and not on its pods: what does not replace them when it changes. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Metrics of each pod, and what a replica is to have of them on average. */
  readonly podMetrics?: Readonly<Record<string, number>>;
}

const DEPLOYMENT = { apiVersion: "apps/v1", kind: "Deployment" } as const;

/** Replicas of a program: made, scaled, kept apart, replaced one by one, and measured. */
export function replicasPlan(name: string, args: CompleteReplicas, how: ReplicasWith): ReplicasPlan {
  const { scaling, probes, metrics, replication, rights, zones, calls } = args;
  const { relations, ports, environment, shutdown, drainSeconds, monitored, priority, scaled = DEPLOYMENT } = how;
  const namespace = args.namespace.name;
  const matchLabels = selector(name);
  const stepsDown = { probes, metrics, replication, breaker: breakerOptOut(calls) };
  const annotations = { ...optOutAnnotations(stepsDown), ...rightsAnnotations(rights) };
  const metadata = { name, namespace, labels: labels(name), annotations };
  const pod = podPlan(name, args, relations, {
    environment: { ...environment, ADMIN_PORT: String(ports.admin) },
    shutdown,
    priority,
    container: {
      ports: Object.entries(ports).map(([port, containerPort]) => ({ name: port, containerPort })),
      ...(drainSeconds !== undefined && { lifecycle: { preStop: { sleep: { seconds: drainSeconds } } } }),
      ...probePlan(probes),
    },
  });
  return {
    deployment: {
      metadata: { ...metadata, annotations: { ...annotations, ...how.annotations } },
      spec: {
        replicas: scaling.min,
        selector: { matchLabels },
        revisionHistoryLimit: KEPT_REVISIONS,
        progressDeadlineSeconds: PROGRESS_SECONDS,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: SURGE, maxUnavailable: 0 } },
        template: {
          metadata: {
            labels: labels(name),
            annotations: {
              ...annotations,
              "plumbline.dev/config-checksum": checksum(relations.revisions),
              ...relations.calls?.annotations,
            },
          },
          spec: { ...pod, ...spread({ matchLabels, zones, sharedHosts: "prefer-not", rolls: true }) },
        },
      },
    },
    autoscaler:
      scaling.min === scaling.max
        ? undefined
        : { metadata, spec: autoscalerPlan({ ...scaled, name }, scaling, how.podMetrics ?? {}) },
    disruptionBudget: { metadata, spec: oneAtATime(matchLabels) },
    monitor: isOptOut(metrics) ? undefined : monitorPlan(monitored, name, namespace, matchLabels, { path: metrics }),
  };
}

/** The most pods at once: while an update rolls, those that end hold on to what they use until they have drained. */
export function mostPods({ scaling }: Pick<CompleteReplicas, "scaling">): number {
  return 2 * scaling.max + SURGE;
}

/** Who may read its metrics. */
export function admitMetrics({ metrics, adminPort }: Pick<CompleteReplicas, "metrics" | "adminPort">) {
  return isOptOut(metrics) ? [] : [admitScrapers(adminPort)];
}

function autoscalerPlan(
  scaleTargetRef: types.input.autoscaling.v2.CrossVersionObjectReference,
  { min, max, cpu, memory }: Scaling,
  podMetrics: Readonly<Record<string, number>>,
) {
  const utilization = (resource: string, share: NonNullable<Scaling["memory"]>) => ({
    type: "Resource",
    resource: { name: resource, target: { type: "Utilization", averageUtilization: Math.round(hundredths(share)) } },
  });
  return {
    scaleTargetRef,
    minReplicas: min,
    maxReplicas: max,
    metrics: [
      utilization("cpu", cpu),
      ...(memory === undefined ? [] : [utilization("memory", memory)]),
      ...Object.entries(podMetrics).map(([metric, averageValue]) => ({
        type: "Pods",
        pods: { metric: { name: metric }, target: { type: "AverageValue", averageValue: String(averageValue) } },
      })),
    ],
    behavior: {
      scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: "Percent", value: 100, periodSeconds: 15 }] },
      scaleDown: {
        stabilizationWindowSeconds: SCALE_DOWN_SECONDS,
        policies: [{ type: "Percent", value: 25, periodSeconds: 60 }],
      },
    },
  };
}
