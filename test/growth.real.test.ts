import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { setWithClaims } from "../components/data/claims.ts";
import { growsOnly } from "../components/data/shrink.ts";
import { eventually, type TestCluster, testCluster } from "../rehearsal/plugins/kubernetes/testing/cluster.ts";
import { type EngineStack, engineStack } from "../rehearsal/plugins/kubernetes/testing/engine.ts";

const UNAWAITED = { "pulumi.com/skipAwait": "true" };

/** The engine, the plugin and the API server as they are; see the life of a rehearsal for whole stores. */
describe("a set with claims of its own", { timeout: 120_000 }, () => {
  let cluster: TestCluster;
  let stack: EngineStack;
  let namespace: string;

  beforeAll(async () => {
    cluster = await testCluster();
    stack = await engineStack(cluster.kubeconfig);
    namespace = await cluster.namespace();
  });
  afterAll(async () => {
    stack?.remove();
    await cluster?.close();
  });

  const set = (storage: string, replicas = 1) => {
    const labels = { app: "cache" };
    const container = {
      name: "server",
      image: "plumbline.dev/any:1",
      volumeMounts: [{ name: "data", mountPath: "/d" }],
    };
    const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } };
    const spec = {
      replicas,
      serviceName: "cache",
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
      volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim }],
    };
    return { metadata: { name: "cache", namespace, annotations: UNAWAITED }, spec };
  };
  const program =
    (...[storage, replicas]: Parameters<typeof set>) =>
    async () =>
      void setWithClaims('Redis "cache"', ["cache", set(storage, replicas), {}], {});
  const claims = async () => {
    const { items } = await cluster.api.list("v1", "PersistentVolumeClaim", namespace);
    const known = items as unknown as { metadata: { name: string; uid: string }; status: { capacity?: object } }[];
    return known.map(({ metadata, status }) => ({ ...metadata, capacity: status.capacity }));
  };
  const has = (count: number, storage: string) =>
    eventually(
      claims,
      (all) => all.filter(({ capacity }) => JSON.stringify(capacity) === `{"storage":"${storage}"}`).length === count,
    );

  test("waits for no claim to be bound, and its pods take the claims", async () => {
    const { ok, output, changes } = await stack.up(program("4Gi"));
    expect(ok, output).toBe(true);
    expect(changes.create).toBe(3);
    expect((await has(1, "4Gi")).map(({ name }) => name)).toEqual(["data-cache-0"]);
  });

  test("grows in place, and by a claim for each pod that is added", async () => {
    const [before] = await claims();
    const { ok, output, steps } = await stack.up(program("6Gi", 2));
    expect(ok, output).toBe(true);
    expect(steps.get("data-cache-0")?.op).toBe("update");
    expect(steps.get("data-cache-1")?.op).toBe("create");
    expect(steps.get("cache")).toMatchObject({ op: "update", diff: { "spec.replicas": expect.anything() } });
    expect(Object.keys(steps.get("cache")?.diff ?? {})).toEqual(["spec.replicas"]);
    const after = await has(2, "6Gi");
    expect(after.find(({ name }) => name === "data-cache-0")?.uid).toBe(before?.uid);
    expect((await stack.preview(program("6Gi", 2))).changes).toEqual({ same: 4 });
  });

  test("never shrinks: refused with what was given and what is allowed", async () => {
    const { ok, output } = await stack.up(program("5Gi", 2), { refresh: true });
    expect(ok).toBe(false);
    expect(output).toMatch(
      /Redis "cache" was given arguments that it cannot use:\n\s+storage: "5Gi" was given; allowed: 6Gi, which it has, or more/,
    );
    await has(2, "6Gi");
  });

  test("nor does what asks for its volumes by a field of its own, which the preview says", async () => {
    const postgres = (size: string) => async () =>
      void new CustomResource(
        "postgres",
        {
          apiVersion: "postgresql.cnpg.io/v1",
          kind: "Cluster",
          metadata: { name: "postgres", namespace, annotations: UNAWAITED },
          spec: { instances: 1, storage: { size } },
        },
        {
          hooks: {
            beforeUpdate: [growsOnly("postgres", 'Postgres "postgres"', { asked: ["spec", "storage", "size"] })],
          },
        },
      );
    expect(await stack.up(postgres("2Gi"))).toMatchObject({ ok: true });
    const { ok, output } = await stack.preview(postgres("1Gi"));
    expect(ok).toBe(false);
    expect(output).toMatch(/Postgres "postgres" was given .*\n\s+storage: "1Gi" was given; allowed: 2Gi, which it has/);
    expect((await stack.preview(postgres("3Gi"))).ok).toBe(true);
  });
});
