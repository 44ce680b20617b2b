import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InitFailed, type PropertyMap, reveal, Secret, UNKNOWN } from "../rpc/index.ts";
import { eventually, type TestCluster, testCluster } from "./testing/cluster.ts";
import { cuttableLine } from "./testing/line.ts";
import { CONFIG_MAP, configMap, DEPLOYMENT, Driver, deployment, look, type Resource } from "./testing/resources.ts";

let cluster: TestCluster;
let kube: Driver;
let namespace: string;

beforeAll(async () => {
  cluster = await testCluster();
  namespace = await cluster.namespace();
  const mutable = { enableConfigMapMutable: "true", enableSecretMutable: "true" };
  kube = await Driver.open({ kubeconfig: cluster.kubeconfig, namespace, ...mutable });
});
afterAll(() => cluster?.close());

const key = (name: string, kind = "ConfigMap") => ({ apiVersion: "v1", kind, namespace, name });
const live = async (name: string) => cluster.api.get(key(name));

describe("preview", () => {
  it("shows what the API server would make of it, without a status, and makes nothing", async () => {
    const { outputs } = await kube.create(DEPLOYMENT, "ghost", deployment(namespace, "ghost"), { preview: true });
    expect(look(outputs, "spec", "strategy", "type")).toBe("RollingUpdate");
    expect(look(outputs, "status")).toBeUndefined();
    await expect(cluster.api.get({ ...key("ghost", "Deployment"), apiVersion: "apps/v1" })).rejects.toThrow(
      "not found",
    );
  });

  it("gives back inputs that are not known yet as they are", async () => {
    const news = configMap(namespace, "later", { ip: UNKNOWN, password: new Secret("s3cret-value") });
    const { outputs } = await kube.create(CONFIG_MAP, "later", news, { preview: true });
    expect(look(outputs, "data", "ip")).toBe(UNKNOWN);
    expect(look(outputs, "data", "password")).toBeInstanceOf(Secret);
  });

  it("accepts a namespace and a kind that are made in the same update", async () => {
    const nowhere = configMap("not-yet", "a", { a: "1" });
    expect((await kube.create(CONFIG_MAP, "a", nowhere, { preview: true })).outputs).toMatchObject(nowhere);
    const custom = { apiVersion: "x.io/v1", kind: "Thing", metadata: { name: "t" }, spec: {} };
    expect((await kube.create("kubernetes:x.io/v1:Thing", "t", custom, { preview: true })).outputs).toMatchObject(
      custom,
    );
  });

  it("refuses what the API server would refuse", async () => {
    const bad = deployment(namespace, "bad", { replicas: -1 });
    await expect(kube.create(DEPLOYMENT, "bad", bad, { preview: true })).rejects.toThrow("spec.replicas");
  });

  it("shows an update and does not make it", async () => {
    const made = await kube.create(CONFIG_MAP, "shown", configMap(namespace, "shown", { a: "1" }));
    const { outputs } = await kube.update(made, configMap(namespace, "shown", { a: "2" }), { preview: true });
    expect(look(outputs, "data", "a")).toBe("2");
    expect((await live("shown")).data).toEqual({ a: "1" });
  });
});

