import type { Field } from "../../core/field.ts";
import { makesPods } from "../../core/pods.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";

export const progressiveRolloutRequired = defineRule({
  id: "progressive-rollout-required",
  section: "releases",
  title: "A Rollout goes step by step, looks before each step, and takes itself back when it fails",
  severity: "medium",
  why: "a canary that neither waits nor measures is a slow way to break everything; one that does not abort stays half broken",
  fix: `progressDeadlineAbort: true
strategy: { canary: { steps: [{ setWeight: 10 }, { pause: { duration: 10m } }, { analysis: { templates: [{ templateName: <template> }] } }] } }`,
  frameworks: [],
  scope: "resource",
  optOut: "progressive",
  exemptable: true,
  params: {
    fields: {
      type: "array",
      items: { type: "string", enum: ["steps", "pauseDuration", "abort"] },
      default: ["steps", "abort"],
      description:
        "What is demanded. steps: something that pauses or analyses. pauseDuration: no pause waits for a person. abort: progressDeadlineAbort.",
    },
  },
  subjects: (object) => makesPods(object) && object.group === "argoproj.io" && object.kind === "Rollout",
  *check(rollout, { fields }) {
    const spec = rollout.root.at("spec");
    const checks = { steps, pauseDuration, abort };
    yield* eachKnown(fields, (name) => checks[name](spec));
  },
});

function* steps(spec: Field): Generator<Violation> {
  const strategy = spec.at("strategy");
  const canary = strategy.at("canary");
  const blueGreen = strategy.at("blueGreen");
  const looks = [
    ...canary
      .at("steps")
      .items()
      .map((step) => () => someKnown(["pause", "analysis", "experiment"], (name) => !step.at(name).absent)),
    () => !canary.at("analysis").absent,
    () => !blueGreen.at("prePromotionAnalysis").absent,
    () => !blueGreen.at("postPromotionAnalysis").absent,
    () => blueGreen.at("autoPromotionEnabled").boolean() === false,
    () => (blueGreen.at("autoPromotionSeconds").number() ?? 0) > 0,
  ];
  if (someKnown(looks, (look) => look())) return;
  const place = blueGreen.absent ? canary.at("steps") : blueGreen.at("prePromotionAnalysis");
  const fix = blueGreen.absent
    ? `${place.path}: [{ setWeight: 10 }, { pause: { duration: 10m } }]`
    : `${place.path}: { templates: [{ templateName: <template> }] }`;
  yield { path: place.path, given: place.shown(), wanted: "a step that pauses or analyses", fix };
}

function* pauseDuration(spec: Field): Generator<Violation> {
  yield* eachKnown(spec.at("strategy", "canary", "steps").items(), function* (step) {
    const pause = step.at("pause");
    const duration = pause.at("duration");
    // `pause: {}` and `pause: null` both wait until a person goes on.
    if (!step.entries().some(([name]) => name === "pause") || !duration.absent) return;
    yield violation(duration, "how long it waits", { fix: `${duration.path}: 10m` });
  });
}

function* abort(spec: Field): Generator<Violation> {
  const field = spec.at("progressDeadlineAbort");
  if (field.boolean() === true) return;
  yield violation(field, "true", { fix: `${field.path}: true` });
}
