import { awsType } from "../../core/aws.ts";
import { broken, isIn } from "../../core/aws-settings.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { backupTable, keptDays } from "./backup-table.ts";

const PLAN = "aws:backup/plan:Plan";

/** Any days will do to tell which types are judged. */
const TYPES = backupTable({ databases: 1, caches: 1, warehouses: 1 });

export const backupRetentionMin = defineRule({
  id: "backup-retention-min",
  section: "reliability",
  title: "Stores in AWS make backups by themselves and keep them long enough",
  severity: "high",
  why: "damage that is noticed after the last backup has gone, or where there never was one, cannot be undone",
  fix: "set the days for which backups are kept where the store is declared",
  frameworks: ["SOC2:A1.2"],
  scope: "resource",
  optOut: "backup",
  exemptable: true,
  params: {
    minDays: {
      type: "integer",
      minimum: 1,
      default: 5,
      description: "Days for databases and file systems: damage done before a long weekend is noticed after it.",
    },
    cacheMinDays: {
      type: "integer",
      minimum: 1,
      default: 1,
      description: "Days for caches: what they hold can be computed anew, at a price.",
    },
    warehouseMinDays: {
      type: "integer",
      minimum: 1,
      default: 1,
      description: "Days for warehouses: what they hold is loaded from stores that have backups of their own.",
    },
  },
  subjects: (object) => isIn(TYPES, object) || awsType(object) === PLAN,
  *check(object, { minDays, cacheMinDays, warehouseMinDays }) {
    if (awsType(object) === PLAN) yield* plan(object, minDays);
    else yield* broken(backupTable({ databases: minDays, caches: cacheMinDays, warehouses: warehouseMinDays }), object);
  },
});

function* plan(object: StackObject, days: number): Generator<Violation> {
  yield* eachKnown(object.root.at("rules").items(), function* (rule) {
    if (keptDays(rule) >= days) return;
    const field = rule.at("lifecycle", "deleteAfter");
    yield violation(field, `at least ${days}`, { fix: `${field.path}: ${days}` });
  });
}
