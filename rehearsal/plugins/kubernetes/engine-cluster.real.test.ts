import * as k8s from "@pulumi/kubernetes";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually, type TestCluster, testCluster } from "./testing/cluster.ts";
import { type EngineStack, engineStack } from "./testing/engine.ts";
import { ENCODED, PASSWORD, web } from "./testing/programs.ts";

let cluster: TestCluster;
let engine: EngineStack;
let namespace: string;

beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster?.close());
beforeEach(async () => {
  engine = await engineStack(cluster.kubeconfig);
  namespace = await cluster.namespace();
});
afterEach(() => engine?.remove());

describe("waits", () => {
  it("keeps an object that does not become ready, tells why, and goes on with it at the next up", async () => {
    const stuck = async () =>
      void web(namespace, "web", {
        pod: { nodeSelector: { disk: "none" } },
        annotations: { "pulumi.com/timeoutSeconds": "3" },
      });
    const run = await engine.up(stuck);
    expect(run.ok).toBe(false);
    expect(run.output).toContain("timed out waiting to be Ready");
    expect(run.output).toMatch(/\[Unschedulable\].*didn't match Pod's node affinity\/selector/s);
    const { resources } = await engine.state();
    const kept = resources.find(({ type }) => type === "kubernetes:apps/v1:Deployment");
    expect(kept).toMatchObject({
      id: `${namespace}/web`,
      initErrors: expect.arrayContaining([expect.stringContaining("web")]),
    });
    const fixed = await engine.up(async () => void web(namespace, "web"));
    expect(fixed).toMatchObject({ ok: true, changes: { update: 1 } });
    expect((await engine.state()).resources.find(({ id }) => id === `${namespace}/web`)?.initErrors).toBeUndefined();
  });

  it("stops at once when it is interrupted, keeps the object, and resumes", async () => {
    const stuck = async () => void web(namespace, "web", { pod: { nodeSelector: { disk: "none" } } });
    const key = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "web" };
    const interrupt = new AbortController();
    const running = engine.up(stuck, { signal: interrupt.signal });
    await eventually(
      () => cluster.api.get(key),
      ({ status }) => status !== undefined,
    );
    interrupt.abort();
    const run = await running;
    expect(run.ok).toBe(false);
    expect(run.output).toContain("the operation was cancelled");
    const { resources } = await engine.state();
    expect(resources.filter(({ type }) => type === "kubernetes:apps/v1:Deployment")).toHaveLength(1);
    expect(await engine.up(async () => void web(namespace, "web"))).toMatchObject({ ok: true });
    expect((await cluster.api.list("apps/v1", "Deployment", namespace)).items).toHaveLength(1);
  });
});

