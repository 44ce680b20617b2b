import { expect, test } from "vitest";
import { fromManifest } from "../../core/resource.ts";
import { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { covers, evictable, leastOf } from "./budget.ts";

function objects(...manifests: object[]): { all: StackObject[]; stack: Stack } {
  const stack = new Stack(manifests.flatMap(fromManifest));
  return { all: [...stack.objects], stack };
}

const budget = (spec: object, apiVersion = "policy/v1") => ({
  apiVersion,
  kind: "PodDisruptionBudget",
  metadata: { name: "a" },
  spec,
});

test.each([
  [{ maxUnavailable: 1 }, 3, 1],
  [{ maxUnavailable: 5 }, 3, 3],
  [{ maxUnavailable: "34%" }, 3, 2],
  [{ maxUnavailable: "0%" }, 3, 0],
  [{ minAvailable: 2 }, 3, 1],
  [{ minAvailable: 4 }, 3, 0],
  [{ minAvailable: "50%" }, 3, 1],
  [{ minAvailable: "50%" }, 1, 0],
  [{ minAvailable: "2" }, 3, 1],
  [{}, 3, 3],
])("%j lets of %i pods %i go", (spec, pods, go) => {
  const [object] = objects(budget(spec)).all;
  expect(evictable(object as StackObject, pods)).toBe(go);
});

test.each([-1, "half", "50 %", ["1"], true])("%j is no number of pods", (minAvailable) => {
  const [object] = objects(budget({ minAvailable })).all;
  expect(() => evictable(object as StackObject, 3)).toThrow(/a number of pods/);
});

test("an empty selector counts all pods since policy/v1, and none before", () => {
  const workload = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "w" }, spec: {} };
  const { all } = objects(workload, budget({ selector: {} }), budget({ selector: {} }, "policy/v1beta1"));
  const [counted, now, before] = all as [StackObject, StackObject, StackObject];
  expect([covers(now, counted), covers(before, counted)]).toEqual([true, false]);
});

test("a workload that may scale to zero runs one pod at the fewest while it runs", () => {
  const workload = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "w" }, spec: { replicas: 0 } };
  const scaler = {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata: { name: "s" },
    spec: { scaleTargetRef: { name: "w" } },
  };
  const alone = objects(workload);
  const scaled = objects(workload, scaler);
  expect(leastOf(alone.all[0] as StackObject, alone.stack)).toBe(0);
  expect(leastOf(scaled.all[0] as StackObject, scaled.stack)).toBe(1);
});
