import { saversOf } from "../../core/backup.ts";
import { DECLARED, declared, declaredField } from "../../core/declared.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { Saver } from "../../core/saver.ts";
import { isOfSet } from "../../core/set-claims.ts";
import { anyOf } from "../../core/sound.ts";
import { shownSpan, spanOf } from "../../core/span.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { needsBackup } from "../../core/store.ts";

const HOUR = 3_600_000;

export const backupCoversStateful = defineRule({
  id: "backup-covers-stateful",
  section: "reliability",
  title: "Every store of data is saved by a backup schedule, at least as often as its recovery point asks for",
  severity: "critical",
  why: "what no schedule saves is gone with its disk, and a schedule that is too slow loses more than was promised",
  fix: "add a backup schedule that takes this store, e.g. a Velero Schedule of its namespace or a ScheduledBackup of its cluster",
  frameworks: ["SOC2:A1.2", "ISO-27001-2022:A.8.13", "GDPR:Art.32", "HIPAA:164.308(a)(7)"],
  scope: "stack",
  optOut: "backup",
  exemptable: true,
  params: {
    maxGapHours: {
      type: "number",
      minimum: 0,
      default: 24,
      description: `The longest time between two backups, in hours, of a store that declares no ${DECLARED.rpo}.`,
    },
  },
  subjects: needsBackup,
  *check(store, { maxGapHours }, stack) {
    if (isOfSet(store, stack)) return;
    const promised = declared(store, "rpo");
    const most = promised === undefined ? maxGapHours * HOUR : spanOf(promised);
    if (most === undefined) {
      yield violation(declaredField(store, DECLARED.rpo), "a span of time, such as 15m or 24h");
      return;
    }
    const savers = saversOf(store, stack);
    if (anyOf(savers, (saver) => saver.saves() && saver.gap() <= most)) return;
    const saving = savers.filter((saver) => anyOf([saver], ({ saves }) => saves()));
    yield saving.length === 0 ? unsaved(store) : tooSeldom(store, saving, most, promised);
  },
});

function unsaved(store: StackObject): Violation {
  return { path: "", given: "saved by no backup schedule", wanted: "one that takes it", ...fixFor(store) };
}

function tooSeldom(store: StackObject, saving: readonly Saver[], most: number, promised?: string): Violation {
  const gaps = saving.map(({ by, gap }) => ({ by, gap: soundGap(gap) })).sort((a, b) => a.gap - b.gap);
  const [best] = gaps;
  const { path } = promised === undefined ? { path: "" } : declaredField(store, DECLARED.rpo);
  const often = Number.isFinite(best?.gap ?? Number.NaN)
    ? `saved only every ${shownSpan(best?.gap ?? 0)} at worst`
    : "saved by a schedule that is off, never runs again, or cannot be read";
  return {
    path,
    given: often,
    wanted: `at most ${shownSpan(most)} between two backups`,
    fix: `give ${best?.by.label} a schedule that runs at least every ${shownSpan(most)}, or ship the log continuously`,
    related: gaps.map(({ by }) => by.label),
  };
}

function soundGap(gap: () => number): number {
  let found = Number.POSITIVE_INFINITY;
  anyOf([gap], (read) => {
    found = read();
    return true;
  });
  return found;
}

/** The very lines, where there is one usual way. */
function fixFor(store: StackObject): { fix?: string } {
  const { type } = store.resource;
  if (store.kind === undefined) {
    if (type.startsWith("aws:dynamodb/")) return { fix: "pointInTimeRecovery: { enabled: true }" };
    if (/^aws:(?:rds|docdb|neptune)\//.test(type)) return { fix: "backupRetentionPeriod: 14" };
    if (/^aws:(?:elasticache|memorydb)\//.test(type)) return { fix: "snapshotRetentionLimit: 14" };
    return { fix: "add an aws.backup.Plan, and an aws.backup.Selection that names this resource or one of its tags" };
  }
  if (store.group !== "postgresql.cnpg.io") return {};
  const cluster = JSON.stringify({ name: store.name });
  return {
    fix: `add a ScheduledBackup: { spec: { schedule: "0 0 2 * * *", cluster: ${cluster} } }, and a destination in the cluster: spec.plugins or spec.backup`,
  };
}
