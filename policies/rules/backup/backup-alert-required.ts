import { alertsOf, holdsAlerts } from "../../core/alerts.ts";
import { isBackup } from "../../core/backup-schedule.ts";
import { MalformedValue } from "../../core/field.ts";
import { defineRule } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, UnknownValue } from "../../core/unknown.ts";

/** What an alert's expression speaks of when it watches backups of a kind, by API group. */
const WATCHED: Readonly<Record<string, RegExp>> = {
  "velero.io": /\bvelero_(?:backup|schedule)_/,
  "postgresql.cnpg.io":
    /\bcnpg_(?:collector_(?:last_(?:failed|available)_backup|first_recoverability)|pg_stat_archiver)|\bbarman_cloud_/,
  "k8up.io": /\bk8up_/,
  "volsync.backube": /\bvolsync_/,
};
/** A CronJob is watched through what the cluster knows of jobs. */
const JOBS = /\bkube_(?:job_(?:status_)?failed|job_status|cronjob_status_last_successful_time)/;
const SNAPSHOTS = /\b(?:snapshot_controller_|kube_volumesnapshot)/;
const EVENTS = ["aws:backup/vaultNotifications:VaultNotifications"];
const RULES = "aws:cloudwatch/eventRule:EventRule";

export const backupAlertRequired = defineRule({
  id: "backup-alert-required",
  section: "reliability",
  title: "An alert tells when a backup fails",
  severity: "high",
  why: "a backup that has failed for weeks is found out about on the day that it is needed",
  fix: "add an alert on its failures, e.g. velero_backup_failure_total, cnpg_collector_last_failed_backup_timestamp or kube_job_status_failed",
  frameworks: ["SOC2:A1.2", "ISO-27001-2022:A.8.13"],
  scope: "stack",
  optOut: "backupAlert",
  exemptable: true,
  params: {},
  subjects: isBackup,
  *check(backup, _, stack) {
    if (backup.kind === undefined) {
      if (anyOf(stack.derived(notices), tellsOfBackups)) return;
    } else {
      const watched = WATCHED[backup.group ?? ""] ?? (backup.kind === "SnapshotSchedule" ? SNAPSHOTS : JOBS);
      const { found, unknown } = stack.derived(watchedKinds);
      if (found.has(watched)) return;
      if (unknown) throw unknown;
    }
    yield {
      path: "",
      given: "watched by no alert",
      wanted: "an alert that tells when it fails",
      ...(backup.kind === undefined && {
        fix: 'add aws.backup.VaultNotifications with backupVaultEvents: ["BACKUP_JOB_FAILED"], or an EventRule on the source aws.backup',
      }),
    };
  },
});

/** The kinds of backup that some alert watches, and what is not known yet of the others. */
function watchedKinds(stack: Stack): { found: ReadonlySet<RegExp>; unknown: UnknownValue | undefined } {
  const found = new Set<RegExp>();
  let unknown: UnknownValue | undefined;
  const kinds = [...Object.values(WATCHED), JOBS, SNAPSHOTS];
  for (const object of stack.objects)
    try {
      if (!holdsAlerts(object)) continue;
      const expressions = eachKnown(alertsOf(object), ({ rule }) => [rule.at("expr").text() ?? ""]);
      for (const expression of expressions) for (const kind of kinds) if (kind.test(expression)) found.add(kind);
    } catch (error) {
      if (error instanceof UnknownValue) unknown ??= error;
      else if (!(error instanceof MalformedValue)) throw error;
    }
  return { found, unknown };
}

const notices = (stack: Stack) =>
  stack.objects.filter(({ resource: { type } }) => EVENTS.includes(type) || type === RULES);

function tellsOfBackups({ resource: { type }, root }: StackObject): boolean {
  if (type === RULES) return /"aws\.backup"/.test(root.at("eventPattern").text() ?? "");
  return root
    .at("backupVaultEvents")
    .items()
    .some((event) => /^(?:BACKUP_JOB_(?:FAILED|COMPLETED)|RESTORE_JOB_FAILED)$/.test(event.text() ?? ""));
}
