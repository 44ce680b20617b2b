import { alertsOf, holdsAlerts, labelOf } from "../../core/alerts.ts";
import { MalformedValue } from "../../core/field.ts";
import { defineRule } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { UnknownValue } from "../../core/unknown.ts";
import { isNamespaced, isRouting } from "./alertmanager.ts";
import { reachedBy, routerOf } from "./routers.ts";

/** Ways by which a machine can notice that an alert has gone quiet. */
const LISTENS = ["webhook", "pagerduty", "opsgenie", "sns"];

export const watchdogRequired = defineRule({
  id: "watchdog-required",
  section: "observability",
  title: "An alert that always fires goes to something that notices when it stops",
  severity: "medium",
  why: "when Prometheus or Alertmanager is down no alert fires at all, and that looks like a quiet night",
  fix: "add an alert with expr: vector(1), and a route for it to a webhook that raises the alarm when the calls stop",
  frameworks: ["SOC2:CC7.2"],
  scope: "stack",
  optOut: "watchdog",
  exemptable: true,
  params: {},
  subjects: (object) => isRouting(object) && !isNamespaced(object),
  *check(object, _, stack) {
    const router = routerOf(object);
    const watchdogs = stack.derived(alwaysFiring);
    const wanted = `an alert with expr: vector(1) that reaches one of ${LISTENS.map((way) => `${way}_configs`).join(", ")}`;
    const isHeard = (labels: (name: string) => string | undefined) =>
      reachedBy(router, labels).some(({ ways }) => ways.some((way) => LISTENS.includes(way)));
    if (anyOf(watchdogs, ({ labels }) => isHeard(labels()))) return;
    const given =
      watchdogs.length === 0
        ? "given no alert that always fires"
        : "sending the alert that always fires to nobody who listens";
    yield { path: "", given, wanted, related: watchdogs.map(({ object: holder }) => holder.label) };
  },
});

interface Watchdog {
  readonly object: StackObject;
  /** What it carries; throws while that is not known. */
  labels(): (name: string) => string | undefined;
}

/** Alerts that always fire, and those that may. */
function alwaysFiring(stack: Stack): Watchdog[] {
  return stack.objects.flatMap((object) =>
    orUnknown(object, () => {
      if (!holdsAlerts(object)) return [];
      return alertsOf(object).flatMap((alert) =>
        orUnknown(object, () => {
          if (!/^\s*vector\(\s*1\s*\)\s*(?:>\s*0\s*)?$/.test(alert.rule.at("expr").text() ?? "")) return [];
          const own = (name: string) => labelOf(alert, name) ?? (name === "namespace" ? object.namespace : undefined);
          return [{ object, labels: () => own }];
        }),
      );
    }),
  );
}

function orUnknown(object: StackObject, find: () => Watchdog[]): Watchdog[] {
  try {
    return find();
  } catch (error) {
    if (error instanceof MalformedValue) return [];
    if (!(error instanceof UnknownValue)) throw error;
    const labels = () => {
      throw error;
    };
    return [{ object, labels }];
  }
}