describe("create", () => {
  it("fails where there is one already, and says how to take it over", async () => {
    await kube.create(CONFIG_MAP, "twice", configMap(namespace, "twice", { a: "1" }));
    const again = kube.create(CONFIG_MAP, "twice", configMap(namespace, "twice", { a: "2" }));
    await expect(again).rejects.toThrow(/already exists[\s\S]*import it/);
    expect((await live("twice")).data).toEqual({ a: "1" });
  });

  it("overwrites with upsertExistingObjects", async () => {
    const upserting = await Driver.open({ kubeconfig: cluster.kubeconfig, namespace, upsertExistingObjects: "true" });
    await cluster.api.apply({ ...configMap(namespace, "theirs", { a: "1" }) } as never, {
      manager: "m",
      force: true,
      dryRun: false,
    });
    await upserting.create(CONFIG_MAP, "theirs", configMap(namespace, "theirs", { b: "2" }));
    expect((await live("theirs")).data).toEqual({ a: "1", b: "2" });
  });

  it("waits for the namespace that comes a moment later", async () => {
    const late = `${namespace}-late`;
    const making = kube.create(CONFIG_MAP, "early", configMap(late, "early", { a: "1" }));
    const retried = async () => kube.statuses.some((status) => /trying again: namespaces "\S+" not found/.test(status));
    await eventually(retried, (seen) => seen);
    await cluster.api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: late } }, "test", false);
    expect((await making).id).toBe(`${late}/early`);
    await cluster.api.delete({ apiVersion: "v1", kind: "Namespace", name: late }, "Background");
  });

  it.each([
    ["was made", true],
    ["was not made", false],
  ])("keeps an object in the state that %s when its answer was lost: a refresh tells", async (_what, arrives) => {
    const line = await cuttableLine(cluster.kubeconfig);
    const far = await Driver.open({ kubeconfig: line.kubeconfig, namespace });
    const name = arrives ? "answered-late" : "never-came";
    const inputs = configMap(namespace, name, { a: "1", password: new Secret("s3cret-value") });
    await far.create(CONFIG_MAP, `${name}-first`, configMap(namespace, `${name}-first`, {}));
    line.cut(arrives ? "answers" : "requests");
    const lost = await far.create(CONFIG_MAP, name, inputs, { timeoutSeconds: 1 }).catch((error: unknown) => error);
    await line.close();
    expect(lost).toBeInstanceOf(InitFailed);
    const { id, outputs, reasons } = lost as InitFailed;
    expect(reasons).toEqual([
      expect.stringMatching(/whether ConfigMap \S+ was created is not known; a refresh will tell/),
    ]);
    expect(look(outputs, "data", "password")).toBeInstanceOf(Secret);
    const found = await kube.refresh({ type: CONFIG_MAP, name, id, inputs, outputs });
    if (!arrives) return expect(found).toBeUndefined();
    const changed = await kube.update(found as Resource, configMap(namespace, name, { a: "2" }));
    expect(look(changed.outputs, "data")).toEqual({ a: "2" });
  });

  it("never takes somebody else's object for one whose answer was lost", async () => {
    const line = await cuttableLine(cluster.kubeconfig);
    const far = await Driver.open({ kubeconfig: line.kubeconfig, namespace });
    await cluster.api.create(configMap(namespace, "strangers", { theirs: "x" }) as never, "somebody", false);
    const inputs = configMap(namespace, "strangers", { ours: "1" });
    line.cut("answers");
    const lost = await far.create(CONFIG_MAP, "strangers", inputs, { timeoutSeconds: 1 }).catch((error) => error);
    await line.close();
    const { id, outputs } = lost as InitFailed;
    const ours: Resource = { type: CONFIG_MAP, name: "strangers", id, inputs, outputs };
    expect(await kube.refresh(ours)).toBeUndefined();
    await expect(kube.update(ours, configMap(namespace, "strangers", { ours: "2" }))).rejects.toThrow("already exists");
    await kube.delete(ours);
    expect((await live("strangers")).data).toEqual({ theirs: "x" });
  });

  it("sees no drift in how an object is spelled whose answer was lost", async () => {
    const line = await cuttableLine(cluster.kubeconfig);
    const far = await Driver.open({ kubeconfig: line.kubeconfig, namespace });
    await far.create(CONFIG_MAP, "first-of-quota", configMap(namespace, "first-of-quota", {}));
    const metadata = { name: "spelled", namespace };
    const inputs = { apiVersion: "v1", kind: "ResourceQuota", metadata, spec: { hard: { "limits.cpu": "1000m" } } };
    const type = "kubernetes:core/v1:ResourceQuota";
    line.cut("answers");
    const lost = await far.create(type, "spelled", inputs, { timeoutSeconds: 1 }).catch((error) => error);
    await line.close();
    const { id, outputs } = lost as InitFailed;
    const found = await kube.refresh({ type, name: "spelled", id, inputs, outputs });
    expect((await kube.diff(found as Resource, inputs)).changes).toEqual([]);
    await kube.delete(found as Resource);
  });

  it("shows the API server's warning about a field that it does not know", async () => {
    const news = { ...configMap(namespace, "odd", {}), colour: "red" };
    await kube.create(CONFIG_MAP, "odd", news);
    expect(kube.logs).toContainEqual(expect.stringMatching(/^warning: the API server says: .*unknown field "colour"/));
  });

  it("keeps secrets out of the error, also as the API server quotes them", async () => {
    const bad = {
      ...configMap(namespace, "leak", {}),
      metadata: { name: "leak", namespace, labels: { a: new Secret("top secret!") } },
    };
    const failure = await kube.create(CONFIG_MAP, "leak", bad).catch((error: Error) => error.message);
    expect(failure).toContain("[secret]");
    expect(failure).not.toContain("top secret!");
  });
});

