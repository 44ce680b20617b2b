import { expect, test } from "vitest";
import type { Namespace } from "../cluster/namespace.ts";
import { relationsPlan } from "./relations.ts";
import { completeWorker, type WorkerArgs, workerPlan, workerProblems } from "./worker.ts";

const base: WorkerArgs = {
  namespace: { name: "shop" } as Namespace,
  image: "plumbline.dev/shop/mailer:0.1.0",
  zones: ["a", "b", "c"],
};
const plan = (args: Partial<WorkerArgs> = {}) =>
  workerPlan("mailer", completeWorker({ ...base, ...args }), relationsPlan("mailer", []));
const pod = (args: Partial<WorkerArgs> = {}) => {
  const { template } = plan(args).deployment.spec as unknown as { template: { spec: Record<string, unknown> } };
  const [container = {}] = template.spec.containers as Record<string, unknown>[];
  return { spec: template.spec, container };
};

test("a worker of a fixed number has no autoscaler, which could only set it back", () => {
  const fixed = plan({ scaling: { min: 3, max: 3 } });
  expect(fixed.autoscaler).toBeUndefined();
  expect(fixed.deployment.spec).toMatchObject({ replicas: 3 });
});

test("a worker scales, is spread and budgeted as a service is, and nobody sends to it but what reads its metrics", () => {
  const { deployment, autoscaler, disruptionBudget, monitor, network } = plan();
  expect(deployment.spec).toMatchObject({ replicas: 3, strategy: { rollingUpdate: { maxUnavailable: 0 } } });
  expect(autoscaler?.spec).toMatchObject({ minReplicas: 3, scaleTargetRef: { name: "mailer" } });
  expect(disruptionBudget.spec).toMatchObject({ maxUnavailable: 1 });
  expect(pod().spec).toMatchObject({ topologySpreadConstraints: [{ topologyKey: "topology.kubernetes.io/zone" }] });
  expect(network.ingress).toEqual([
    { from: [{ namespaceSelector: expect.anything() }], ports: [{ protocol: "TCP", port: 9090 }] },
  ]);
  // There is no Service that a ServiceMonitor could look behind.
  expect(monitor).toMatchObject({ kind: "PodMonitor", spec: { podMetricsEndpoints: [{ port: "admin" }] } });
});

test("it has no port of an API, waits for no router, and finishes what it has in hand", () => {
  const { spec, container } = pod({ longestTask: "2m" });
  expect(container.ports).toEqual([{ name: "admin", containerPort: 9090 }]);
  expect(container).not.toHaveProperty("lifecycle");
  expect(container).toHaveProperty("readinessProbe");
  expect(container.env).toContainEqual({ name: "DRAIN_SECONDS", value: "0" });
  expect(container.env).toContainEqual({ name: "SHUTDOWN_SECONDS", value: "120" });
  expect(container.env).not.toContainEqual(expect.objectContaining({ name: "PORT" }));
  expect(spec.terminationGracePeriodSeconds).toBe(120 + 5);
});

test.each<[what: string, args: Partial<WorkerArgs>, field: string]>([
  ["no time for a task", { longestTask: "0s" }, "longestTask"],
  ["a task of a day", { longestTask: "1d" }, "longestTask"],
  ["a moving image", { image: "plumbline.dev/shop/mailer:latest" }, "image"],
  ["a call longer than a task", { calls: { a: { timeout: "1m" } } }, "calls.a.timeout"],
  ["a port of its calls", { adminPort: 14_000, calls: { a: { timeout: "1s" } } }, "adminPort"],
  [
    "a probe on the port of an API",
    { probes: { readiness: { path: "/readyz", port: "api" } } },
    "probes.readiness.port",
  ],
  ["a privileged port", { adminPort: 90 }, "adminPort"],
  ["min above max", { scaling: { min: 5, max: 4 } }, "scaling.max"],
])("%s is refused", (_, args, field) => {
  expect(workerProblems("mailer", completeWorker({ ...base, ...args }))).toEqual([expect.objectContaining({ field })]);
});
