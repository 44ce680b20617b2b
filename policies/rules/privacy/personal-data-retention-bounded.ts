import { gapOf } from "../../core/backup-schedule.ts";
import {
  classOf,
  DECLARED,
  declared,
  declaredField,
  PERSONAL,
  referenceOf,
  referencesOf,
} from "../../core/declared.ts";
import { Lookup } from "../../core/lookup.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import { DAY, spanOf } from "../../core/span.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { isStore } from "../../core/store.ts";
import { expiryOf, isShort } from "./expiry.ts";

/** An eraser that runs less often than this leaves data for a month longer than was said. */
const ERASES_EVERY = 31 * DAY;

export const personalDataRetentionBounded = defineRule({
  id: "personal-data-retention-bounded",
  section: "compliance",
  title: "Personal data expires: by the store itself, or by what deletes it on a schedule",
  severity: "high",
  why: "what is kept for ever grows into the breach that nobody can explain, and the law asks for an end",
  fix: `set the store's own expiry (ttl, lifecycle, retention.ms); where it has none: ${DECLARED.retention}: 365d on the store, and a CronJob with ${DECLARED.erases}: <Kind>/<namespace>/<name>`,
  frameworks: ["GDPR:Art.5", "SOC2:C1.2", "ISO-27001-2022:A.8.10"],
  scope: "stack",
  optOut: "retention",
  exemptable: true,
  params: {
    maxDays: {
      type: "integer",
      minimum: 1,
      default: 1825,
      description: "The longest time, in days, for which a store may say that it keeps personal data.",
    },
  },
  subjects: (object) => isStore(object) || (object.group === "kafka.strimzi.io" && object.kind === "KafkaTopic"),
  *check(store, { maxDays }, stack) {
    if (!PERSONAL.includes(classOf(store) ?? "") || isShort(store)) return;
    const expiry = expiryOf(store);
    if (expiry !== undefined) {
      if (expiry.expires(store, stack)) return;
      yield { path: expiry.path, given: "without an end for old data", wanted: "an expiry", fix: expiry.fix };
      return;
    }
    yield* promised(store, maxDays);
    if (anyOf(erasersOf(store, stack), (eraser) => erases(eraser, store))) return;
    yield {
      path: "",
      given: "cleared of old data by nothing that runs at least monthly",
      wanted: `a CronJob with ${DECLARED.erases}: ${referenceOf(store)}`,
      fix: `add a CronJob that deletes old rows, with metadata.annotations: { ${DECLARED.erases}: ${referenceOf(store)} }`,
    };
  },
});

function* promised(store: StackObject, maxDays: number): Generator<Violation> {
  const span = spanOf(declared(store, "retention") ?? "");
  if (span !== undefined && span > 0 && span <= maxDays * DAY) return;
  yield violation(declaredField(store, DECLARED.retention), `how long data is kept: at most ${maxDays}d`, {
    fix: `${store.kind === undefined ? "tags" : "metadata.annotations"}: { ${DECLARED.retention}: ${Math.min(365, maxDays)}d }`,
  });
}

function erasersOf(store: StackObject, stack: Stack): StackObject[] {
  return stack.derived(erasers).of(referenceOf(store));
}

function erases(eraser: StackObject, store: StackObject): boolean {
  return referencesOf(eraser, "erases").includes(referenceOf(store)) && gapOf(eraser) <= ERASES_EVERY;
}

const erasers = (stack: Stack) => new Lookup(stack.objects, (object) => referencesOf(object, "erases"));