describe("update", () => {
  it("takes away what the program no longer sets, from the first update on", async () => {
    const made = await kube.create(CONFIG_MAP, "less", configMap(namespace, "less", { a: "1", b: "2" }));
    await kube.update(made, configMap(namespace, "less", { a: "1" }));
    expect((await live("less")).data).toEqual({ a: "1" });
  });

  it("sets a field that the API server had filled in so far", async () => {
    const made = await kube.create(DEPLOYMENT, "filled", deployment(namespace, "filled"));
    const changed = await kube.update(made, deployment(namespace, "filled", { revisionHistoryLimit: 3 }));
    expect(look(changed.outputs, "spec", "revisionHistoryLimit")).toBe(3);
    const back = await kube.update(changed, deployment(namespace, "filled"));
    expect(look(back.outputs, "spec", "revisionHistoryLimit")).toBe(10);
  });

  it("leaves alone what others have added", async () => {
    const made = await kube.create(CONFIG_MAP, "shared", configMap(namespace, "shared", { a: "1" }));
    await cluster.api.patch(key("shared"), { data: { theirs: "x" } }, "controller");
    await kube.update(made, configMap(namespace, "shared", { a: "2" }));
    expect((await live("shared")).data).toEqual({ a: "2", theirs: "x" });
  });

  it("reports a field that another manager has taken, then takes it with the annotation", async () => {
    const made = await kube.create(CONFIG_MAP, "fought", configMap(namespace, "fought", { a: "1" }));
    await cluster.api.patch(key("fought"), { data: { a: "theirs" } }, "controller");
    const wanted = configMap(namespace, "fought", { a: "2" });
    await expect(kube.update(made, wanted)).rejects.toThrow(/\.data\.a: conflict with "controller"[\s\S]*patchForce/);
    const metadata = { name: "fought", namespace, annotations: { "pulumi.com/patchForce": "true" } };
    await kube.update(made, { ...wanted, metadata });
    expect((await live("fought")).data).toEqual({ a: "2" });
  });

  it("takes back what was changed by hand with kubectl", async () => {
    const made = await kube.create(CONFIG_MAP, "edited", configMap(namespace, "edited", { a: "1" }));
    await cluster.api.patch(key("edited"), { data: { a: "by hand" } }, "kubectl-edit");
    await kube.update(made, configMap(namespace, "edited", { a: "1" }));
    expect((await live("edited")).data).toEqual({ a: "1" });
  });

  it("uses the manager of the annotation, and lets the former one go", async () => {
    const made = await kube.create(CONFIG_MAP, "managed", configMap(namespace, "managed", { a: "1" }));
    const first = await kube.update(made, configMap(namespace, "managed", { a: "2" }));
    const former = look(first.outputs, "__fieldManager");
    const metadata = { name: "managed", namespace, annotations: { "pulumi.com/patchFieldManager": "team-a" } };
    const second = await kube.update(first, { ...configMap(namespace, "managed", { a: "2" }), metadata });
    expect(look(second.outputs, "__fieldManager")).toBe("team-a");
    const managers = (look(second.outputs, "metadata", "managedFields") as PropertyMap[]).map(({ manager }) => manager);
    expect(managers).toContain("team-a");
    expect(managers).not.toContain(former);
  });

  it("leaves an ignored field to the manager that has it", async () => {
    const made = await kube.create(DEPLOYMENT, "scaled", deployment(namespace, "scaled", { replicas: 1 }));
    const where = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "scaled" };
    await cluster.api.patch(where, { spec: { replicas: 3 } }, "autoscaler");
    const labelled = {
      ...deployment(namespace, "scaled", { replicas: 1 }),
      metadata: { name: "scaled", namespace, labels: { v: "2" } },
    };
    const changed = await kube.update(made, labelled, { ignoreChanges: ["spec.replicas"] });
    expect(look(changed.outputs, "spec", "replicas")).toBe(3);
    expect(look(changed.outputs, "metadata", "labels", "v")).toBe("2");
  });

  it("keeps the live value of an ignored field that nobody else has: leaving it out would remove it", async () => {
    const where = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "unscaled" };
    const version = (v: string, replicas: number) => ({
      ...deployment(namespace, "unscaled", { replicas }),
      metadata: { name: "unscaled", namespace, labels: { v } },
    });
    const ignoring = { ignoreChanges: ["spec.replicas"] };
    const made = await kube.create(DEPLOYMENT, "unscaled", version("1", 3));
    const changed = await kube.update(made, version("2", 3), ignoring);
    expect(look(changed.outputs, "spec", "replicas")).toBe(3);
    const again = await kube.update(changed, version("3", 3), ignoring);
    expect(look(again.outputs, "spec", "replicas")).toBe(3);
    await cluster.api.patch(where, { spec: { replicas: 5 } }, "kubectl");
    const scaled = await kube.update(again, version("4", 3), ignoring);
    expect(look(scaled.outputs, "spec", "replicas")).toBe(5);
    expect(look(scaled.outputs, "metadata", "labels", "v")).toBe("4");
  });

  it("without server-side apply: changes, adds and takes away by a merge patch", async () => {
    const plain = await Driver.open({
      kubeconfig: cluster.kubeconfig,
      enableServerSideApply: "false",
      enableConfigMapMutable: "true",
    });
    const made = await plain.create(CONFIG_MAP, "merged", configMap(namespace, "merged", { a: "1", b: "2" }));
    expect(look(made.outputs, "metadata", "labels", "app.kubernetes.io/managed-by")).toBe("pulumi");
    await plain.update(made, configMap(namespace, "merged", { a: "3", c: "4" }));
    expect((await live("merged")).data).toEqual({ a: "3", c: "4" });
  });

  it("says what to do about an object that is gone", async () => {
    const made = await kube.create(CONFIG_MAP, "gone", configMap(namespace, "gone", { a: "1" }));
    await cluster.api.delete(key("gone"), "Background");
    await expect(kube.update(made, configMap(namespace, "gone", { a: "2" }))).rejects.toThrow(
      /is gone from the cluster; run `pulumi refresh`/,
    );
  });
});

