import type { Field } from "../../core/field.ts";
import { containersOf, makesPods } from "../../core/pods.ts";
import { defineRule } from "../../core/rule.ts";
import { eachKnown, everyKnown } from "../../core/unknown.ts";
import { ACTIONS, acts } from "./probe.ts";

/** What Kubernetes takes for what a probe does not say (v1.36, core/v1 Probe). */
export const TIMES: Readonly<Record<string, number>> = {
  initialDelaySeconds: 0,
  periodSeconds: 10,
  timeoutSeconds: 1,
  failureThreshold: 3,
};
const DEFAULTS: Readonly<Record<string, string>> = { path: "/", scheme: "HTTP", host: "", service: "" };

export const probesNotIdentical = defineRule({
  id: "probes-not-identical",
  section: "reliability",
  title: "A container's liveness probe is not the readiness probe once more",
  severity: "medium",
  why: "what is only meant to hold traffic back kills the container as well: a slow database then restarts every pod at once",
  fix: "livenessProbe: { httpGet: { path: /livez, port: <port> }, failureThreshold: 6 }",
  frameworks: [],
  scope: "resource",
  optOut: "probes",
  exemptable: true,
  params: {},
  subjects: makesPods,
  *check(workload) {
    yield* eachKnown(containersOf(workload), function* ({ field }) {
      const liveness = field.at("livenessProbe");
      const readiness = field.at("readinessProbe");
      if (!everyKnown([() => acts(liveness), () => alike(liveness, readiness)], (holds) => holds())) return;
      yield {
        path: liveness.path,
        given: "the same as readinessProbe",
        wanted: "another question, or more patience",
        fix: `${liveness.path}: { <a question about the process alone>, failureThreshold: 6 }`,
      };
    });
  },
});

function alike(one: Field, other: Field): boolean {
  const times = Object.keys(TIMES).map((name) => () => timeOf(one.at(name)) === timeOf(other.at(name)));
  const actions = ACTIONS.map((name) => () => same(one.at(name), other.at(name)));
  return everyKnown([...times, ...actions], (holds) => holds());

  function timeOf(field: Field): number | undefined {
    return field.number() ?? TIMES[field.path.slice(field.path.lastIndexOf(".") + 1)];
  }
}

/** Whether two fields say the same, with what Kubernetes takes for what is left out. */
function same(one: Field, other: Field, left: unknown = undefined): boolean {
  const [a, b] = [one.value ?? left, other.value ?? left];
  if (typeof a !== "object" || typeof b !== "object") return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    const [items, others] = [one.items(), other.items()];
    return items.length === others.length && everyKnown(items.keys(), (index) => sameItem(items, others, index));
  }
  const keys = new Set([...one.entries(), ...other.entries()].map(([key]) => key));
  return everyKnown(keys, (key) => same(one.at(key), other.at(key), DEFAULTS[key]));
}

function sameItem(items: readonly Field[], others: readonly Field[], index: number): boolean {
  const [item, other] = [items[index], others[index]];
  return item !== undefined && other !== undefined && same(item, other);
}