describe("server-side apply", () => {
  const key = () => ({ apiVersion: "v1", kind: "ConfigMap", namespace, name: "shared" });
  const shared =
    (value: string, annotations: Record<string, string> = {}) =>
    async () => {
      const provider = new k8s.Provider("cluster", { enableConfigMapMutable: true });
      const args = { metadata: { namespace, name: "shared", annotations }, data: { value, other: "x" } };
      new k8s.core.v1.ConfigMap("shared", args, { provider });
    };

  it("reports a conflict with its manager and fields, and takes over with patchForce", async () => {
    await engine.up(shared("one"));
    await engine.up(shared("two"));
    const metadata = { name: "shared", namespace };
    const theirs = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { value: "theirs" } };
    await cluster.api.apply(theirs, { manager: "platform-team", force: true, dryRun: false });
    const run = await engine.up(shared("three"));
    expect(run.ok).toBe(false);
    expect(run.output).toContain("platform-team");
    expect(run.output).toContain(".data.value");
    expect(run.output).toContain('pulumi.com/patchForce: "true"');
    expect(await engine.up(shared("three", { "pulumi.com/patchForce": "true" }))).toMatchObject({ ok: true });
    expect((await cluster.api.get(key())).data).toMatchObject({ value: "three" });
  });

  it("patches another's object with a patch resource, and lets go of the fields when it is deleted", async () => {
    const object = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name: "shared" },
      data: { theirs: "1" },
    };
    await cluster.api.create(object, "somebody", false);
    const patch = async () =>
      void new k8s.core.v1.ConfigMapPatch("ours", { metadata: { namespace, name: "shared" }, data: { ours: "2" } });
    expect(await engine.up(patch)).toMatchObject({ ok: true });
    expect((await cluster.api.get(key())).data).toEqual({ theirs: "1", ours: "2" });
    expect(await engine.up(patch)).toMatchObject({ ok: true, changes: { same: 2 } });
    expect(await engine.up(async () => {})).toMatchObject({ ok: true, changes: { delete: 1 } });
    expect((await cluster.api.get(key())).data).toEqual({ theirs: "1" });
  });

  it("removes from the cluster what is removed from the program", async () => {
    const program = (data: Record<string, string>) => async () => {
      const provider = new k8s.Provider("cluster", { enableConfigMapMutable: true, enableSecretMutable: true });
      new k8s.core.v1.ConfigMap("shared", { metadata: { namespace, name: "shared" }, data }, { provider });
      new k8s.core.v1.Secret("keys", { metadata: { namespace, name: "keys" }, stringData: data }, { provider });
    };
    await engine.up(program({ a: "1", b: "2" }));
    expect(await engine.up(program({ a: "1" }))).toMatchObject({ ok: true, changes: { update: 2 } });
    expect((await cluster.api.get(key())).data).toEqual({ a: "1" });
    expect((await cluster.api.get({ ...key(), kind: "Secret", name: "keys" })).data).toEqual({ a: "MQ==" });
  });
});

describe("manifests", () => {
  it("makes every object of a ConfigGroup, what others need first, and takes them away with it", async () => {
    const made = `${namespace}-made`;
    const yaml = [
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: inside, namespace: ${made}}\ndata: {a: "1"}`,
      `apiVersion: v1\nkind: Secret\nmetadata: {name: keys, namespace: ${made}}\nstringData: {password: ${PASSWORD}}`,
      `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${made}}`,
    ].join("\n---\n");
    const program = async () => {
      const group = new k8s.yaml.v2.ConfigGroup("group", { yaml });
      return { count: group.resources.apply((all) => all.length) };
    };
    expect(await engine.preview(program)).toMatchObject({ ok: true });
    const run = await engine.up(program);
    expect(run).toMatchObject({ ok: true, changes: { create: 5 }, outputs: { count: 3 } });
    expect([...run.steps.keys()]).toContain(`group:${made}/inside`);
    const { text } = await engine.state();
    expect(text).not.toMatch(new RegExp(`${PASSWORD}|${ENCODED}`));
    expect(await engine.up(program)).toMatchObject({ ok: true, changes: { same: 5 } });
    expect(await engine.up(async () => {})).toMatchObject({ ok: true, changes: { delete: 4 } });
    await expect(cluster.api.get({ apiVersion: "v1", kind: "Namespace", name: made })).rejects.toThrow("not found");
  });
});

describe("providers", () => {
  it("serves several at once, each with its own configuration", async () => {
    const other = await cluster.namespace();
    const run = await engine.up(async () => {
      const one = new k8s.Provider("one", { namespace });
      const two = new k8s.Provider("two", { namespace: other });
      const a = new k8s.core.v1.ConfigMap("a", { data: { a: "1" } }, { provider: one });
      const b = new k8s.core.v1.ConfigMap("b", { data: { b: "1" } }, { provider: two });
      return { a: a.metadata.namespace, b: b.metadata.namespace };
    });
    expect(run).toMatchObject({ ok: true, outputs: { a: namespace, b: other } });
  });

  it("refuses a context that the kubeconfig does not have, naming those it has", async () => {
    const run = await engine.up(async () => {
      const provider = new k8s.Provider("wrong", { context: "nowhere" });
      new k8s.core.v1.ConfigMap("a", { data: { a: "1" } }, { provider });
    });
    expect(run.ok).toBe(false);
    expect(run.output).toMatch(/has no context "nowhere"; it has: \S+/);
  });
});
