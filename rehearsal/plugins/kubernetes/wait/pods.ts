import type { Scope } from "../client/informer.ts";
import { at, conditionOf, idOf, type JsonObject, type KubeObject, listAt, textAt, textsAt } from "../object.ts";

/** Pods of a workload tell the same story many times: so many are shown. */
const SHOWN = 3;
/** Reasons of a waiting container that are no trouble. */
const STARTING = new Set(["ContainerCreating", "PodInitializing"]);

/** Pods of the object's namespace, and the warnings that controllers noted at the object itself. */
export function podsAndEvents(object: KubeObject): Record<string, Scope> {
  const { namespace, uid } = object.metadata;
  const fieldSelector = `involvedObject.uid=${String(uid)},type=Warning`;
  return {
    pods: { apiVersion: "v1", kind: "Pod", namespace },
    events: { apiVersion: "v1", kind: "Event", namespace, fieldSelector },
  };
}

/** The pods that a workload selects: `spec.selector` with labels and expressions. */
export function selectedPods(workload: KubeObject, pods: readonly KubeObject[]): readonly KubeObject[] {
  const selector = at(workload, "spec", "selector");
  return pods.filter((pod) => {
    const labels = (at(pod, "metadata", "labels") ?? {}) as { [label: string]: string };
    const wanted = (at(selector, "matchLabels") ?? {}) as { [label: string]: string };
    return (
      Object.entries(wanted).every(([name, value]) => labels[name] === value) &&
      listAt(selector, "matchExpressions").every((expression) => expressionMatches(expression, labels))
    );
  });
}

function expressionMatches(expression: JsonObject, labels: { readonly [label: string]: string }): boolean {
  const value = labels[textAt(expression, "key") ?? ""];
  const values = textsAt(expression, "values");
  switch (expression.operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    default:
      return value === undefined;
  }
}

/** Why pods are not ready, a few of them, each told once. */
export function podProblems(pods: readonly KubeObject[]): string[] {
  const told = new Set<string>();
  const problems: string[] = [];
  for (const pod of pods) {
    const problem = podProblem(pod);
    if (problem === undefined || told.has(problem)) continue;
    told.add(problem);
    problems.push(`pod ${idOf(pod)}: ${problem}`);
  }
  const more = problems.length - SHOWN;
  return more > 0 ? [...problems.slice(0, SHOWN), `${more} more pods have problems`] : problems;
}

/** What is wrong with one pod, or `undefined` for one that is ready, starting, or on its way out. */
export function podProblem(pod: KubeObject): string | undefined {
  if (pod.metadata.deletionTimestamp !== undefined || isPodReady(pod)) return undefined;
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status === "False")
    return `[${textAt(scheduled, "reason") ?? "Unschedulable"}] ${textAt(scheduled, "message") ?? ""}`.trim();
  const statuses = [...listAt(pod, "status", "initContainerStatuses"), ...listAt(pod, "status", "containerStatuses")];
  const problems = statuses.flatMap((status) => containerProblem(status) ?? []);
  if (problems.length > 0) return problems.join("; ");
  if (textAt(pod, "status", "phase") !== "Failed") return undefined;
  return `[${textAt(pod, "status", "reason") ?? "Failed"}] ${textAt(pod, "status", "message") ?? ""}`.trim();
}

export function isPodReady(pod: KubeObject): boolean {
  return textAt(pod, "status", "phase") === "Succeeded" || conditionOf(pod, "Ready")?.status === "True";
}

function containerProblem(status: JsonObject): string | undefined {
  const name = `container ${textAt(status, "name") ?? ""}`;
  const waiting = at(status, "state", "waiting");
  const reason = textAt(waiting, "reason");
  const ended = at(status, "state", "terminated") ?? at(status, "lastState", "terminated");
  const exit = at(ended, "exitCode");
  const exited = typeof exit === "number" && exit !== 0 ? `exited with code ${exit}${messageOf(ended)}` : undefined;
  if (reason !== undefined && !STARTING.has(reason))
    return `${name}: [${reason}]${messageOf(waiting) || (exited ? ` ${exited}` : "")}`;
  if (exited !== undefined && at(status, "state", "running") === undefined) return `${name} ${exited}`;
  if (status.ready === false && at(status, "state", "running") !== undefined) return `${name} runs but is not ready`;
  return undefined;
}

function messageOf(state: unknown): string {
  const message = textAt(state as JsonObject, "message");
  return message ? ` ${message.trim()}` : "";
}

/** Messages of a controller that could not make pods, newest last, each told once: an exceeded quota, a refused pod. */
export function eventProblems(events: readonly KubeObject[]): string[] {
  const texts = events
    .toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)))
    .map((event) => `[${textAt(event, "reason") ?? "Warning"}] ${textAt(event, "message") ?? ""}`);
  return [...new Set(texts)].slice(-SHOWN);
}

function timeOf(event: KubeObject): string {
  return textAt(event, "lastTimestamp") ?? textAt(event, "eventTime") ?? "";
}
