import { expect, test } from "vitest";
import { spread } from "./spread.ts";

const matchLabels = { "app.kubernetes.io/name": "orders" };

test("zones are even, a lost zone is left out of the sum, and hosts are shared only if they must be", () => {
  const plan = spread({ matchLabels, zones: ["a", "b", "c"], sharedHosts: "prefer-not", rolls: true });
  expect(plan.topologySpreadConstraints).toEqual([
    expect.objectContaining({
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "DoNotSchedule",
      nodeTaintsPolicy: "Honor",
      matchLabelKeys: ["pod-template-hash"],
    }),
  ]);
  expect(plan.affinity.podAntiAffinity).toHaveProperty("preferredDuringSchedulingIgnoredDuringExecution");
  expect(JSON.stringify(plan.affinity.nodeAffinity)).toContain('"values":["a","b","c"]');
});

test("two replicas of a store never share a host", () => {
  const plan = spread({ matchLabels, zones: ["a", "b", "c"], sharedHosts: "never" });
  expect(plan.affinity.podAntiAffinity).toEqual({
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels } },
    ],
  });
});
