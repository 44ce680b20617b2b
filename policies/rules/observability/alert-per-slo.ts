import { defineRule } from "../../core/rule.ts";
import { shownSpan } from "../../core/span.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { watched } from "./burn-alerts.ts";
import { objectivesOf } from "./objectives.ts";

const idOf = (object: StackObject) => `${object.namespace}/${object.name}`;

export const alertPerSlo = defineRule({
  id: "alert-per-slo",
  section: "observability",
  title: "Every objective of a service is watched by alerts on how fast its error budget burns",
  severity: "high",
  why: "an objective without such an alert is broken in silence; one with a single window wakes people late, or for nothing",
  fix: "add alerts with the labels service and objective that join a long window with a short one: <errors over 1h> > 14.4 * <budget> and <errors over 5m> > 14.4 * <budget>",
  frameworks: ["SOC2:CC7.2"],
  scope: "stack",
  optOut: "alerts",
  exemptable: true,
  params: {
    minWindows: {
      type: "integer",
      minimum: 1,
      default: 2,
      description:
        "How many speeds of burning are watched, each by a long window joined with a short one: a fast and a slow.",
    },
  },
  subjects: (object) => objectivesOf(object).length > 0,
  *check(object, { minWindows }, stack) {
    if (object.kind !== "Service") {
      // A service and its workload declare the same objectives: one of them is enough to say so.
      const service = stack.find("", "Service", idOf, idOf(object));
      if (service && objectivesOf(service).length > 0) return;
    }
    const { name } = object;
    yield* eachKnown(objectivesOf(object), function* (objective) {
      const { windows, by } = watched(name, objective.name, minWindows, stack);
      if (windows.size >= minWindows) return;
      const spans = [...windows].map(shownSpan).join(", ");
      yield {
        path: objective.field.path,
        given: windows.size === 0 ? "watched by no burn-rate alert" : `watched by burn-rate alerts over ${spans} only`,
        wanted: `burn-rate alerts over at least ${minWindows} long windows, each joined with a short one`,
        fix: `add alerts with labels: { service: ${name}, objective: ${objective.name} } and an expr such as: <errors over 1h> > 14.4 * <budget> and <errors over 5m> > 14.4 * <budget>`,
        related: by.map(({ label }) => label),
      };
    });
  },
});
