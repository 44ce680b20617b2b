import { expect, test } from "vitest";
import { fromManifest } from "./resource.ts";
import { StackObject } from "./stack-object.ts";
import { UNKNOWN } from "./unknown.ts";

const object = (type: string, props: Record<string, unknown>, name = "pulumi-name") =>
  new StackObject({ type, name, props });

test("kind and group come from the object, or from Pulumi's token where the object leaves them out", () => {
  const of = ({ group, version, kind }: StackObject) => [group, version, kind];
  expect(of(object("kubernetes:apps/v1:Deployment", {}))).toEqual(["apps", "v1", "Deployment"]);
  expect(of(object("kubernetes:core/v1:Pod", {}))).toEqual(["", "v1", "Pod"]);
  expect(of(object("kubernetes:core/v1:Pod", { apiVersion: "v1", kind: "Pod" }))).toEqual(["", "v1", "Pod"]);
  expect(of(object("kubernetes:postgresql.cnpg.io/v1:Cluster", { apiVersion: "postgresql.cnpg.io/v1" }))).toEqual([
    "postgresql.cnpg.io",
    "v1",
    "Cluster",
  ]);
  expect(of(object("kubernetes:apps/v1:Deployment", { apiVersion: UNKNOWN, kind: UNKNOWN }))).toEqual([
    "apps",
    "v1",
    "Deployment",
  ]);
  expect(of(object("aws:rds/instance:Instance", { kind: "Pod" }))).toEqual([undefined, undefined, undefined]);
  expect(of(object("pulumi:providers:kubernetes", {}))).toEqual([undefined, undefined, undefined]);
});

test("a patch declares a part of somebody else's object", () => {
  expect(object("kubernetes:apps/v1:DeploymentPatch", { kind: "Deployment" }).partial).toBe(true);
  expect(object("kubernetes:apps/v1:Deployment", { kind: "Deployment" }).partial).toBe(false);
  expect(object("kubernetes:example.com/v1:JsonPatch", { kind: "JsonPatch" }).partial).toBe(false);
  expect(object("aws:x/y:SomePatch", {}).partial).toBe(false);
});

test("names and namespaces have the defaults of Kubernetes", () => {
  const plain = object("kubernetes:core/v1:Pod", {});
  expect([plain.name, plain.namespace]).toEqual(["pulumi-name", "default"]);
  const named = object("kubernetes:core/v1:Pod", { metadata: { name: "a", namespace: "b" } });
  expect([named.name, named.namespace]).toEqual(["a", "b"]);
  const provided = new StackObject({ type: "kubernetes:core/v1:Pod", name: "a", props: {}, defaultNamespace: "c" });
  expect([provided.namespace, provided.label]).toEqual(["c", "Pod c/a"]);
});

test("a label comes out for any object", () => {
  const label = (metadata: unknown) => object("kubernetes:core/v1:Pod", { metadata }).label;
  expect(label({ name: "a", namespace: "b" })).toBe("Pod b/a");
  expect(label({ name: "a" })).toBe("Pod a");
  expect(label({ name: UNKNOWN, namespace: UNKNOWN })).toBe("Pod pulumi-name");
  expect(label({ name: 7, namespace: ["x"] })).toBe("Pod pulumi-name");
  expect(label("broken")).toBe("Pod pulumi-name");
  expect(object("aws:rds/instance:Instance", {}).label).toBe("aws:rds/instance:Instance pulumi-name");
});

test("a manifest becomes a resource, and a list its items", () => {
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "a" } };
  const list = {
    apiVersion: "v1",
    kind: "List",
    items: [
      pod,
      { apiVersion: "apps/v1", kind: "DeploymentList", items: [{ apiVersion: "apps/v1", kind: "Deployment" }] },
    ],
  };
  expect(fromManifest(list).map(({ type, name }) => [type, name])).toEqual([
    ["kubernetes:core/v1:Pod", "a"],
    ["kubernetes:apps/v1:Deployment", ""],
  ]);
  for (const wrong of [null, 1, [], {}, { kind: "Pod" }, { apiVersion: "v1" }, { apiVersion: 1, kind: "Pod" }])
    expect(() => fromManifest(wrong)).toThrow("a manifest is an object with apiVersion and kind");
});
