import { expect, test } from "vitest";
import { fromManifest } from "./resource.ts";
import { anyOf } from "./sound.ts";
import { Stack } from "./stack.ts";
import type { StackObject } from "./stack-object.ts";
import { UNKNOWN, UnknownValue } from "./unknown.ts";

const service = (name: unknown, namespace: unknown, selector?: unknown) =>
  fromManifest({ apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec: { selector } });
const nameOf = (object: StackObject) => `${object.namespace}/${object.name}`;
const selectorOf = (object: StackObject) => object.root.at("spec", "selector");
const names = (objects: readonly StackObject[]) => objects.map(({ resource }) => resource.name);

test("finds an object by a key, and does not take what is not known for what is not there", () => {
  const stack = new Stack([...service("a", "shop"), ...service("b", "shop")]);
  expect(stack.find("", "Service", nameOf, "shop/b")?.name).toBe("b");
  expect(stack.find("", "Service", nameOf, "shop/c")).toBeUndefined();
  expect(stack.find("apps", "Service", nameOf, "shop/b")).toBeUndefined();
  expect(stack.find("", "Secret", nameOf, "shop/b")).toBeUndefined();
  const unsure = new Stack([...service("a", "shop"), ...service(UNKNOWN, "shop")]);
  expect(unsure.find("", "Service", nameOf, "shop/a")?.name).toBe("a");
  expect(() => unsure.find("", "Service", nameOf, "shop/c")).toThrow(UnknownValue);
});

test("a misshapen object is no one's answer", () => {
  const stack = new Stack([...service("a", ["shop"]), ...service("b", "shop")]);
  expect(names(stack.inNamespace("", "Service", "shop"))).toEqual(["b"]);
  expect(anyOf(stack.objects, (object) => object.namespace === "shop")).toBe(true);
  expect(anyOf(stack.objects, (object) => object.namespace === "elsewhere")).toBe(false);
});

test("objects of a namespace, with those that may yet be in it", () => {
  const stack = new Stack([...service("a", "shop"), ...service("b", "edge"), ...service("c", UNKNOWN)]);
  expect(names(stack.inNamespace("", "Service", "shop"))).toEqual(["a", "c"]);
  expect(names(stack.inNamespace("", "Service", "other"))).toEqual(["c"]);
});

test("candidates to select some labels: by one label that they demand, or by none", () => {
  const stack = new Stack([
    ...service("by-app", "shop", { matchLabels: { app: "orders" } }),
    ...service("by-other-app", "shop", { matchLabels: { app: "payments" } }),
    ...service("by-expression", "shop", { matchExpressions: [{ key: "app", operator: "Exists" }] }),
    ...service("unknown", "shop", { matchLabels: { app: UNKNOWN } }),
    ...service("elsewhere", "edge", { matchLabels: { app: "orders" } }),
    ...service("misshapen", "shop", "orders"),
  ]);
  const [pod] = new Stack(
    fromManifest({ apiVersion: "v1", kind: "Pod", metadata: { name: "p", labels: { app: "orders", tier: "api" } } }),
  ).objects;
  const labels = (pod as StackObject).root.at("metadata", "labels");
  const candidates = stack.maySelect("", "Service", selectorOf, "shop", labels);
  expect(names(candidates).sort()).toEqual(["by-app", "by-expression", "unknown"]);
});

test("somebody else's objects, of which only a part is declared, are not in it", () => {
  const patch = { type: "kubernetes:core/v1:ServicePatch", name: "a", props: { apiVersion: "v1", kind: "Service" } };
  expect(new Stack([patch]).objects).toEqual([]);
});

test("ten thousand objects in one namespace are looked through once, not once for each, though they share a label", () => {
  let read = 0;
  let candidates = 0;
  const counted = (object: StackObject) => {
    read += 1;
    return selectorOf(object);
  };
  const many = Array.from({ length: 10_000 }, (_, i) =>
    service(`s${i}`, "shop", { matchLabels: { team: "shop", app: `a${i}` } }),
  );
  const stack = new Stack(many.flat());
  for (const object of stack.objects)
    candidates += stack.maySelect("", "Service", counted, "shop", selectorOf(object).at("matchLabels")).length;
  expect(read).toBe(10_000);
  expect(candidates).toBe(10_000);
}, 60_000);

test("what follows from the stack is built once, and a stack knows its peer", () => {
  let built = 0;
  const count = (stack: Stack) => {
    built += 1;
    return stack.objects.length;
  };
  const stack = new Stack(service("a", "shop"), new Stack([]));
  expect([stack.derived(count), stack.derived(count), built]).toEqual([1, 1, 1]);
  expect(stack.peer?.objects).toEqual([]);
});
