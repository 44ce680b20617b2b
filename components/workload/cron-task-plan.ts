import type { types } from "@pulumi/kubernetes";
import { type Duration, seconds } from "../core/duration.ts";
import type { Problem } from "../core/invalid.ts";
import { labels } from "../core/labels.ts";
import { optOutAnnotations } from "../core/opt-out.ts";
import { placed } from "../core/spread.ts";
import { wholeProblems } from "../core/whole.ts";
import { breakerOptOut, callsProblems } from "./calls/call.ts";
import { podPlan } from "./pod-plan.ts";
import type { RelationsPlan } from "./relations.ts";
import { rightsAnnotations } from "./rights.ts";
import { workingShutdown } from "./shutdown.ts";
import { completeWorkload, type WorkloadArgs } from "./workload-args.ts";
import { type AccountPlan, accountPlan, networkPlan } from "./workload-plan.ts";
import { spansProblems, workloadProblems } from "./workload-problems.ts";

/** What a task is told of its end, should it be in the way of a drain. */
const GRACE: Duration = "30s";
/** A run that could not be started for this long, as when the control plane was away, is left out; 100 of them would end the schedule. */
const LATEST_START_SECONDS = 300;
/** Finished runs whose logs can still be read. */
const KEPT_RUNS = 3;
const MOST_RETRIES = 10;

export interface CronTaskArgs extends WorkloadArgs {
  /** When it runs, in the five fields of cron: `"30 2 * * *"` is half past two every night. */
  readonly schedule: string;
  /** Whose clock the schedule goes by, by its IANA name; `Etc/UTC` by default, which has no summer time. */
  readonly timeZone?: string;
  /** A run is ended when it has taken this long, retries included, and has failed then; `15m` by default, at most `24h`. */
  readonly timeLimit?: Duration;
  /** How often a run that fails is tried again, later each time; 2 by default. A pod that a drain ends does not count. */
  readonly retries?: number;
  /** What happens when a run is due and the last one goes on: `skip` it (default), or end the last one and `replace` it. */
  readonly ifStillRunning?: "skip" | "replace";
}

/** A task's arguments with every default filled in. */
export function completeCronTask(args: CronTaskArgs) {
  return {
    timeZone: "Etc/UTC",
    timeLimit: "15m" as Duration,
    retries: 2,
    ifStillRunning: "skip" as const,
    ...completeWorkload(args),
  };
}

export type CompleteCronTask = ReturnType<typeof completeCronTask>;

export interface CronTaskPlan {
  readonly account: AccountPlan;
  readonly cronJob: types.input.batch.v1.CronJob;
  readonly network: types.input.networking.v1.NetworkPolicySpec;
}

/** The pods of a task that may hold on to what it uses at once. */
export function mostRuns({ ifStillRunning }: CompleteCronTask): number {
  return ifStillRunning === "replace" ? 2 : 1;
}

/** Every resource of a task. */
export function cronTaskPlan(name: string, args: CompleteCronTask, relations: RelationsPlan): CronTaskPlan {
  const { schedule, timeZone, timeLimit, retries, ifStillRunning, rights } = args;
  const namespace = args.namespace.name;
  const annotations = { ...optOutAnnotations({ breaker: breakerOptOut(args.calls) }), ...rightsAnnotations(rights) };
  const metadata = { name, namespace, labels: labels(name), annotations };
  const pod = podPlan(name, args, relations, {
    environment: {},
    shutdown: workingShutdown(GRACE),
    priority: "task",
  });
  return {
    account: accountPlan(name, namespace, relations, rights),
    cronJob: {
      metadata,
      spec: {
        schedule,
        timeZone,
        concurrencyPolicy: ifStillRunning === "replace" ? "Replace" : "Forbid",
        startingDeadlineSeconds: LATEST_START_SECONDS,
        successfulJobsHistoryLimit: KEPT_RUNS,
        failedJobsHistoryLimit: KEPT_RUNS,
        jobTemplate: {
          metadata: { labels: labels(name) },
          spec: {
            backoffLimit: retries,
            activeDeadlineSeconds: seconds(timeLimit),
            podFailurePolicy: {
              rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
            },
            template: {
              metadata: { labels: labels(name), annotations: { ...annotations, ...relations.calls?.annotations } },
              spec: { ...pod, ...placed(args.zones), restartPolicy: "Never" },
            },
          },
        },
      },
    },
    network: networkPlan(name, [], relations.peers, args),
  };
}

/** Everything that is wrong with a task's arguments. */
export function cronTaskProblems(name: string, args: CompleteCronTask): Problem[] {
  const { schedule, timeZone, timeLimit, retries } = args;
  const problems = [
    ...workloadProblems(name, args),
    ...spansProblems({ timeLimit }, "24h"),
    ...callsProblems(args, { field: "timeLimit", span: timeLimit }),
  ];
  if (!isSchedule(schedule))
    problems.push({
      field: "schedule",
      given: schedule,
      allowed: 'minute, hour, day of the month, month and day of the week, as in "30 2 * * *"',
    });
  if (!isTimeZone(timeZone))
    problems.push({ field: "timeZone", given: timeZone, allowed: 'an IANA name such as "Etc/UTC" or "Europe/Berlin"' });
  return [...problems, ...wholeProblems("retries", retries, 0, MOST_RETRIES)];
}

/** Least and most of each field of a schedule. */
const FIELDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const;

/** Whether it is five fields of lists of numbers, ranges and steps. The API server reads names of months and days too. */
export function isSchedule(text: string): boolean {
  const fields = text.split(" ");
  return (
    fields.length === FIELDS.length && FIELDS.every(([least, most], index) => isField(fields[index] ?? "", least, most))
  );
}

function isField(text: string, least: number, most: number): boolean {
  return text.split(",").every((part) => {
    const [, from = "", to, step] = /^(\*|\d{1,2})(?:-(\d{1,2}))?(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    const isIn = (number: string) => Number(number) >= least && Number(number) <= most;
    if (step !== undefined && (Number(step) < 1 || Number(step) > most)) return false;
    if (from === "*") return to === undefined;
    return from !== "" && isIn(from) && (to === undefined || (isIn(to) && Number(to) >= Number(from)));
  });
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined && name.includes("/");
  } catch {
    return false;
  }
}
