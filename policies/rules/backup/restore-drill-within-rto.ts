import { DECLARED, declared, declaredField, referenceOf, referencesOf } from "../../core/declared.ts";
import { Lookup } from "../../core/lookup.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { shownSpan, spanOf } from "../../core/span.ts";
import type { Stack } from "../../core/stack.ts";
import { eachKnown } from "../../core/unknown.ts";
import { isDrill } from "./drills.ts";

export const restoreDrillWithinRto = defineRule({
  id: "restore-drill-within-rto",
  section: "reliability",
  title: "A restore drill fails when it takes longer than the recovery time of what it restores",
  severity: "high",
  why: "a drill that may take all day shows that data comes back, but not that it comes back in the time that was promised",
  fix: "spec.jobTemplate.spec.activeDeadlineSeconds: <the recovery time in seconds>",
  frameworks: ["SOC2:A1.3", "ISO-27001-2022:A.5.30"],
  scope: "stack",
  optOut: "restoreDrill",
  exemptable: true,
  params: {},
  subjects: (object) => object.kind === "CronJob" && isDrill(object),
  *check(drill, _, stack) {
    const references = referencesOf(drill, "restores");
    const restored = stack
      .derived(byReference)
      .of(...references)
      .filter((object) => references.includes(referenceOf(object)));
    yield* eachKnown(restored, function* (store) {
      const promised = declared(store, "rto");
      if (promised === undefined) return;
      const most = spanOf(promised);
      if (most === undefined) {
        const field = declaredField(store, DECLARED.rto);
        const given = `restoring ${store.label}, whose ${DECLARED.rto} is ${field.shown()}`;
        yield { path: "", given, wanted: "a span of time, such as 2h", related: [store.label] };
        return;
      }
      const deadline = drill.root.at("spec", "jobTemplate", "spec", "activeDeadlineSeconds");
      const seconds = deadline.number();
      if (seconds !== undefined && seconds * 1_000 <= most) return;
      yield violation(deadline, `at most ${most / 1_000}, the recovery time (${shownSpan(most)}) of ${store.label}`, {
        fix: `spec.jobTemplate.spec.activeDeadlineSeconds: ${Math.floor(most / 1_000)}`,
        related: [store.label],
      });
    });
  },
});

/** Only what promises a recovery time: other objects say nothing of a drill. */
const byReference = (stack: Stack) =>
  new Lookup(stack.objects, (object) => (declaredField(object, DECLARED.rto).absent ? [] : [referenceOf(object)]));
