import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually, type TestCluster, testCluster } from "./testing/cluster.ts";
import { type EngineStack, engineStack } from "./testing/engine.ts";
import { ENCODED, labelsOf, PASSWORD, web } from "./testing/programs.ts";

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

/** A little of everything: what a service of the shop is made of. */
function shop() {
  const settings = new k8s.core.v1.ConfigMap("settings", { metadata: { namespace }, data: { level: "info" } });
  const deployment = web(namespace, "web");
  const service = new k8s.core.v1.Service(
    "web",
    {
      metadata: { namespace, name: "web" },
      spec: { selector: labelsOf("web"), ports: [{ port: 80, targetPort: 8080 }] },
    },
    { dependsOn: deployment },
  );
  return {
    settings: settings.metadata.name,
    ip: service.spec.clusterIP,
    replicas: deployment.status.availableReplicas,
  };
}

describe("a program with the SDK's classes", () => {
  it("is deployed, and changes nothing the second time", async () => {
    const first = await engine.up(async () => shop());
    expect(first.output).not.toContain("error");
    expect(first).toMatchObject({ ok: true, changes: { create: 4 } });
    expect(first.outputs).toMatchObject({ settings: expect.stringMatching(/^settings-[0-9a-f]{8}$/), replicas: 2 });
    const second = await engine.up(async () => shop());
    expect(second).toMatchObject({ ok: true, changes: { same: 4 } });
    const refreshed = await engine.up(async () => shop(), { refresh: true });
    expect(refreshed).toMatchObject({ ok: true, changes: { same: 4 } });
  });

  it("previews with values that are only known later, and touches nothing", async () => {
    const run = await engine.preview(async () => {
      const { ip } = shop();
      new k8s.core.v1.ConfigMap("address", { metadata: { namespace, name: "address" }, data: { ip } });
    });
    expect(run).toMatchObject({ ok: true });
    expect(run.steps.get("address")?.op).toBe("create");
    expect((await cluster.api.list("v1", "ConfigMap", namespace)).items.map((item) => item.metadata.name)).toEqual([
      "kube-root-ca.crt",
    ]);
  });

  it("puts back what changed in the cluster", async () => {
    const program = async () => void web(namespace, "web");
    await engine.up(program);
    const key = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "web" };
    await cluster.api.patch(key, { spec: { replicas: 5 } }, "kubectl-edit");
    const run = await engine.up(program, { refresh: true });
    expect(run).toMatchObject({ ok: true, changes: { update: 1 } });
    expect(run.steps.get("web")?.diff).toMatchObject({ "spec.replicas": { diffKind: "update" } });
    expect((await cluster.api.get(key)).spec).toMatchObject({ replicas: 2 });
  });

  it("makes anew what was deleted in the cluster", async () => {
    const program = async () => void web(namespace, "web");
    await engine.up(program);
    const key = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "web" };
    await cluster.api.delete(key, "Foreground");
    await eventually(
      () => cluster.api.list("apps/v1", "Deployment", namespace),
      ({ items }) => items.length === 0,
    );
    const run = await engine.up(program, { refresh: true });
    expect(run).toMatchObject({ ok: true, changes: { create: 1 } });
    expect((await cluster.api.get(key)).status).toMatchObject({ availableReplicas: 2 });
  });
});

describe("secrets", () => {
  it("are nowhere in clear in the state: a Secret's data, and whatever a secret was put into", async () => {
    const program = async () => {
      const password = pulumi.secret(PASSWORD);
      const credentials = new k8s.core.v1.Secret("db", { metadata: { namespace }, stringData: { password: PASSWORD } });
      new k8s.core.v1.ConfigMap("note", {
        metadata: { namespace },
        data: { url: pulumi.interpolate`db://${password}@db` },
      });
      new k8s.core.v1.ConfigMap("noted", {
        metadata: { namespace, annotations: { hint: password } },
        data: { a: "1" },
      });
      return { data: credentials.data };
    };
    const run = await engine.up(program);
    expect(run).toMatchObject({ ok: true });
    const { text, resources } = await engine.state();
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toContain(ENCODED);
    expect(run.output).not.toContain(PASSWORD);
    expect(run.output).not.toContain(ENCODED);
    expect(resources.filter(({ type }) => type.startsWith("kubernetes:"))).toHaveLength(3);
    const refreshed = await engine.up(program, { refresh: true });
    expect(refreshed).toMatchObject({ ok: true, changes: { same: 4 } });
    expect((await engine.state()).text).not.toMatch(new RegExp(`${PASSWORD}|${ENCODED}`));
  });

  it("are not quoted from the API server's refusals", async () => {
    const run = await engine.up(async () => {
      new k8s.core.v1.ConfigMap("bad", {
        metadata: { namespace, name: "bad", labels: { note: pulumi.secret("not a label: hunter2!") } },
      });
    });
    expect(run.ok).toBe(false);
    expect(run.output).toContain("metadata.labels");
    expect(run.output).not.toContain("hunter2");
  });
});

