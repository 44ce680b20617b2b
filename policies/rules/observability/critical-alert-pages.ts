import { type Alert, alertsOf, holdsAlerts, labelOf } from "../../core/alerts.ts";
import { defineRule } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import { eachKnown } from "../../core/unknown.ts";
import { type Labels, readable } from "./alertmanager.ts";
import { labelsAskedIn, type Router, reachedBy, routersFor } from "./routers.ts";

export const criticalAlertPages = defineRule({
  id: "critical-alert-pages",
  section: "observability",
  title: "Every critical alert reaches a receiver that pages a person",
  severity: "high",
  why: "an alert that goes to a chat room, or to a receiver with nothing in it, wakes nobody while customers wait",
  fix: "route it in Alertmanager: { matchers: ['severity=\"critical\"'], receiver: pager }, and give that receiver pagerduty_configs, or another way to page",
  frameworks: ["SOC2:CC7.2", "SOC2:CC7.3"],
  scope: "stack",
  optOut: "paging",
  exemptable: true,
  params: {
    severities: {
      type: "array",
      items: { type: "string" },
      default: ["critical", "page"],
      description: "Values of the label severity that mean that a person is woken.",
    },
    pagers: {
      type: "array",
      items: { type: "string" },
      default: ["pagerduty", "opsgenie", "victorops", "pushover", "sns", "webhook", "incidentio", "rootly"],
      description: "Ways of a receiver that wake a person, without the _configs at their end.",
    },
  },
  subjects: holdsAlerts,
  *check(object, { severities, pagers }, stack) {
    yield* eachKnown(alertsOf(object), function* (alert) {
      const severity = labelOf(alert, "severity");
      if (severity === undefined || !severities.includes(severity)) return;
      const labels = labelsOf(alert);
      const { paged, shown, related } = fateOf(labels, pagers, stack);
      if (paged) return;
      yield {
        path: alert.rule.at("alert").path,
        given: `${JSON.stringify(alert.rule.at("alert").text())}, which reaches ${shown}`,
        wanted: `an alert that reaches a receiver with one of ${pagers.map((pager) => `${pager}_configs`).join(", ")}`,
        related,
      };
    });
  },
});

/** Where an alert ends. */
interface Fate {
  readonly paged: boolean;
  readonly shown: string;
  readonly related: readonly string[];
}

const noFates = () => new Map<string, Fate>();

/** Alerts that no route tells apart are followed once. */
function fateOf(labels: Labels, pagers: readonly string[], stack: Stack): Fate {
  const namespace = labels("namespace") ?? "";
  const asked = labelsAskedIn(stack);
  const given = readable(() => asked.map((name) => labels(name) ?? null));
  // A label that is not known yet may not be asked for on the way of this alert.
  const fates = given.length < asked.length ? noFates() : stack.derived(noFates);
  const key = JSON.stringify([pagers, namespace, given]);
  const known = fates.get(key);
  if (known) return known;
  const routers = routersFor(namespace, stack);
  const paged = anyOf(routers, (router) => reachedBy(router, labels).some(({ ways }) => ways.some(isOneOf(pagers))));
  const fate: Fate = paged
    ? { paged, shown: "", related: [] }
    : { paged, shown: shownReached(routers, labels), related: routers.map(({ object }) => object.label) };
  fates.set(key, fate);
  return fate;
}

/**
 * Labels as a rule declares them. Where it names no namespace its object's is taken: the operator's Prometheus puts it on.
 * What a series brings along is not known, and counts as not there, as in `amtool config routes test`.
 */
function labelsOf(alert: Alert): Labels {
  return (name) => labelOf(alert, name) ?? (name === "namespace" ? alert.object.namespace : undefined);
}

function isOneOf(pagers: readonly string[]): (way: string) => boolean {
  return (way) => pagers.includes(way);
}

/** Names of receivers are shown, never what is in them. */
function shownReached(routers: readonly Router[], labels: Labels): string {
  if (routers.length === 0) return "no Alertmanager of this stack";
  const names = new Set<string>();
  anyOf(routers, (router) => {
    for (const { name, ways } of reachedBy(router, labels))
      names.add(`${name} (${ways.join(", ") || "nothing in it"})`);
    return false;
  });
  return names.size === 0 ? "no receiver" : `only ${[...names].join(", ")}`;
}
