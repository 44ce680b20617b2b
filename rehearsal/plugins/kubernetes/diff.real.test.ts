import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatPath, Secret } from "../rpc/index.ts";
import { type TestCluster, testCluster } from "./testing/cluster.ts";
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

async function changesOf(
  made: Awaited<ReturnType<Driver["create"]>>,
  news: Parameters<Driver["diff"]>[1],
  driver = kube,
) {
  const { changes, deleteBeforeReplace } = await driver.diff(made, news);
  const told = changes.map(({ path, kind, replace }) => `${kind}${replace ? "-replace" : ""} ${formatPath(path)}`);
  return { told, deleteBeforeReplace };
}

describe("diff", () => {
  it("tells each change at its own place", async () => {
    const annotations = { "pulumi.com/skipAwait": "true" };
    const base = deployment(namespace, "web");
    const made = await kube.create(DEPLOYMENT, "web", { ...base, metadata: { name: "web", namespace, annotations } });
    const container = { name: "app", image: "plumbline.dev/app:2", env: [{ name: "A", value: "1" }] };
    const news = {
      ...deployment(namespace, "web", { replicas: 3 }, { containers: [container] }),
      metadata: { name: "web", namespace, labels: { "app.kubernetes.io/part-of": "shop" } },
    };
    const { told } = await changesOf(made, news);
    expect(told.sort()).toEqual([
      "add metadata.labels",
      "add spec.template.spec.containers[0].env",
      "delete metadata.annotations",
      "update spec.replicas",
      "update spec.template.spec.containers[0].image",
    ]);
  });

  it("replaces a ConfigMap whose data change, unless the provider allows the change in place", async () => {
    const made = await kube.create(CONFIG_MAP, "c", configMap(namespace, "c", { a: "1" }));
    const news = configMap(namespace, "c", { a: "2" });
    expect(await changesOf(made, news)).toEqual({ told: ["update-replace data.a"], deleteBeforeReplace: true });
    const mutable = await Driver.open({ kubeconfig: cluster.kubeconfig, enableConfigMapMutable: "true" });
    expect(await changesOf(made, news, mutable)).toEqual({ told: ["update data.a"], deleteBeforeReplace: false });
    const immutable = await mutable.create(CONFIG_MAP, "i", {
      ...configMap(namespace, "i", { a: "1" }),
      immutable: true,
    });
    const changed = { ...configMap(namespace, "i", { a: "2" }), immutable: true };
    expect((await changesOf(immutable, changed, mutable)).told).toEqual(["update-replace data.a"]);
  });

  it("replaces before deleting where the name is made up, or another one", async () => {
    const made = await kube.create(CONFIG_MAP, "auto", configMap(namespace, undefined, { a: "1" }));
    expect((await changesOf(made, configMap(namespace, undefined, { a: "2" }))).deleteBeforeReplace).toBe(false);
    const named = await kube.create(CONFIG_MAP, "named", configMap(namespace, "named", { a: "1" }));
    const renamed = await changesOf(named, configMap(namespace, "other", { a: "1" }));
    expect(renamed).toEqual({ told: ["update-replace metadata.name"], deleteBeforeReplace: false });
  });

  it("replaces an object that moves to another namespace", async () => {
    const made = await kube.create(CONFIG_MAP, "moving", configMap(namespace, "moving", { a: "1" }));
    const moved = await changesOf(made, configMap("default", "moving", { a: "1" }));
    expect(moved).toEqual({ told: ["update-replace metadata.namespace"], deleteBeforeReplace: false });
  });

  it("sees no difference in a secret mark, and a difference in a secret's value", async () => {
    const made = await kube.create(CONFIG_MAP, "s", configMap(namespace, "s", { a: new Secret("12345678") }));
    expect((await changesOf(made, configMap(namespace, "s", { a: "12345678" }))).told).toEqual([]);
    expect((await changesOf(made, configMap(namespace, "s", { a: new Secret("1") }))).told).toEqual([
      "update-replace data.a",
    ]);
  });

  it("asks the API server about immutable fields that no table knows", async () => {
    const claim = (size: string, volumeMode: string) => ({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data", namespace, annotations: { "pulumi.com/skipAwait": "true" } },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "none",
        volumeMode,
        resources: { requests: { storage: size } },
      },
    });
    const made = await kube.create("kubernetes:core/v1:PersistentVolumeClaim", "data", claim("1Gi", "Filesystem"));
    const { told } = await changesOf(made, claim("1Gi", "Block"));
    expect(told).toEqual(["update-replace spec.volumeMode"]);
  });

  it("ignores what the program asks to be ignored", async () => {
    const made = await kube.create(CONFIG_MAP, "quiet", configMap(namespace, "quiet", { a: "1", b: "1" }));
    const { changes } = await kube.diff(made, configMap(namespace, "quiet", { a: "2", b: "1" }), {
      ignoreChanges: ["data.a"],
    });
    expect(changes).toEqual([]);
  });

  it("replaces a Job that has not completed, where the annotation asks for it", async () => {
    const job = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        name: "once",
        namespace,
        annotations: { "pulumi.com/replaceUnready": "true", "pulumi.com/skipAwait": "true" },
      },
      spec: {
        template: {
          spec: { restartPolicy: "Never", nodeSelector: { none: "none" }, containers: [{ name: "a", image: "a:1" }] },
        },
      },
    };
    const made = await kube.create("kubernetes:batch/v1:Job", "once", job);
    const { told, deleteBeforeReplace } = await changesOf(made, job);
    expect(told).toEqual(['update-replace metadata.annotations["pulumi.com/replaceUnready"]']);
    expect(deleteBeforeReplace).toBe(true);
  });
});

