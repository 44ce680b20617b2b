import type { Field } from "../../core/field.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, someKnown, UnknownValue } from "../../core/unknown.ts";
import {
  endpointsOf,
  isPodMonitor,
  isService,
  isServiceMonitor,
  leadsTo,
  monitors,
  monitorsOf,
  portsOf,
  reads,
  targetsOf,
  workloadsBehind,
} from "./monitors.ts";
import { objectivesOf } from "./objectives.ts";

const ANNOTATION = "prometheus.io/scrape";

export const scrapeTargetExists = defineRule({
  id: "scrape-target-exists",
  section: "observability",
  title: "What has metrics is read by Prometheus, and what Prometheus reads is there",
  severity: "high",
  why: "alerts and dashboards over metrics that nobody reads are silent, and silence looks like health",
  fix: "add a ServiceMonitor whose selector matches the labels of the Service, with its port by name",
  frameworks: ["SOC2:CC7.2"],
  scope: "stack",
  optOut: "metrics",
  exemptable: true,
  params: {
    metricsPorts: {
      type: "array",
      items: { type: "string" },
      default: ["metrics", "http-metrics", "https-metrics", "prometheus"],
      description:
        "Names of ports that say that a Service has metrics; an objective and prometheus.io/scrape say so too.",
    },
  },
  subjects: (object) => isService(object) || isServiceMonitor(object) || isPodMonitor(object),
  *check(object, { metricsPorts }, stack) {
    if (!isService(object)) yield* unfound(object, stack);
    else if (hasMetrics(object, metricsPorts) && !isRead(object, stack)) yield unread(object);
  },
});

function hasMetrics(service: StackObject, metricsPorts: readonly string[]): boolean {
  if (service.annotation(ANNOTATION) === "true" || objectivesOf(service).length > 0) return true;
  return someKnown(portsOf(service), (name) => name !== undefined && metricsPorts.includes(name));
}

/** By a monitor of services or of pods, or by what follows the annotation. */
function isRead(service: StackObject, stack: Stack): boolean {
  const isReadBy = (target: StackObject) => (monitor: StackObject) =>
    monitors(monitor, target) && someKnown(endpointsOf(monitor), (endpoint) => reads(endpoint, target));
  const ways: (() => boolean)[] = [
    () => anyOf(monitorsOf(service, stack), isReadBy(service)),
    () =>
      anyOf(
        workloadsBehind(service, stack),
        (workload) => leadsTo(service, workload) && anyOf(monitorsOf(workload, stack), isReadBy(workload)),
      ),
    () => service.annotation(ANNOTATION) === "true" && anyOf(stack.derived(followers), follows),
  ];
  return someKnown(ways, (holds) => holds());
}

function unread(service: StackObject): Violation {
  const labels = service.root.at("metadata", "labels").value;
  return {
    path: "",
    given: "read by no ServiceMonitor or PodMonitor",
    wanted: "one that selects it and names one of its ports",
    ...(labels !== undefined && {
      fix: `add a ServiceMonitor: { selector: { matchLabels: ${JSON.stringify(labels)} }, endpoints: [{ port: <its port> }] }`,
    }),
  };
}

/** A configuration that reads whatever carries the annotation says its name somewhere. */
const followers = (stack: Stack) =>
  stack.objects.filter(({ group, kind }) => group === "" && (kind === "ConfigMap" || kind === "Secret"));

function follows({ root, kind }: StackObject): boolean {
  const texts: Field = root.at(kind === "Secret" ? "stringData" : "data");
  return someKnown(texts.entries(), ([, text]) => text.text()?.includes("annotation_prometheus_io_scrape") ?? false);
}

function* unfound(monitor: StackObject, stack: Stack): Generator<Violation> {
  const candidates = targetsOf(monitor, stack);
  const selector = monitor.root.at("spec", "selector");
  const what = isPodMonitor(monitor) ? "workload" : "Service";
  if (!anyOf(candidates, (target) => monitors(monitor, target))) {
    const given = `selecting no ${what} of this stack`;
    yield { path: selector.path, given, wanted: `a selector that matches the labels of a ${what} in its namespaces` };
    return;
  }
  yield* eachKnown(endpointsOf(monitor), function* (endpoint) {
    if (anyOf(candidates, (target) => monitors(monitor, target) && reads(endpoint, target))) return;
    const ports = new Set(candidates.filter(quietly((target) => monitors(monitor, target))).flatMap(portsOf));
    const named = [...ports].filter((port) => port !== undefined).join(", ");
    yield violation(endpoint.at("port"), `the name of a port of what it selects: ${named || "none has a name"}`);
  });
}

/** For messages, where the verdict is known already. */
function quietly(holds: (target: StackObject) => boolean): (target: StackObject) => boolean {
  return (target) => {
    try {
      return holds(target);
    } catch (error) {
      if (error instanceof UnknownValue) throw error;
      return false;
    }
  };
}
