import { type Dialect, worstGap } from "./cron.ts";
import { DECLARED, declaredField } from "./declared.ts";
import type { Field } from "./field.ts";
import type { StackObject } from "./stack-object.ts";

/** Kinds that make backups by a schedule, by `group/kind`: where it stands, how it is written, and what switches it off. */
const SCHEDULES: Readonly<Record<string, { path: readonly string[]; dialect: Dialect; off: readonly string[] }>> = {
  "velero.io/Schedule": { path: ["spec", "schedule"], dialect: "cron", off: ["spec", "paused"] },
  "postgresql.cnpg.io/ScheduledBackup": { path: ["spec", "schedule"], dialect: "seconds", off: ["spec", "suspend"] },
  "snapscheduler.backube/SnapshotSchedule": { path: ["spec", "schedule"], dialect: "cron", off: ["spec", "disabled"] },
  "volsync.backube/ReplicationSource": {
    path: ["spec", "trigger", "schedule"],
    dialect: "cron",
    off: ["spec", "paused"],
  },
  "k8up.io/Schedule": { path: ["spec", "backup", "schedule"], dialect: "cron", off: [] },
};
/** A CronJob, and what looks like one. */
const LIKE_A_CRON_JOB = { path: ["spec", "schedule"], dialect: "cron", off: ["spec", "suspend"] } as const;

/** Those that see only their own namespace. */
export const NAMESPACED: ReadonlySet<string> = new Set(
  Object.keys(SCHEDULES).filter((kind) => kind !== "velero.io/Schedule"),
);

/** Whether an object makes backups by a schedule. */
export function isBackup(object: StackObject): boolean {
  if (object.resource.type === "aws:backup/plan:Plan") return true;
  return Object.hasOwn(SCHEDULES, `${object.group}/${object.kind}`) || !declaredField(object, DECLARED.backsUp).absent;
}

/** The longest time, in milliseconds, between two runs of an object of Kubernetes: Infinity if it is off or cannot be read. */
export function gapOf(object: StackObject): number {
  const { path, dialect, off } = SCHEDULES[`${object.group}/${object.kind}`] ?? LIKE_A_CRON_JOB;
  if (off.length > 0 && object.root.at(...off).boolean()) return Number.POSITIVE_INFINITY;
  return gapIn(object.root.at(...path), dialect);
}

/** The longest time, in milliseconds, between two runs of a schedule in a field. */
export function gapIn(schedule: Field, dialect: Dialect, otherwise?: string): number {
  const text = schedule.text() ?? otherwise;
  return (text === undefined ? undefined : worstGap(text, dialect)) ?? Number.POSITIVE_INFINITY;
}
