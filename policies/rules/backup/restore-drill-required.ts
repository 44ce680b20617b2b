import { heldBy } from "../../core/backup.ts";
import { isBackup } from "../../core/backup-schedule.ts";
import { DECLARED, referenceOf, referencesOf } from "../../core/declared.ts";
import { defineRule } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import { DAY, shownSpan } from "../../core/span.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { awsDrills, drillGap, drillsOf } from "./drills.ts";

/** What may restore a backup, and whether it does. */
interface Candidate {
  readonly drill: StackObject;
  restores(): boolean;
}

export const restoreDrillRequired = defineRule({
  id: "restore-drill-required",
  section: "reliability",
  title: "Every backup is restored on trial by a schedule",
  severity: "high",
  why: "a backup that nobody has restored is a hope: keys, formats, rights and missing parts are found out on the day it counts",
  fix: `add a CronJob that restores it into a scratch place and checks the data, with the annotation ${DECLARED.restores}: <Kind>/<namespace>/<name>`,
  frameworks: ["SOC2:A1.3", "ISO-27001-2022:A.8.13", "GDPR:Art.32", "HIPAA:164.308(a)(7)"],
  scope: "stack",
  optOut: "restoreDrill",
  exemptable: true,
  params: {
    maxDays: {
      type: "integer",
      minimum: 1,
      default: 31,
      description: "The longest time between two drills, in days: 31 is once a month.",
    },
  },
  subjects: isBackup,
  *check(backup, { maxDays }, stack) {
    const candidates = candidatesFor(backup, stack);
    if (anyOf(candidates, ({ drill, restores }) => restores() && drillGap(drill) <= maxDays * DAY)) return;
    const drills = candidates.filter((one) => anyOf([one], ({ restores }) => restores())).map(({ drill }) => drill);
    const wanted = `at least one drill every ${maxDays} days`;
    const reference = referenceOf(backup);
    if (drills.length === 0) {
      const fix =
        backup.kind === undefined
          ? "add an aws.backup.RestoreTestingPlan with a RestoreTestingSelection of what the plan saves"
          : `add a CronJob that restores it, with metadata.annotations: { ${DECLARED.restores}: ${reference} }`;
      yield { path: "", given: "restored by no drill", wanted, fix };
      return;
    }
    const gaps = drills.map(soundGap);
    const given = `restored only every ${shownSpan(Math.min(...gaps))} at worst`;
    yield {
      path: "",
      given: gaps.every((gap) => gap === Number.POSITIVE_INFINITY) ? "restored by a drill that never runs" : given,
      wanted,
      fix: `give ${drills[0]?.label} a schedule that runs at least every ${maxDays} days`,
      related: drills.map(({ label }) => label),
    };
  },
});

/** A drill names the backup, or a store that the backup saves. */
function candidatesFor(backup: StackObject, stack: Stack): Candidate[] {
  const named = (reference: string, holds = () => true): Candidate[] =>
    drillsOf(reference, stack).map((drill) => ({
      drill,
      restores: () => referencesOf(drill, "restores").includes(reference) && holds(),
    }));
  return [
    ...named(referenceOf(backup)),
    ...(backup.kind === undefined ? awsDrills(stack).map((drill) => ({ drill, restores: () => true })) : []),
    ...heldBy(backup, stack).flatMap(({ store, saves }) => named(referenceOf(store), saves)),
  ];
}

function soundGap(drill: StackObject): number {
  let found = Number.POSITIVE_INFINITY;
  anyOf([drill], (one) => {
    found = drillGap(one);
    return true;
  });
  return found;
}
