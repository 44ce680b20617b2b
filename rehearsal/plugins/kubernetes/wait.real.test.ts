import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InitFailed, type PropertyMap } from "../rpc/index.ts";
import { eventually, type TestCluster, testCluster } from "./testing/cluster.ts";
import { CONFIG_MAP, configMap, DEPLOYMENT, Driver, deployment, look } from "./testing/resources.ts";

let cluster: TestCluster;
let kube: Driver;
let namespace: string;

beforeAll(async () => {
  cluster = await testCluster();
  namespace = await cluster.namespace();
  kube = await Driver.open({ kubeconfig: cluster.kubeconfig, namespace });
});
afterAll(() => cluster?.close());

const meta = (name: string, annotations: PropertyMap = {}) => ({ name, namespace, annotations });
const NOWHERE = { nodeSelector: { "no-such": "node" } };

async function reasons(creating: Promise<unknown>): Promise<string> {
  const error = await creating.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(InitFailed);
  return (error as InitFailed).reasons.join("\n");
}

function workload(kind: string, name: string, spec: PropertyMap = {}, pod: PropertyMap = {}): PropertyMap {
  const base = deployment(namespace, name, {}, pod);
  const { replicas: _replicas, ...rest } = base.spec as PropertyMap;
  return { ...base, kind, spec: { ...rest, ...spec } };
}

describe("workloads", () => {
  it("waits for a Deployment's pods, through an update, and tells how far it is", async () => {
    const made = await kube.create(DEPLOYMENT, "web", deployment(namespace, "web"));
    expect(look(made.outputs, "status", "availableReplicas")).toBe(2);
    expect(kube.statuses).toContainEqual(expect.stringMatching(/of 2 pods are (updated|available)/));
    const next = deployment(namespace, "web", { replicas: 3 }, { containers: [{ name: "app", image: "a:2" }] });
    const changed = await kube.update(made, next);
    expect(look(changed.outputs, "status", "updatedReplicas")).toBe(3);
    expect(look(changed.outputs, "status", "replicas")).toBe(3);
  });

  it("keeps a Deployment that is not ready in time, and tells which pod cannot be scheduled and why", async () => {
    const stuck = deployment(namespace, "stuck", {}, NOWHERE);
    const told = await reasons(kube.create(DEPLOYMENT, "stuck", stuck, { timeoutSeconds: 2 }));
    expect(told).toContain("timed out waiting to be Ready after 2 s");
    expect(told).toMatch(/pod \S+\/stuck-\S+: \[Unschedulable\] .*node affinity\/selector/);
  });

  it("takes the time limit from the annotation, too", async () => {
    const annotated = {
      ...deployment(namespace, "brief", {}, NOWHERE),
      metadata: meta("brief", { "pulumi.com/timeoutSeconds": "1" }),
    };
    expect(await reasons(kube.create(DEPLOYMENT, "brief", annotated))).toContain("after 1 s");
  });

  it("tells of a quota that keeps pods from being made", async () => {
    const cramped = await cluster.namespace();
    const quota = {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "q", namespace: cramped },
      spec: { hard: { pods: "1" } },
    };
    await kube.create("kubernetes:core/v1:ResourceQuota", "q", quota);
    const told = await reasons(kube.create(DEPLOYMENT, "many", deployment(cramped, "many"), { timeoutSeconds: 4 }));
    expect(told).toMatch(/\[FailedCreate\] .*exceeded quota: q/);
    const set = {
      ...workload("StatefulSet", "set", { replicas: 2, serviceName: "set" }),
      metadata: { name: "set", namespace: cramped },
    };
    const alsoTold = await reasons(kube.create("kubernetes:apps/v1:StatefulSet", "set", set, { timeoutSeconds: 4 }));
    expect(alsoTold).toMatch(/\[FailedCreate\] .*exceeded quota: q/);
  });

  it("waits for a StatefulSet, pod after pod", async () => {
    const made = await kube.create(
      "kubernetes:apps/v1:StatefulSet",
      "db",
      workload("StatefulSet", "db", { replicas: 3, serviceName: "db" }),
    );
    expect(look(made.outputs, "status", "readyReplicas")).toBe(3);
    const changed = await kube.update(
      made,
      workload("StatefulSet", "db", { replicas: 3, serviceName: "db" }, { terminationGracePeriodSeconds: 1 }),
    );
    expect(look(changed.outputs, "status", "updatedReplicas")).toBe(3);
    expect(look(changed.outputs, "status", "currentRevision")).toBe(look(changed.outputs, "status", "updateRevision"));
  });

  it("waits for a DaemonSet on every node", async () => {
    const made = await kube.create("kubernetes:apps/v1:DaemonSet", "agent", workload("DaemonSet", "agent"));
    const nodes = await cluster.api.list("v1", "Node");
    expect(look(made.outputs, "status", "numberAvailable")).toBe(nodes.items.length);
  });

  it("waits for a ReplicaSet", async () => {
    const made = await kube.create(
      "kubernetes:apps/v1:ReplicaSet",
      "rs",
      workload("ReplicaSet", "rs", { replicas: 2 }),
    );
    expect(look(made.outputs, "status", "availableReplicas")).toBe(2);
  });

  it("waits for a Pod, and tells why it is not ready", async () => {
    const pod = (name: string, spec: PropertyMap = {}) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: meta(name),
      spec: { containers: [{ name: "a", image: "a:1" }], ...spec },
    });
    const made = await kube.create("kubernetes:core/v1:Pod", "one", pod("one"));
    expect(look(made.outputs, "status", "phase")).toBe("Running");
    const told = await reasons(
      kube.create("kubernetes:core/v1:Pod", "lost", pod("lost", NOWHERE), { timeoutSeconds: 2 }),
    );
    expect(told).toMatch(/\[Unschedulable\]/);
  });

  it("waits until a Job is complete, and fails at once when it has failed", async () => {
    const job = (name: string) => ({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: meta(name),
      spec: {
        backoffLimit: 0,
        template: { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "a:1" }] } },
      },
    });
    const made = await kube.create("kubernetes:batch/v1:Job", "migrate", job("migrate"));
    expect(look(made.outputs, "status", "succeeded")).toBe(1);
    const spec = {
      ...(job("late").spec as PropertyMap),
      activeDeadlineSeconds: 1,
      template: { spec: { ...NOWHERE, restartPolicy: "Never", containers: [{ name: "a", image: "a:1" }] } },
    };
    const told = await reasons(kube.create("kubernetes:batch/v1:Job", "late", { ...job("late"), spec }));
    expect(told).toContain("will not become ready: the job failed");
    expect(told).toContain("[DeadlineExceeded]");
  });
});

