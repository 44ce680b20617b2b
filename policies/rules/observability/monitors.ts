import type { Field } from "../../core/field.ts";
import { Lookup } from "../../core/lookup.ts";
import { containersOf, makesPods, podOf } from "../../core/pods.ts";
import { selects } from "../../core/selector.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown } from "../../core/unknown.ts";
import { operatorPods } from "./operator-pods.ts";

const OF_SERVICES = new Set(["monitoring.coreos.com/ServiceMonitor", "operator.victoriametrics.com/VMServiceScrape"]);
const OF_PODS = new Set(["monitoring.coreos.com/PodMonitor", "operator.victoriametrics.com/VMPodScrape"]);

const idOf = ({ group, kind }: StackObject) => `${group}/${kind}`;

/** Whether an object has services read by Prometheus. */
export function isServiceMonitor(object: StackObject): boolean {
  return OF_SERVICES.has(idOf(object));
}

/** Whether an object has pods read by Prometheus. */
export function isPodMonitor(object: StackObject): boolean {
  return OF_PODS.has(idOf(object));
}

export function isService(object: StackObject): boolean {
  return idOf(object) === "/Service";
}

/** Where a monitor reads: its endpoints, each with the name of a port. */
export function endpointsOf(monitor: StackObject): Field[] {
  return monitor.root.at("spec", isPodMonitor(monitor) ? "podMetricsEndpoints" : "endpoints").items();
}

/** The names of a target's ports: a service's own, or those of a workload's containers. */
export function portsOf(target: StackObject): (string | undefined)[] {
  if (isService(target))
    return target.root
      .at("spec", "ports")
      .items()
      .map((port) => port.at("name").text());
  return containersOf(target).flatMap(({ field }) =>
    field
      .at("ports")
      .items()
      .map((port) => port.at("name").text()),
  );
}

/** Whether a monitor selects a service, or the pods of a workload. */
export function monitors(monitor: StackObject, target: StackObject): boolean {
  if (!namespacesOf(monitor).some((namespace) => namespace === "*" || namespace === target.namespace)) return false;
  return selects(monitor.root.at("spec", "selector"), labelsOf(target));
}

/** Whether a monitor reads a port that a target has. Numbers of ports, and names in pods, are not looked up. */
export function reads(endpoint: Field, target: StackObject): boolean {
  const port = endpoint.at("port").text();
  if (port === undefined) return !endpoint.at("targetPort").absent || !endpoint.at("portNumber").absent;
  return someKnown(portsOf(target), (name) => name === port);
}

/** What a monitor selects, or may select. */
export function targetsOf(monitor: StackObject, stack: Stack): StackObject[] {
  const pair = firstPair(monitor);
  const keys = namespacesOf(monitor).map((namespace) => `${namespace} ${pair}`);
  return stack.derived(isPodMonitor(monitor) ? workloadsByLabels : servicesByLabels).of(...keys);
}

/** Monitors that select, or may select, a service or a workload. */
export function monitorsOf(target: StackObject, stack: Stack): StackObject[] {
  const keys = keysOf(target);
  return stack.derived(isService(target) ? serviceMonitors : podMonitors).of(...keys);
}

/** Workloads whose pods a service leads to, or may lead to. */
export function workloadsBehind(service: StackObject, stack: Stack): StackObject[] {
  const selector = service.root.at("spec", "selector").entries();
  const [first] = selector;
  if (first === undefined) return [];
  const key = `${service.namespace} ${first[0]}=${first[1].text() ?? ""}`;
  return stack.derived(workloadsByLabels).of(key);
}

/** Whether a service leads to the pods of a workload. */
export function leadsTo(service: StackObject, workload: StackObject): boolean {
  const { labels } = podOf(workload);
  if (workload.namespace !== service.namespace) return false;
  const selector = service.root.at("spec", "selector").entries();
  return selector.length > 0 && !someKnown(selector, ([key, value]) => labels.at(key).text() !== value.text());
}

const servicesByLabels = (stack: Stack) => new Lookup(stack.objects.filter(isService), keysOf);
const workloadsByLabels = (stack: Stack) =>
  new Lookup([...stack.objects.filter(makesPods), ...operatorPods(stack)], keysOf);
const serviceMonitors = (stack: Stack) => new Lookup(stack.objects.filter(isServiceMonitor), monitorKeys);
const podMonitors = (stack: Stack) => new Lookup(stack.objects.filter(isPodMonitor), monitorKeys);

function monitorKeys(monitor: StackObject): string[] {
  const pair = firstPair(monitor);
  return namespacesOf(monitor).map((namespace) => `${namespace} ${pair}`);
}

/** A target is found by each of its labels, or by none, in its namespace or in any. */
function keysOf(target: StackObject): string[] {
  const pairs = labelsOf(target)
    .entries()
    .map(([key, value]) => `${key}=${value.text() ?? ""}`);
  return ["", ...pairs].flatMap((pair) => [`${target.namespace} ${pair}`, `* ${pair}`]);
}

/** One label that a monitor demands, by which its targets can be found. */
function firstPair(monitor: StackObject): string {
  const [first] = monitor.root.at("spec", "selector", "matchLabels").entries();
  return first === undefined ? "" : `${first[0]}=${first[1].text() ?? ""}`;
}

/** The namespaces that a monitor looks at; `*` is all. */
function namespacesOf(monitor: StackObject): string[] {
  const selector = monitor.root.at("spec", "namespaceSelector");
  if (selector.at("any").boolean()) return ["*"];
  const names = selector
    .at("matchNames")
    .items()
    .map((name) => name.text() ?? "");
  return names.length > 0 ? names : [monitor.namespace];
}

function labelsOf(target: StackObject): Field {
  return isService(target) ? target.root.at("metadata", "labels") : podOf(target).labels;
}
