import { describe, expect, it } from "vitest";
import { parseReadiness } from "./readiness.ts";

const object = (kind: string, name: string, spec: object, status?: Record<string, unknown>) => ({
  kind,
  metadata: { name, namespace: "shop" },
  spec,
  ...(status && { status }),
});

describe("parseReadiness", () => {
  const items = [
    object("Deployment", "orders", { replicas: 3 }, { readyReplicas: 2 }),
    object("StatefulSet", "cache", { replicas: 3 }),
    object("DaemonSet", "agent", {}, { numberReady: 9, desiredNumberScheduled: 9 }),
    object("Cluster", "postgres", { instances: 3 }, { readyInstances: 3 }),
    object("Deployment", "not-ours", { replicas: 1 }),
    object("Deployment", "scaled", { replicas: 1 }, { readyReplicas: 1 }),
    object("HorizontalPodAutoscaler", "scaled", {
      minReplicas: 3,
      scaleTargetRef: { kind: "Deployment", name: "scaled" },
    }),
  ];

  it.each([
    ["Deployment", "orders", 2, 3, false],
    ["StatefulSet", "cache", 0, 3, false],
    ["DaemonSet", "agent", 9, 9, false],
    ["Cluster", "postgres", 3, 3, false],
    ["Deployment", "gone", 0, 1, true],
    ["Deployment", "scaled", 1, 3, false],
  ])("%s %s: %d of %d", (kind, name, ready, wanted, missing) => {
    const workload = { kind, namespace: "shop", name };
    expect(parseReadiness([workload], { items })).toEqual([{ ...workload, ready, wanted, missing }]);
  });

  it("does not take another namespace's object for it", () => {
    const [found] = parseReadiness([{ kind: "Deployment", namespace: "other", name: "orders" }], { items });
    expect(found?.missing).toBe(true);
  });
});