describe("services and storage", () => {
  const service = (name: string, spec: PropertyMap) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: meta(name),
    spec,
  });
  const ports = [{ port: 80 }];
  const SERVICE = "kubernetes:core/v1:Service";

  it("waits for endpoints of the selected pods", async () => {
    const [made] = await Promise.all([
      kube.create(SERVICE, "front", service("front", { selector: { app: "front" }, ports })),
      kube.create(DEPLOYMENT, "front", deployment(namespace, "front")),
    ]);
    const { items } = await cluster.api.list("discovery.k8s.io/v1", "EndpointSlice", namespace, {
      labelSelector: "kubernetes.io/service-name=front",
    });
    expect(look(made.outputs, "spec", "clusterIP")).toMatch(/^10\./);
    expect(JSON.stringify(items)).toContain('"ready":true');
  });

  it("does not wait for pods of headless, selector-less and ExternalName services", async () => {
    const before = kube.logs.length;
    await kube.create(
      SERVICE,
      "headless",
      service("headless", { clusterIP: "None", selector: { app: "nobody" }, ports }),
    );
    await kube.create(SERVICE, "bare", service("bare", { ports }));
    await kube.create(SERVICE, "outside", service("outside", { type: "ExternalName", externalName: "example.org" }));
    // One that is waited for in vain warns, as the next test sees.
    expect(kube.logs.slice(before)).toEqual([]);
  });

  it("accepts a selector that finds no pods after a while, and warns", { timeout: 30_000 }, async () => {
    await kube.create(SERVICE, "empty", service("empty", { selector: { app: "nobody" }, ports }));
    expect(kube.logs).toContainEqual(expect.stringMatching(/^warning: Service does not target any Pods/));
  });

  it("tells of a load balancer that gets no address, and goes on when it has one", async () => {
    const spec = { type: "LoadBalancer", loadBalancerClass: "test.example/none", selector: { app: "front" }, ports };
    const told = await reasons(kube.create(SERVICE, "lb", service("lb", spec), { timeoutSeconds: 1 }));
    expect(told).toContain("Service was not allocated an IP address");
  });

  it("waits for an Ingress to get its address, and tells of rules without a service", async () => {
    const backend = { service: { name: "missing", port: { number: 80 } } };
    const rules = [{ host: "a.example", http: { paths: [{ path: "/x", pathType: "Prefix", backend }] } }];
    const ingress = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: meta("in"), spec: { rules } };
    const told = await reasons(
      kube.create("kubernetes:networking.k8s.io/v1:Ingress", "in", ingress, { timeoutSeconds: 1 }),
    );
    expect(told).toContain("No matching service found for ingress rule: a.example/x (missing)");
    expect(told).toContain(".status.loadBalancer field was not updated");
  });

  it("does not wait for a claim that is bound with its first pod, and tells of a class that is missing", async () => {
    const name = `lazy-${namespace}`;
    const lazy = {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name },
      provisioner: "x.io/none",
      volumeBindingMode: "WaitForFirstConsumer",
    };
    const storage = await kube.create("kubernetes:storage.k8s.io/v1:StorageClass", "lazy", lazy);
    const claim = (storageClassName: string, claimName: string) => ({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: meta(claimName),
      spec: { storageClassName, accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
    const type = "kubernetes:core/v1:PersistentVolumeClaim";
    const made = await kube.create(type, "lazy", claim(name, "lazy"));
    expect(look(made.outputs, "status", "phase")).toBe("Pending");
    const told = await reasons(kube.create(type, "none", claim("missing", "none"), { timeoutSeconds: 1 }));
    expect(told).toContain('there is no storage class "missing"');
    await kube.delete(storage);
  });
});

