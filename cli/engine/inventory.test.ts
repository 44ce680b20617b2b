import { describe, expect, it } from "vitest";
import { inventoryOf } from "./inventory.ts";

const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:xyz" };

const resource = (type: string, name: string, more: object = {}) => ({
  urn: `urn:pulumi:local::plumbline::${type}::${name}`,
  type,
  custom: true,
  ...more,
});

const object = (type: string, name: string, namespace: string) =>
  resource(type, name, { inputs: { metadata: { name, namespace } } });

describe("inventoryOf", () => {
  const inventory = inventoryOf({
    resources: [
      resource("pulumi:pulumi:Stack", "plumbline-local", {
        custom: false,
        outputs: { url: "https://shop.test", password: SECRET, nested: { key: SECRET } },
      }),
      resource("pulumi:providers:kubernetes", "cluster"),
      resource("plumbline:data:Postgres", "orders", { custom: false }),
      {
        ...resource("plumbline:data:StoreMonitoring", "orders", { custom: false }),
        urn: "urn:pulumi:local::plumbline::plumbline:data:Postgres$plumbline:data:StoreMonitoring::orders",
      },
      resource("kubernetes:core/v1:Namespace", "shop", { inputs: { metadata: { name: "shop" } } }),
      object("kubernetes:apps/v1:Deployment", "payments", "shop"),
      object("kubernetes:apps/v1:Deployment", "orders", "shop"),
      resource("kubernetes:apps/v1:Deployment", "old", { delete: true, inputs: { metadata: { name: "old" } } }),
      object("kubernetes:postgresql.cnpg.io/v1:Cluster", "postgres", "shop-data"),
      resource("random:index/randomPassword:RandomPassword", "pw"),
    ],
  });

  it("counts what stands outside the engine, without what is about to be deleted", () => {
    expect(inventory.resources).toBe(5);
    expect(inventory.packages).toEqual(["kubernetes", "random"]);
  });

  it("names namespaces, workloads and stores, without what is a part of a store", () => {
    expect(inventory.namespaces).toEqual(["shop"]);
    expect(inventory.workloads).toEqual([
      { kind: "Deployment", namespace: "shop", name: "orders" },
      { kind: "Deployment", namespace: "shop", name: "payments" },
      { kind: "Cluster", namespace: "shop-data", name: "postgres" },
    ]);
    expect(inventory.stores).toEqual([{ kind: "Postgres", name: "orders" }]);
  });

  it("leaves secret outputs out, however deep the secret is", () => {
    expect(inventory.outputs).toEqual({ url: "https://shop.test" });
    expect(JSON.stringify(inventory)).not.toContain("v1:xyz");
  });

  it("of an empty stack is empty", () => {
    expect(inventoryOf({})).toEqual({
      resources: 0,
      packages: [],
      namespaces: [],
      workloads: [],
      stores: [],
      outputs: {},
    });
  });
});
