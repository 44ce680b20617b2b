import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestCluster, testCluster } from "./testing/cluster.ts";
import { CONFIG_MAP, configMap, Driver, look } from "./testing/resources.ts";

let cluster: TestCluster;
let namespace: string;
let dir: string;

beforeAll(async () => {
  cluster = await testCluster();
  namespace = await cluster.namespace();
  dir = mkdtempSync(join(tmpdir(), "provider-config-"));
});
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await cluster?.close();
});

/** A kubeconfig for a port where nothing listens. */
function unreachable(): string {
  const path = join(dir, "unreachable");
  const text = readFileSync(cluster.kubeconfig, "utf8").replace(/https:\/\/127\.0\.0\.1:\d+/, "https://127.0.0.1:1");
  writeFileSync(path, text);
  return path;
}

describe("configuration", () => {
  it("takes the kubeconfig as a path or as contents", async () => {
    for (const kubeconfig of [cluster.kubeconfig, readFileSync(cluster.kubeconfig, "utf8")]) {
      const kube = await Driver.open({ kubeconfig, namespace });
      const made = await kube.create(CONFIG_MAP, "c", configMap(namespace, undefined, { a: "1" }));
      await kube.delete(made);
    }
  });

  it("without a cluster: previews inputs as they are, and says why it cannot make anything", {
    timeout: 30_000,
  }, async () => {
    const kube = await Driver.open({ kubeconfig: unreachable() });
    const news = configMap("default", "c", { a: "1" });
    const preview = await kube.create(CONFIG_MAP, "c", news, { preview: true });
    expect(look(preview.outputs, "data")).toEqual({ a: "1" });
    await expect(kube.create(CONFIG_MAP, "c", news)).rejects.toThrow(
      /configured Kubernetes cluster is unreachable: the API server at https:\/\/127\.0\.0\.1:1 cannot be reached/,
    );
    await expect(kube.refresh(preview)).rejects.toThrow("PULUMI_K8S_DELETE_UNREACHABLE");
    await expect(kube.delete(preview)).rejects.toThrow("PULUMI_K8S_DELETE_UNREACHABLE");
  });

  it("deleteUnreachable and skipUpdateUnreachable do what they say", { timeout: 30_000 }, async () => {
    const state = {
      type: CONFIG_MAP,
      name: "c",
      id: "default/c",
      inputs: configMap("default", "c", {}),
      outputs: configMap("default", "c", {}),
    };
    const deleting = await Driver.open({ kubeconfig: unreachable(), deleteUnreachable: "true" });
    expect(await deleting.refresh(state)).toBeUndefined();
    await expect(deleting.delete(state)).resolves.toBeUndefined();
    const skipping = await Driver.open({ kubeconfig: unreachable(), skipUpdateUnreachable: "true" });
    expect(await skipping.check(CONFIG_MAP, "c", configMap("default", "c", { a: "new" }), state.inputs)).toEqual(
      state.inputs,
    );
    expect(await skipping.refresh(state)).toMatchObject({ id: "default/c" });
  });

  it("names what is wrong with a kubeconfig", async () => {
    const make = async (kubeconfig: string, context?: string) => {
      const kube = await Driver.open({ kubeconfig, ...(context && { context }) });
      return kube.create(CONFIG_MAP, "c", configMap("default", "c", {}));
    };
    await expect(make(join(dir, "missing"))).rejects.toThrow(
      /no kubeconfig: \S+missing .* does not exist; set KUBECONFIG/,
    );
    await expect(make(cluster.kubeconfig, "nowhere")).rejects.toThrow(/has no context "nowhere"; it has: \S+/);
    await expect(make("a: [1\n")).rejects.toThrow("is not YAML");
  });

  it("decodes manifests, with the default namespace for what lives in one", async () => {
    const kube = await Driver.open({ kubeconfig: cluster.kubeconfig });
    const text = [
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}",
      "# nothing but a comment",
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}",
      "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: own}}]",
    ].join("\n---\n");
    const request = { token: "kubernetes:yaml:decode", args: { text, defaultNamespace: "d" }, preview: false };
    const answer = await kube.provider.invoke?.(request, kube.call());
    expect(answer).toEqual({
      result: {
        result: [
          { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "d" } },
          { apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } },
          { apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace: "own" } },
        ],
      },
    });
    const helm = kube.provider.invoke?.({ token: "kubernetes:helm:template", args: {}, preview: false }, kube.call());
    await expect(helm).rejects.toThrow("does not run Helm");
  });
});
