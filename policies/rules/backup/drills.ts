import { gapIn, gapOf } from "../../core/backup-schedule.ts";
import { DECLARED, declaredField, referencesOf } from "../../core/declared.ts";
import { Lookup } from "../../core/lookup.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** Whether an object says that it tries restores. */
export function isDrill(object: StackObject): boolean {
  return !declaredField(object, DECLARED.restores).absent;
}

/** Drills by what they say that they restore. */
export function drillsOf(reference: string, stack: Stack): StackObject[] {
  return stack.derived(byRestored).of(reference);
}

/** Plans by which AWS Backup tries restores, each with something selected. */
export function awsDrills(stack: Stack): readonly StackObject[] {
  return stack.derived(testingPlans);
}

/** The longest time, in milliseconds, between two runs of a drill. */
export function drillGap(drill: StackObject): number {
  return drill.kind === undefined ? gapIn(drill.root.at("scheduleExpression"), "aws") : gapOf(drill);
}

const byRestored = (stack: Stack) =>
  new Lookup(stack.objects.filter(isKnownDrill), (object) => referencesOf(object, "restores"));

/** An annotation that is not known yet may be a drill's. */
function isKnownDrill(object: StackObject): boolean {
  try {
    return isDrill(object);
  } catch {
    return true;
  }
}

function testingPlans(stack: Stack): StackObject[] {
  const ofType = (type: string) => stack.objects.filter(({ resource }) => resource.type === type);
  const selections = ofType("aws:backup/restoreTestingSelection:RestoreTestingSelection");
  return selections.length === 0 ? [] : ofType("aws:backup/restoreTestingPlan:RestoreTestingPlan");
}
