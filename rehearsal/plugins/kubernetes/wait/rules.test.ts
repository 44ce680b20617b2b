import { describe, expect, it } from "vitest";
import { holders } from "../delete.ts";
import type { Json, JsonObject, KubeObject } from "../object.ts";
import { podProblem } from "./pods.ts";
import type { Readiness } from "./readiness.ts";
import { ruleFor, skipsDeleteWait } from "./rules.ts";

function judge(object: JsonObject, related: Readonly<Record<string, readonly JsonObject[]>> = {}): Readiness {
  const full = { metadata: { name: "a", namespace: "n", generation: 1 }, ...object } as unknown as KubeObject;
  const rule = ruleFor(full, true);
  if (rule === undefined) throw new Error("no rule");
  return rule.judge(full, (name) => (related[name] ?? []) as readonly KubeObject[]);
}

const workload = (kind: string, spec: JsonObject, status: JsonObject) => ({
  apiVersion: "apps/v1",
  kind,
  spec: { selector: { matchLabels: { app: "a" } }, ...spec },
  status: { observedGeneration: 1, ...status },
});
const pod = (status: JsonObject, labels: JsonObject = { app: "a" }) =>
  ({ apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "n", labels }, status }) as unknown as KubeObject;
const condition = (type: string, status: string, more: JsonObject = {}): Json => ({ type, status, ...more });

