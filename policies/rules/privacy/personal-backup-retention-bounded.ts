import { isBackup } from "../../core/backup-schedule.ts";
import { classOf, DECLARED, declared, declaredField, PERSONAL } from "../../core/declared.ts";
import type { Field } from "../../core/field.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import { DAY, shownSpan, spanOf } from "../../core/span.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { copiedIn, usesStore } from "./holdings.ts";

/** A field that says how long copies are kept, what it means in milliseconds, and the line that sets it. */
interface Kept {
  readonly field: Field;
  /** NaN if it says nothing that can be read. */
  span(): number;
  fix(days: number): string;
}

/** How long Velero keeps a backup unless it is told otherwise. */
const VELERO_DEFAULT = "720h";

export const personalBackupRetentionBounded = defineRule({
  id: "personal-backup-retention-bounded",
  section: "compliance",
  title: "Backups of personal data are deleted after a time",
  severity: "high",
  why: "a person who was deleted lives on in every old backup, and comes back with the next restore",
  fix: "set how long backups are kept: spec.template.ttl (Velero), spec.retentionPolicy (CloudNativePG), lifecycle.deleteAfter (AWS Backup)",
  frameworks: ["GDPR:Art.5", "GDPR:Art.17", "SOC2:C1.2", "ISO-27001-2022:A.8.10"],
  scope: "stack",
  optOut: "retention",
  exemptable: true,
  params: {
    maxDays: {
      type: "integer",
      minimum: 1,
      default: 90,
      description: "The longest time, in days, for which a backup with personal data is kept.",
    },
  },
  subjects: isBackup,
  *check(backup, { maxDays }, stack) {
    if (!isPersonal(backup, stack)) return;
    yield* eachKnown(keptBy(backup, stack), function* ({ field, span, fix }): Generator<Violation> {
      if (span() <= maxDays * DAY) return;
      yield violation(field, `at most ${shownSpan(maxDays * DAY)}`, { fix: fix(maxDays) });
    });
  },
});

function isPersonal(backup: StackObject, stack: Stack): boolean {
  const isOfPeople = (object: StackObject) => PERSONAL.includes(classOf(object) ?? "");
  return anyOf(
    [
      () => isOfPeople(backup),
      () => anyOf(copiedIn(backup, stack), ({ store, saves }) => isOfPeople(store) && saves()),
    ],
    (holds) => holds(),
  );
}

function keptBy(backup: StackObject, stack: Stack): Kept[] {
  const { root, kind, group, resource } = backup;
  const spec = root.at("spec");
  if (resource.type === "aws:backup/plan:Plan")
    return root
      .at("rules")
      .items()
      .map((rule) => {
        const field = rule.at("lifecycle", "deleteAfter");
        const span = () => (field.number() ?? Number.NaN) * DAY;
        return { field, span, fix: (days) => `${field.path}: ${days}` };
      });
  if (group === "velero.io") {
    const field = spec.at("template", "ttl");
    const span = () => spanOf(field.text() ?? VELERO_DEFAULT) || Number.NaN;
    return [{ field, span, fix: (days) => `spec.template.ttl: ${days * 24}h` }];
  }
  if (kind === "ScheduledBackup") return postgres(backup, stack);
  if (kind === "SnapshotSchedule") {
    const field = spec.at("retention", "expires");
    const isCounted = !spec.at("retention", "maxCount").absent;
    return isCounted ? [] : [textual(field, (days) => `spec.retention.expires: ${days * 24}h`)];
  }
  const retention = declaredField(backup, DECLARED.retention);
  const span = () => spanOf(declared(backup, "retention") ?? "") ?? Number.NaN;
  return [{ field: retention, span, fix: (days) => `${retention.path}: ${days}d` }];
}

/** CloudNativePG keeps what its cluster, or the plugin's ObjectStore, says; snapshots of volumes are not deleted by it. */
function postgres(backup: StackObject, stack: Stack): Kept[] {
  const places = stack.inNamespace("barmancloud.cnpg.io", "ObjectStore", backup.namespace);
  const clusters = stack
    .inNamespace("postgresql.cnpg.io", "Cluster", backup.namespace)
    .filter((cluster) => cluster.name === backup.root.at("spec", "cluster", "name").text());
  return clusters.flatMap((cluster) => {
    const used = places.filter((place) => usesStore(cluster, place));
    if (used.length === 0)
      return [
        textual(
          cluster.root.at("spec", "backup", "retentionPolicy"),
          (days) => `in ${cluster.label}: spec.backup.retentionPolicy: ${days}d`,
        ),
      ];
    return used.map((place) =>
      textual(place.root.at("spec", "retentionPolicy"), (days) => `in ${place.label}: spec.retentionPolicy: ${days}d`),
    );
  });
}

function textual(field: Field, fix: (days: number) => string): Kept {
  return { field, span: () => spanOf(field.text() ?? "") ?? Number.NaN, fix };
}
