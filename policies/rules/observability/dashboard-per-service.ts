import { defineRule } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { dashboardsOf, isLoaded } from "./dashboards.ts";
import { objectivesOf } from "./objectives.ts";

export const dashboardPerService = defineRule({
  id: "dashboard-per-service",
  section: "observability",
  title: "Every service has a dashboard",
  severity: "low",
  why: "without one, the person who is called builds it during the outage",
  fix: "add a ConfigMap with the label grafana_dashboard, or a GrafanaDashboard, whose panels name the service",
  frameworks: [],
  scope: "stack",
  optOut: "dashboard",
  exemptable: true,
  params: {
    label: {
      type: "string",
      default: "grafana_dashboard",
      description: "The label by which Grafana's sidecar finds ConfigMaps with dashboards.",
    },
    onlyWithObjectives: {
      type: "boolean",
      default: false,
      description: "Leave out services that declare no objective.",
    },
  },
  subjects: isService,
  *check(service, { label, onlyWithObjectives }, stack) {
    if (onlyWithObjectives && objectivesOf(service).length === 0) return;
    const { name } = service;
    const dashboards = dashboardsOf(name, stack);
    if (anyOf(dashboards, (one) => one.words().has(name) && isLoaded(one, label))) return;
    yield {
      path: "",
      given: "on no dashboard",
      wanted: "a dashboard whose panels name it",
      fix: `add a ConfigMap with labels: { ${label}: "1" } whose dashboard asks for {service="${name}"}, or a GrafanaDashboard`,
      related: dashboards.map(({ object }) => object.label),
    };
  },
});

/** A name that pods stand behind. A headless service is a part of its set: only an objective makes it more. */
function isService(object: StackObject): boolean {
  if (object.group !== "" || object.kind !== "Service") return false;
  if (objectivesOf(object).length > 0) return true;
  const spec = object.root.at("spec");
  return spec.at("selector").entries().length > 0 && spec.at("clusterIP").text() !== "None";
}