describe("refresh", () => {
  const key = (name: string, kind: string, apiVersion = "v1") => ({ apiVersion, kind, namespace, name });

  it("sees no drift in what the API server writes another way, or fills in", async () => {
    const resources = { requests: { cpu: "1000m", memory: "1024Mi" }, limits: { cpu: "2000m" } };
    const container = { name: "app", image: "a:1", ports: [{ containerPort: 8080 }], resources };
    const made = await kube.create(
      DEPLOYMENT,
      "sized",
      deployment(namespace, "sized", {}, { containers: [container] }),
    );
    const now = await kube.refresh(made);
    expect(now?.inputs).toEqual(made.inputs);
    expect((await kube.diff(now ?? made, made.inputs)).changes).toEqual([]);
  });

  it("sees what others changed in the program's fields, and only that", async () => {
    const env = [
      { name: "LEVEL", value: "info" },
      { name: "REGION", value: "eu" },
    ];
    const containers = [{ name: "app", image: "a:1", env }];
    const made = await kube.create(DEPLOYMENT, "drifting", deployment(namespace, "drifting", {}, { containers }));
    const patch = [
      { op: "replace", path: "/spec/template/spec/containers/0/env/0/value", value: "debug" },
      { op: "add", path: "/spec/template/spec/containers/0/env/0", value: { name: "MESH", value: "on" } },
      { op: "add", path: "/spec/template/spec/containers/0", value: { name: "sidecar", image: "s:1" } },
      { op: "add", path: "/metadata/labels", value: { team: "x" } },
    ];
    await cluster.api.patch(key("drifting", "Deployment", "apps/v1"), patch, "mesh");
    const now = await kube
      .refresh({ ...made, outputs: made.outputs })
      .catch((error: { inputs: typeof made.inputs; outputs: typeof made.outputs }) => ({
        ...made,
        inputs: error.inputs,
        outputs: error.outputs,
      }));
    const { changes } = await kube.diff(now ?? made, made.inputs);
    expect(changes.map(({ path, kind }) => `${kind} ${formatPath(path)}`)).toEqual([
      "update spec.template.spec.containers[0].env[0].value",
    ]);
  });

  it("sees a field that is gone, and an item of a list that is gone", async () => {
    const made = await kube.create(CONFIG_MAP, "thinned", configMap(namespace, "thinned", { a: "1", b: "2" }));
    await cluster.api.patch(key("thinned", "ConfigMap"), { data: { b: null } }, "somebody");
    const now = await kube.refresh(made);
    expect(now?.inputs.data).toEqual({ a: "1" });
    const { changes } = await kube.diff(now ?? made, made.inputs);
    expect(changes.map(({ path, kind }) => `${kind} ${formatPath(path)}`)).toEqual(["add data.b"]);
  });

  it("sees drift of a Secret that was given as stringData, and keeps it secret", async () => {
    const news = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "k", namespace },
      stringData: { a: "one-one", b: "two-two" },
    };
    const made = await kube.create("kubernetes:core/v1:Secret", "k", news);
    expect((await kube.refresh(made))?.inputs).toEqual(made.inputs);
    await cluster.api.patch(key("k", "Secret"), { data: { a: btoa("changed-it") } }, "somebody");
    const now = await kube.refresh(made);
    expect(now?.inputs.stringData).toBeInstanceOf(Secret);
    expect(look(now?.inputs.stringData, "a")).toBe("changed-it");
    expect(look(now?.inputs.stringData, "b")).toBe("two-two");
  });

  it("takes over what an interrupted run made, by its inputs alone, and updates it without a conflict", async () => {
    const made = await kube.create(DEPLOYMENT, "cut", deployment(namespace, "cut"));
    const adopted = await kube.refresh({ ...made, outputs: {} });
    expect(adopted?.inputs).toEqual(made.inputs);
    const changed = await kube.update(adopted ?? made, deployment(namespace, "cut", { replicas: 1 }));
    expect(look(changed.outputs, "spec", "replicas")).toBe(1);
  });

  it("tells that an object is gone, or its kind", async () => {
    const made = await kube.create(CONFIG_MAP, "lost", configMap(namespace, "lost", {}));
    await cluster.api.delete(key("lost", "ConfigMap"), "Background");
    expect(await kube.refresh(made)).toBeUndefined();
    const odd = { ...made, type: "kubernetes:x.io/v1:Thing", inputs: { apiVersion: "x.io/v1", kind: "Thing" } };
    expect(await kube.refresh(odd)).toBeUndefined();
  });

  it("tells of an object that is not well, with its state", async () => {
    const skip = { "pulumi.com/skipAwait": "true" };
    const base = deployment(namespace, "unwell", {}, { nodeSelector: { none: "none" } });
    const made = await kube.create(DEPLOYMENT, "unwell", {
      ...base,
      metadata: { name: "unwell", namespace, annotations: skip },
    });
    const awaited = { ...made, inputs: { ...made.inputs, metadata: { name: "unwell", namespace } } };
    await expect(kube.refresh(awaited)).rejects.toMatchObject({
      id: `${namespace}/unwell`,
      // Its pods' troubles come too, if the scheduler has looked at them by then.
      reasons: expect.arrayContaining([expect.stringContaining("failed to initialize")]),
    });
  });

  it("gives all inputs of an object that Pulumi does not know, and no more", async () => {
    const object = { ...deployment(namespace, "found"), metadata: { name: "found", namespace, labels: { a: "b" } } };
    await cluster.api.create(object, "kubectl", false);
    const found = await kube.import(DEPLOYMENT, "found", `${namespace}/found`);
    expect(found?.inputs).toMatchObject({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { labels: { a: "b" } },
      spec: { replicas: 2 },
    });
    expect(found?.inputs.status).toBeUndefined();
    expect(Object.keys(found?.inputs.metadata ?? {}).sort()).toEqual(["labels", "name", "namespace"]);
    expect(await kube.import(CONFIG_MAP, "x", `${namespace}/does-not-exist`)).toBeUndefined();
    await expect(kube.import(CONFIG_MAP, "x", "a/b/c")).rejects.toThrow('allowed: "name" or "namespace/name"');
  });
});