describe("readiness", () => {
  it.each<[string, JsonObject, boolean | string]>([
    [
      "deployment: all available",
      workload("Deployment", { replicas: 2 }, { replicas: 2, updatedReplicas: 2, availableReplicas: 2 }),
      true,
    ],
    [
      "deployment: rolling",
      workload("Deployment", { replicas: 2 }, { replicas: 3, updatedReplicas: 1, availableReplicas: 2 }),
      "1 of 2 pods are updated",
    ],
    [
      "deployment: old ones left",
      workload("Deployment", { replicas: 2 }, { replicas: 3, updatedReplicas: 2, availableReplicas: 2 }),
      "pods of the old version that are still there: 1",
    ],
    ["deployment: to none", workload("Deployment", { replicas: 0 }, {}), true],
    [
      "deployment: not seen",
      { ...workload("Deployment", {}, {}), status: {} },
      "the deployment controller has to see the change",
    ],
    ["deployment: paused", workload("Deployment", { paused: true, replicas: 3 }, {}), true],
    [
      "statefulset: ready",
      workload(
        "StatefulSet",
        { replicas: 1 },
        { replicas: 1, readyReplicas: 1, updatedReplicas: 1, currentRevision: "1", updateRevision: "1" },
      ),
      true,
    ],
    [
      "statefulset: on the way",
      workload("StatefulSet", { replicas: 3 }, { replicas: 2, readyReplicas: 1 }),
      "1 of 3 pods are ready",
    ],
    [
      "statefulset: partition",
      workload(
        "StatefulSet",
        { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
        { replicas: 3, readyReplicas: 3, updatedReplicas: 1, currentRevision: "1", updateRevision: "2" },
      ),
      true,
    ],
    [
      "statefulset: OnDelete",
      workload(
        "StatefulSet",
        { replicas: 1, updateStrategy: { type: "OnDelete" } },
        { replicas: 1, readyReplicas: 1, updateRevision: "2" },
      ),
      true,
    ],
    ["daemonset: no node", workload("DaemonSet", {}, { desiredNumberScheduled: 0 }), true],
    [
      "daemonset: on the way",
      workload("DaemonSet", {}, { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 }),
      "1 of 2 pods are available",
    ],
    [
      "job: complete",
      { apiVersion: "batch/v1", kind: "Job", status: { conditions: [condition("Complete", "True")] } },
      true,
    ],
    ["job: suspended", { apiVersion: "batch/v1", kind: "Job", spec: { suspend: true } }, true],
    ["pod: succeeded", { apiVersion: "v1", kind: "Pod", status: { phase: "Succeeded" } }, true],
    [
      "pod: pending",
      { apiVersion: "v1", kind: "Pod", status: { phase: "Pending" } },
      "the pod is Pending and has to be Ready",
    ],
    [
      "load balancer without address",
      { apiVersion: "v1", kind: "Service", spec: { type: "LoadBalancer" } },
      "the load balancer has to get an address",
    ],
    ["volume", { apiVersion: "v1", kind: "PersistentVolume", status: { phase: "Available" } }, true],
    [
      "quota",
      { apiVersion: "v1", kind: "ResourceQuota", spec: { hard: { pods: "1" } }, status: {} },
      "the quota controller has to take it up",
    ],
    [
      "token",
      { apiVersion: "v1", kind: "Secret", type: "kubernetes.io/service-account-token" },
      "the token controller has to fill in the token",
    ],
    ["secret", { apiVersion: "v1", kind: "Secret", type: "Opaque" }, true],
    ["custom: no conditions", { apiVersion: "x.io/v1", kind: "Thing" }, true],
    [
      "custom: not ready",
      {
        apiVersion: "x.io/v1",
        kind: "Thing",
        status: { conditions: [condition("Ready", "False", { message: "no" })] },
      },
      "the condition Ready has to be True",
    ],
    [
      "custom: reconciling",
      {
        apiVersion: "x.io/v1",
        kind: "Thing",
        status: { conditions: [condition("Reconciling", "True"), condition("Ready", "True")] },
      },
      "the condition Reconciling is True",
    ],
    [
      "custom: older",
      { apiVersion: "x.io/v1", kind: "Thing", status: { observedGeneration: 0 } },
      "its controller has to see the change",
    ],
  ])("%s", (_name, object, expected) => {
    const verdict = judge(object);
    expect(verdict.ready ? true : verdict.waitingFor).toBe(expected);
  });

  it.each<[string, JsonObject, string]>([
    [
      "job",
      {
        apiVersion: "batch/v1",
        kind: "Job",
        status: { conditions: [condition("Failed", "True", { reason: "BackoffLimitExceeded", message: "m" })] },
      },
      "[BackoffLimitExceeded] m",
    ],
    [
      "pod",
      {
        apiVersion: "v1",
        kind: "Pod",
        spec: { restartPolicy: "Never" },
        status: { phase: "Failed", reason: "Evicted", message: "disk" },
      },
      "[Evicted] disk",
    ],
    [
      "claim",
      { apiVersion: "v1", kind: "PersistentVolumeClaim", status: { phase: "Lost" } },
      "the volume that it was bound to is gone",
    ],
    [
      "definition",
      {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        status: { conditions: [condition("NamesAccepted", "False", { reason: "Taken", message: "x" })] },
      },
      "[Taken] x",
    ],
    [
      "custom",
      {
        apiVersion: "x.io/v1",
        kind: "Thing",
        status: { conditions: [condition("Stalled", "True", { reason: "R", message: "x" })] },
      },
      "[R] x",
    ],
  ])("%s has failed for good", (_name, object, problem) => {
    expect(judge(object)).toMatchObject({ ready: false, failed: true, problems: [problem] });
  });

  it("tells pods' problems once each, of selected pods only", () => {
    const stuck = {
      conditions: [condition("PodScheduled", "False", { reason: "Unschedulable", message: "0/3 nodes" })],
    };
    const pods = [pod(stuck), pod(stuck), pod(stuck, { app: "other" })];
    const verdict = judge(workload("Deployment", { replicas: 2 }, { updatedReplicas: 0 }), { pods });
    expect(verdict).toMatchObject({ problems: ["pod n/p: [Unschedulable] 0/3 nodes"] });
  });

  it("waits for pending endpoints, and settles for none", () => {
    const service = { apiVersion: "v1", kind: "Service", spec: { selector: { app: "a" }, clusterIP: "10.0.0.1" } };
    const slice = (...conditions: JsonObject[]) => ({
      metadata: { labels: { "kubernetes.io/service-name": "a" } },
      endpoints: conditions.map((c) => ({ conditions: c })),
    });
    expect(judge(service, { slices: [slice({ ready: true }, { ready: false })] })).toMatchObject({
      waitingFor: "1 of 2 endpoints are ready",
    });
    expect(judge(service, { slices: [slice({ ready: true }, { ready: false, terminating: true })] }).ready).toBe(true);
    expect(judge(service, { slices: [] })).toMatchObject({ ready: false, settles: { afterMs: 10_000 } });
  });
});

describe("podProblem", () => {
  const container = (state: JsonObject, more: JsonObject = {}) => ({
    containerStatuses: [{ name: "app", ready: false, state, ...more }],
  });

  it.each<[JsonObject, string | undefined]>([
    [
      container({ waiting: { reason: "ImagePullBackOff", message: 'Back-off pulling image "x"' } }),
      'container app: [ImagePullBackOff] Back-off pulling image "x"',
    ],
    [
      container(
        { waiting: { reason: "CrashLoopBackOff" } },
        { lastState: { terminated: { exitCode: 3, message: "no config" } } },
      ),
      "container app: [CrashLoopBackOff] exited with code 3 no config",
    ],
    [container({ terminated: { exitCode: 1 } }), "container app exited with code 1"],
    [container({ running: {} }), "container app runs but is not ready"],
    [container({ waiting: { reason: "ContainerCreating" } }), undefined],
    [{ conditions: [condition("Ready", "True")] }, undefined],
    [
      { initContainerStatuses: [{ name: "init", state: { terminated: { exitCode: 2 } } }] },
      "container init exited with code 2",
    ],
  ])("%j", (status, problem) => {
    expect(podProblem(pod(status))).toBe(problem);
  });
});

describe("which rule", () => {
  const given = (annotations: JsonObject) =>
    ({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "a", annotations } }) as unknown as KubeObject;

  it("skips the wait, also at the end for workloads", () => {
    expect(ruleFor(given({ "pulumi.com/skipAwait": "true" }), true)).toBeUndefined();
    expect(skipsDeleteWait(given({ "pulumi.com/skipAwait": "true" }))).toBe(true);
    expect(skipsDeleteWait({ ...given({ "pulumi.com/skipAwait": "true" }), apiVersion: "v1", kind: "Service" })).toBe(
      false,
    );
  });

  it("waits for other kinds only if asked to", () => {
    const thing = { apiVersion: "x.io/v1", kind: "Thing", metadata: { name: "a" } };
    expect(ruleFor(thing, false)).toBeUndefined();
    expect(ruleFor(thing, true)).toBeDefined();
  });

  it("tells what holds an object that is to go", () => {
    const conditions = [
      condition("NamespaceContentRemaining", "True", { message: "Some resources are remaining: pods" }),
    ];
    const namespace = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "n", finalizers: ["x.io/hold", "foregroundDeletion"] },
      status: { conditions },
    };
    expect(holders(namespace as unknown as KubeObject)).toEqual([
      "Some resources are remaining: pods",
      "finalizers might be preventing deletion (x.io/hold)",
      "what belongs to it is being deleted first",
    ]);
  });
});