describe("replacement", () => {
  it("replaces a deployment whose selector changes, deleting first because its name stays", async () => {
    const program = (app: string) => async () =>
      void new k8s.apps.v1.Deployment("web", {
        metadata: { namespace, name: "web" },
        spec: {
          selector: { matchLabels: { app } },
          template: { metadata: { labels: { app } }, spec: { containers: [{ name: "web", image: "x:1" }] } },
        },
      });
    await engine.up(program("one"));
    const preview = await engine.preview(program("two"));
    expect(preview.steps.get("web")?.diff).toMatchObject({
      "spec.selector.matchLabels.app": { diffKind: "update-replace" },
      "spec.template.metadata.labels.app": { diffKind: "update" },
    });
    const run = await engine.up(program("two"));
    expect(run).toMatchObject({ ok: true, changes: { replace: 1 } });
  });

  it("makes the new one first where the name is made up", async () => {
    const program = (value: string) => async () => {
      const made = new k8s.core.v1.ConfigMap("settings", { metadata: { namespace }, data: { value } });
      return { name: made.metadata.name };
    };
    const first = await engine.up(program("one"));
    const second = await engine.up(program("two"));
    expect(second).toMatchObject({ ok: true, changes: { replace: 1 } });
    expect(second.outputs.name).not.toBe(first.outputs.name);
  });

  it("replaces where only the API server knows that a field is immutable", async () => {
    const program = (provisioner: string) => async () =>
      void new k8s.batch.v1.CronJob("nightly", {
        metadata: { namespace, name: "nightly" },
        spec: {
          schedule: "0 3 * * *",
          jobTemplate: {
            spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "a", image: provisioner }] } } },
          },
        },
      });
    await engine.up(program("a:1"));
    expect(await engine.up(program("a:2"))).toMatchObject({ ok: true, changes: { update: 1 } });
    const role = (name: string) => async () =>
      void new k8s.scheduling.v1.PriorityClass("urgent", {
        metadata: { name: `urgent-${namespace}` },
        value: name.length,
      });
    await engine.up(role("a"));
    expect(await engine.up(role("abc"))).toMatchObject({ ok: true, changes: { replace: 1 } });
  });
});

describe("import", () => {
  it("takes over an object that matches the program", async () => {
    const data = { level: "info" };
    await cluster.api.create(
      { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name: "old" }, data },
      "kubectl",
      false,
    );
    const program = async () =>
      void new k8s.core.v1.ConfigMap(
        "old",
        { metadata: { namespace, name: "old" }, data },
        { import: `${namespace}/old` },
      );
    const run = await engine.up(program);
    expect(run).toMatchObject({ ok: true, changes: { import: 1 } });
    expect(await engine.up(program)).toMatchObject({ ok: true, changes: { same: 2 } });
  });

  it("says so where an object is in the way", async () => {
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name: "taken" }, data: { mine: "1" } };
    await cluster.api.create(object, "kubectl", false);
    const run = await engine.up(
      async () =>
        void new k8s.core.v1.ConfigMap("taken", { metadata: { namespace, name: "taken" }, data: { mine: "2" } }),
    );
    expect(run.ok).toBe(false);
    expect(run.output).toContain("already exists");
    expect(run.output).toContain(`import it (ConfigMap id "${namespace}/taken")`);
    const key = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "taken" };
    expect((await cluster.api.get(key)).data).toEqual({ mine: "1" });
  });
});