describe("custom resources and annotations", () => {
  it("waits for a definition to be established, makes an object of it at once, and forgets it with the definition", async () => {
    const group = `${namespace}.example.com`;
    const schema = { openAPIV3Schema: { type: "object", x_kubernetes_preserve_unknown_fields: true } };
    const definition = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `things.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names: { kind: "Thing", plural: "things", singular: "thing", listKind: "ThingList" },
        versions: [{ name: "v1", served: true, storage: true, schema }],
      },
    };
    const thing = { apiVersion: `${group}/v1`, kind: "Thing", metadata: meta("t"), spec: { size: 1 } };
    const type = `kubernetes:${group}/v1:Thing`;
    const [crd, first] = await Promise.all([
      kube.create("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", "things", definition),
      kube.create(type, "t", thing),
    ]);
    expect(first.id).toBe(`${namespace}/t`);
    const [version] = look(crd.outputs, "spec", "versions") as PropertyMap[];
    expect(look(version, "schema", "openAPIV3Schema", "x_kubernetes_preserve_unknown_fields")).toBe(true);
    expect((await kube.diff(crd, definition)).changes).toEqual([]);
    const changed = await kube.update(crd, {
      ...definition,
      metadata: { name: `things.${group}`, labels: { a: "b" } },
    });
    await kube.delete(changed);
    expect(await kube.refresh(first)).toBeUndefined();
    await kube.delete(first);
  });

  it("skips the wait with skipAwait", async () => {
    const skipped = {
      ...deployment(namespace, "skipped", {}, NOWHERE),
      metadata: meta("skipped", { "pulumi.com/skipAwait": "true" }),
    };
    expect((await kube.create(DEPLOYMENT, "skipped", skipped)).id).toBe(`${namespace}/skipped`);
  });

  it.each([
    ["a JSONPath", "jsonpath={.data.phase}=done"],
    ["a list of them", '["jsonpath={.data.phase}", "jsonpath={.metadata.labels.seen}=yes"]'],
  ])("waits for %s", async (_what, waitFor) => {
    const name = `waited-${waitFor.length}`;
    const news = { ...configMap(namespace, name, { a: "1" }), metadata: meta(name, { "pulumi.com/waitFor": waitFor }) };
    const making = kube.create(CONFIG_MAP, name, news);
    const key = { apiVersion: "v1", kind: "ConfigMap", namespace, name };
    const there = await eventually(
      () => cluster.api.get(key),
      () => true,
    );
    expect(there.data).toEqual({ a: "1" });
    await cluster.api.patch(key, { data: { phase: "done" }, metadata: { labels: { seen: "yes" } } }, "somebody");
    expect(look((await making).outputs, "data", "phase")).toBe("done");
  });

  it("waits for a condition, and tells what it is instead", async () => {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: meta("cond", { "pulumi.com/waitFor": "condition=PodScheduled" }),
      spec: { containers: [{ name: "a", image: "a:1" }] },
    };
    await kube.create("kubernetes:core/v1:Pod", "cond", pod);
    const other = { ...pod, metadata: meta("cond2", { "pulumi.com/waitFor": "condition=Ready=False" }) };
    const told = await reasons(kube.create("kubernetes:core/v1:Pod", "cond2", other, { timeoutSeconds: 3 }));
    expect(told).toContain("the condition Ready=False (it is True)");
  });

  it("refuses a waitFor that it cannot read before it makes anything", async () => {
    const news = {
      ...configMap(namespace, "typo", {}),
      metadata: meta("typo", { "pulumi.com/waitFor": "jsonpath={.a[}" }),
    };
    await expect(kube.create(CONFIG_MAP, "typo", news)).rejects.toThrow(/pulumi.com\/waitFor: .*position/);
    await expect(cluster.api.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name: "typo" })).rejects.toThrow(
      "not found",
    );
  });
});

describe("interruption", () => {
  it("leaves a wait at once when it is cancelled, with the object in the state; the next update goes on", async () => {
    const stuck = deployment(namespace, "left", {}, NOWHERE);
    const making = kube.create(DEPLOYMENT, "left", stuck).catch((error: unknown) => error);
    await eventually(
      async () => kube.statuses,
      (all) => all.some((status) => status.includes("[Unschedulable]")),
    );
    kube.cancel();
    const error = (await making) as InitFailed;
    expect(error).toBeInstanceOf(InitFailed);
    expect(error.reasons.join()).toContain("the operation was cancelled");
    const kept = { type: DEPLOYMENT, name: "left", id: error.id, inputs: error.inputs, outputs: error.outputs };
    const done = await kube.update(kept, deployment(namespace, "left"));
    expect(look(done.outputs, "status", "availableReplicas")).toBe(2);
  });
});
