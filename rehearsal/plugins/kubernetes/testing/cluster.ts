import { KubeApi } from "../client/api.ts";
import { isTransient } from "../client/error.ts";
import { retrying } from "../client/retry.ts";
import { Transport } from "../client/transport.ts";
import { connect } from "../kubeconfig/connect.ts";
import { selectContext } from "../kubeconfig/kubeconfig.ts";
import { loadKubeconfig } from "../kubeconfig/load.ts";
import type { KubeObject } from "../object.ts";

/** A real API server to test against. */
export interface TestCluster {
  /** Path of its kubeconfig. */
  readonly kubeconfig: string;
  readonly api: KubeApi;
  /** Makes a namespace with a name of its own, and tells it. */
  namespace(): Promise<string>;
  /** Deletes the namespaces that were made. */
  close(): Promise<void>;
}

/** The cluster of `PLUMBLINE_TEST_KUBECONFIG`, which the `real` test project starts and sets. */
export async function testCluster(): Promise<TestCluster> {
  const kubeconfig = process.env.PLUMBLINE_TEST_KUBECONFIG;
  if (!kubeconfig) throw new Error("PLUMBLINE_TEST_KUBECONFIG is not set: run this test in vitest's project `real`");
  const { config, source } = loadKubeconfig(kubeconfig);
  const api = new KubeApi(new Transport(connect(selectContext(config, {}, source)), 30_000));
  const namespaces: string[] = [];
  return {
    kubeconfig,
    api,
    async namespace() {
      const object = { apiVersion: "v1", kind: "Namespace", metadata: { generateName: "provider-test-" } };
      const { metadata } = await api.create(object, "test", false);
      namespaces.push(metadata.name);
      await serviceAccountIn(api, metadata.name);
      return metadata.name;
    },
    async close() {
      for (const name of namespaces)
        await api.delete({ apiVersion: "v1", kind: "Namespace", name }, "Background").catch(() => {});
      api.close();
    },
  };
}

/** Pods are refused in a new namespace until its service account is there. */
async function serviceAccountIn(api: KubeApi, namespace: string): Promise<KubeObject> {
  const key = { apiVersion: "v1", kind: "ServiceAccount", namespace, name: "default" };
  return retrying(() => api.get(key), { when: () => true, forMs: 20_000, signal: new AbortController().signal });
}

/** Tries until an answer passes, for what controllers do in their own time. */
export async function eventually<Result>(
  ask: () => Promise<Result>,
  passes: (result: Result) => boolean,
  forMs = 20_000,
): Promise<Result> {
  const signal = new AbortController().signal;
  return retrying(
    async () => {
      const result = await ask();
      if (!passes(result)) throw new Error(`not yet: ${JSON.stringify(result)}`);
      return result;
    },
    { when: (error) => isTransient(error) || error instanceof Error, forMs, signal },
  );
}
