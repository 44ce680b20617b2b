import type { types } from "@pulumi/kubernetes";
import { priorityClass } from "../cluster/priorities.ts";
import { RESTRICTED_POD } from "../core/security-context.ts";
import { placed } from "../core/spread.ts";

/** Runs that can still be read, of those that ended well and of those that failed: what they took is in their logs. */
const KEPT_RUNS = 3;

/** What a store has done by a schedule, beside its servers. */
export interface Task {
  /** Of its CronJob, and of the account of its pods. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly schedule: string;
  /** Runs when somebody makes a Job of it, and at no time by itself. */
  readonly suspend?: boolean;
  /** Seconds after which a run is ended. */
  readonly deadline: number;
  /** Seconds by which a run may begin late; after that it is left out. */
  readonly lateBy: number;
  /** How often a run that fails is tried again. */
  readonly retries: number;
  readonly zones: readonly string[];
  readonly pod: Pick<types.input.core.v1.PodSpec, "initContainers" | "containers" | "volumes">;
}

/** A task as a CronJob: one run at a time. */
export function taskPlan(task: Task): types.input.batch.v1.CronJob {
  const { name, namespace, labels, annotations, suspend } = task;
  return {
    metadata: { name, namespace, labels, annotations },
    spec: {
      schedule: task.schedule,
      timeZone: "Etc/UTC",
      ...(suspend !== undefined && { suspend }),
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: task.lateBy,
      successfulJobsHistoryLimit: KEPT_RUNS,
      failedJobsHistoryLimit: KEPT_RUNS,
      jobTemplate: { metadata: { labels }, spec: runPlan(task) },
    },
  };
}

/** One run of a task, of a pod without a token of Kubernetes. */
export function runPlan({ name, labels, ...task }: Task): types.input.batch.v1.JobSpec {
  return {
    backoffLimit: task.retries,
    activeDeadlineSeconds: task.deadline,
    template: {
      metadata: { labels },
      spec: {
        ...placed(task.zones),
        restartPolicy: "Never",
        serviceAccountName: name,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        priorityClassName: priorityClass("task"),
        securityContext: RESTRICTED_POD,
        ...task.pod,
      },
    },
  };
}
