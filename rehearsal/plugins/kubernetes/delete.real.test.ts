import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type TestCluster, testCluster } from "./testing/cluster.ts";
import { CONFIG_MAP, configMap, DEPLOYMENT, Driver, deployment } from "./testing/resources.ts";

let cluster: TestCluster;
let kube: Driver;
let namespace: string;

beforeAll(async () => {
  cluster = await testCluster();
  namespace = await cluster.namespace();
  kube = await Driver.open({ kubeconfig: cluster.kubeconfig, namespace });
});
afterAll(() => cluster?.close());

const key = (name: string, kind = "ConfigMap", apiVersion = "v1") => ({ apiVersion, kind, namespace, name });

describe("delete", () => {
  it("waits until an object and what belongs to it are gone", async () => {
    const made = await kube.create(DEPLOYMENT, "web", deployment(namespace, "web"));
    await kube.delete(made);
    const { items } = await cluster.api.list("apps/v1", "ReplicaSet", namespace);
    expect(items).toEqual([]);
  });

  it("counts an object that is gone already as deleted", async () => {
    const made = await kube.create(CONFIG_MAP, "gone", configMap(namespace, "gone", {}));
    await cluster.api.delete(key("gone"), "Background");
    await expect(kube.delete(made)).resolves.toBeUndefined();
  });

  it("tells which finalizers hold an object", async () => {
    const metadata = { name: "held", namespace, finalizers: ["example.com/hold"] };
    const made = await kube.create(CONFIG_MAP, "held", { ...configMap(namespace, "held", {}), metadata });
    const failure = kube.delete(made, { timeoutSeconds: 1 });
    await expect(failure).rejects.toMatchObject({
      problems: ["finalizers might be preventing deletion (example.com/hold)"],
    });
    await cluster.api.patch(key("held"), { metadata: { finalizers: [] } }, "somebody");
    await expect(kube.delete(made)).resolves.toBeUndefined();
  });

  it("leaves behind what belongs to an object where the annotation says so", async () => {
    const annotations = { "pulumi.com/deletionPropagationPolicy": "orphan" };
    const base = deployment(namespace, "parent");
    const made = await kube.create(DEPLOYMENT, "parent", {
      ...base,
      metadata: { name: "parent", namespace, annotations },
    });
    await kube.delete(made);
    const { items } = await cluster.api.list("apps/v1", "ReplicaSet", namespace, { labelSelector: "app=parent" });
    expect(items).toHaveLength(1);
    for (const { metadata } of items)
      await cluster.api.delete(key(metadata.name, "ReplicaSet", "apps/v1"), "Background");
  });

  it("deletes a namespace with all that is in it", async () => {
    const name = `${namespace}-whole`;
    const type = "kubernetes:core/v1:Namespace";
    const made = await kube.create(type, "whole", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    await kube.create(CONFIG_MAP, "inside", configMap(name, "inside", {}));
    await kube.delete(made);
    await expect(cluster.api.get({ apiVersion: "v1", kind: "Namespace", name })).rejects.toThrow("not found");
  });

  it("can be made again at once", async () => {
    const made = await kube.create(CONFIG_MAP, "again", configMap(namespace, "again", { a: "1" }));
    await kube.delete(made);
    const second = await kube.create(CONFIG_MAP, "again", configMap(namespace, "again", { a: "2" }));
    const live = await eventually(
      () => cluster.api.get(key("again")),
      () => true,
    );
    expect(live.metadata.uid).not.toBe((made.outputs.metadata as { uid: string }).uid);
    await kube.delete(second);
  });
});