describe("secrets", () => {
  const secret = (stringData: PropertyMap) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "keys", namespace },
    stringData,
  });

  it("marks data and stringData of a Secret, given as secret or not; nothing else carries them in clear", async () => {
    const made = await kube.create("kubernetes:core/v1:Secret", "keys", secret({ password: "pa55word" }));
    expect(made.inputs.stringData).toBeInstanceOf(Secret);
    expect(made.outputs.data).toBeInstanceOf(Secret);
    expect(JSON.stringify(made)).not.toMatch(new RegExp(`pa55word|${btoa("pa55word")}`));
    const less = await kube.update(made, secret({ user: "u" }));
    expect(reveal(less.outputs.data ?? null)).toEqual({ user: btoa("u") });
    await kube.delete(less);
  });

  it("hides what kubectl apply has noted down", async () => {
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"password":"cGE1NQ=="}}' };
    await cluster.api.create(
      { apiVersion: "v1", kind: "Secret", metadata: { name: "noted", namespace, annotations } },
      "kubectl",
      false,
    );
    const found = await kube.import("kubernetes:core/v1:Secret", "noted", `${namespace}/noted`);
    expect(JSON.stringify(found)).not.toMatch(/cGE1NQ==/);
  });
});

describe("patch resources", () => {
  const PATCH = "kubernetes:core/v1:ConfigMapPatch";

  it("fails where there is nothing to patch", async () => {
    const patching = kube.create(PATCH, "p", configMap(namespace, "nothing", { a: "1" }), { timeoutSeconds: 1 });
    await expect(patching).rejects.toThrow("not found");
  });

  it("changes only its own fields, keeps the object when deleted, and never replaces it", async () => {
    await kube.create(CONFIG_MAP, "target", configMap(namespace, "target", { theirs: "1" }));
    const patch = await kube.create(PATCH, "p", configMap(namespace, "target", { ours: "1" }));
    const { changes } = await kube.diff(patch, configMap(namespace, "target", { ours: "2" }));
    expect(changes).toEqual([{ path: ["data", "ours"], kind: "update" }]);
    const changed = await kube.update(patch, configMap(namespace, "target", { ours: "2" }));
    expect((await live("target")).data).toEqual({ theirs: "1", ours: "2" });
    await kube.delete(changed);
    expect((await live("target")).data).toEqual({ theirs: "1" });
  });

  it("tells why a field that is required cannot be let go", async () => {
    const annotations = { "pulumi.com/patchForce": "true", "pulumi.com/skipAwait": "true" };
    const object = { ...deployment(namespace, "owned"), metadata: { name: "owned", namespace, annotations } };
    const nothing = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "owned", namespace } };
    const how = { manager: "first", force: true, dryRun: false };
    await cluster.api.apply(object as never, how);
    const patch = await kube.create("kubernetes:apps/v1:DeploymentPatch", "p", object);
    await cluster.api.apply(nothing, how);
    await expect(kube.delete(patch)).rejects.toThrow(/managing a required field[\s\S]*retainOnDelete/);
  });
});
