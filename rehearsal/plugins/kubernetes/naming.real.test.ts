import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UNKNOWN } from "../rpc/index.ts";
import { type TestCluster, testCluster } from "./testing/cluster.ts";
import { CONFIG_MAP, configMap, Driver, look } from "./testing/resources.ts";

let cluster: TestCluster;
let kube: Driver;
let namespace: string;

beforeAll(async () => {
  cluster = await testCluster();
  namespace = await cluster.namespace();
  kube = await Driver.open({ kubeconfig: cluster.kubeconfig, namespace, enableConfigMapMutable: "true" });
});
afterAll(() => cluster?.close());

const nameless = (data: Record<string, string>) => ({ apiVersion: "v1", kind: "ConfigMap", data });

describe("names", () => {
  it("makes a name of the resource's and eight hex digits, says so, and takes the provider's namespace", async () => {
    const made = await kube.create(CONFIG_MAP, "settings", nameless({ a: "1" }));
    expect(made.id).toMatch(new RegExp(`^${namespace}/settings-[0-9a-f]{8}$`));
    expect(look(made.outputs, "metadata", "annotations", "pulumi.com/autonamed")).toBe("true");
    expect(look(made.outputs, "__fieldManager")).toMatch(/^pulumi-kubernetes-[0-9a-f]{8}$/);
  });

  it("keeps a made-up name through updates", async () => {
    const made = await kube.create(CONFIG_MAP, "kept", nameless({ a: "1" }));
    const changed = await kube.update(made, nameless({ a: "2" }));
    expect(look(changed.outputs, "metadata", "name")).toBe(look(made.outputs, "metadata", "name"));
    expect((await kube.diff(changed, nameless({ a: "2" }))).changes).toEqual([]);
  });

  it("takes the name that the engine proposes, and makes none where the engine forbids it", async () => {
    const request = {
      urn: "urn:pulumi:test::test::kubernetes:core/v1:ConfigMap::a",
      type: CONFIG_MAP,
      name: "a",
      olds: {},
      news: nameless({ a: "1" }),
      randomSeed: new Uint8Array(),
    };
    const proposed = { proposedName: "team-a", mode: "propose" as const };
    const { inputs } = await kube.provider.check({ ...request, autonaming: proposed }, kube.call());
    expect(look(inputs, "metadata", "name")).toBe("team-a");
    const disabled = { proposedName: "", mode: "disable" as const };
    const refused = await kube.provider.check({ ...request, autonaming: disabled }, kube.call());
    expect(refused.failures?.[0]?.reason).toContain("autonaming is disabled");
  });

  it("makes the same name from the same seed", async () => {
    const news = nameless({ a: "1" });
    const about = { urn: "urn:pulumi:t::t::x::a", type: CONFIG_MAP, name: "a", olds: {}, news, autonaming: undefined };
    const names = [1, 1, 2].map(async (seed) => {
      const { inputs } = await kube.provider.check(
        { ...about, randomSeed: new Uint8Array(32).fill(seed) },
        kube.call(),
      );
      return look(inputs, "metadata", "name");
    });
    const [first, second, third] = await Promise.all(names);
    expect(first).toBe(second);
    expect(first).not.toBe(third);
  });

  it("refuses generateName under server-side apply", async () => {
    const news = { ...nameless({}), metadata: { generateName: "g-" } };
    await expect(kube.check(CONFIG_MAP, "g", news)).rejects.toThrow("generateName");
  });

  it("lets the API server name by generateName without server-side apply, and finds the object again", async () => {
    const plain = await Driver.open({
      kubeconfig: cluster.kubeconfig,
      namespace,
      enableServerSideApply: "false",
      enableConfigMapMutable: "true",
    });
    const news = (a: string) => ({ ...nameless({ a }), metadata: { generateName: "g-" } });
    const made = await plain.create(CONFIG_MAP, "g", news("1"));
    expect(made.id).toMatch(new RegExp(`^${namespace}/g-`));
    expect((await plain.diff(made, news("1"))).changes).toEqual([]);
    const changed = await plain.update(made, news("2"));
    expect(look(changed.outputs, "data")).toEqual({ a: "2" });
    await plain.delete(changed);
  });

  it("gives no namespace to an object of the whole cluster", async () => {
    const inputs = await kube.check("kubernetes:core/v1:Namespace", "n", { apiVersion: "v1", kind: "Namespace" });
    expect(look(inputs, "metadata", "namespace")).toBeUndefined();
  });

  it("gives a namespace to a kind that is not there yet", async () => {
    const inputs = await kube.check("kubernetes:x.io/v1:Thing", "t", { apiVersion: "x.io/v1", kind: "Thing" });
    expect(look(inputs, "metadata", "namespace")).toBe(namespace);
  });

  it("leaves a name that is known later to be known later", async () => {
    const inputs = await kube.check(CONFIG_MAP, "later", { ...nameless({}), metadata: { name: UNKNOWN } });
    expect(look(inputs, "metadata", "name")).toBe(UNKNOWN);
    expect(look(inputs, "metadata", "annotations")).toBeUndefined();
  });
});

describe("refused resources", () => {
  it.each([
    ["kubernetes:helm.sh/v3:Release", /runs Helm/],
    ["kubernetes:kustomize/v2:Directory", /runs Kustomize/],
    ["kubernetes:core/v1:ConfigMapList", /only exists for lists/],
  ])("%s is refused plainly", async (type, reason) => {
    await expect(kube.check(type, "x", {})).rejects.toThrow(reason);
  });

  it("refuses a patch resource without a name", async () => {
    const news = configMap(namespace, undefined, {});
    await expect(kube.check("kubernetes:core/v1:ConfigMapPatch", "p", news)).rejects.toThrow(".metadata.name");
  });
});
