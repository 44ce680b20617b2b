import { expect, test } from "vitest";
import { Field } from "./field.ts";
import { fromManifest, type Resource } from "./resource.ts";
import { labelsAny, labelsOfNamesake, selectsAny } from "./selected-pods.ts";
import { Stack } from "./stack.ts";
import type { StackObject } from "./stack-object.ts";
import { UNKNOWN, UnknownValue } from "./unknown.ts";

const pod = (labels: unknown, namespace: unknown = "shop") =>
  fromManifest({ apiVersion: "v1", kind: "Pod", metadata: { name: "a", namespace, labels } });
const stack = new Stack([...pod({ app: "orders", tier: "api" }), ...pod({ app: "pay", tier: "api" }, "pay")]);
const selector = (value: unknown) => new Field(value);

test.each([
  [{ app: "orders" }, "shop", true],
  [{ app: "orders", tier: "api" }, "shop", true],
  [{ app: "orders", tier: "web" }, "shop", false],
  [{ app: "pay" }, "shop", false],
  [{ app: "pay" }, "pay", true],
])("labels %j in %s: %s", (wanted, namespace, expected) => {
  expect(labelsAny(stack, namespace, selector(wanted))).toBe(expected);
  expect(selectsAny(stack, namespace, selector({ matchLabels: wanted }))).toBe(expected);
});

test.each([
  [{ matchExpressions: [{ key: "app", operator: "In", values: ["orders", "web"] }] }, true],
  [{ matchExpressions: [{ key: "canary", operator: "DoesNotExist" }] }, true],
  [{ matchExpressions: [{ key: "tier", operator: "NotIn", values: ["api"] }] }, false],
  [{ matchLabels: { tier: "api" }, matchExpressions: [{ key: "app", operator: "In", values: ["pay"] }] }, false],
  [{}, true],
])("the selector %j selects: %s", (given, expected) =>
  expect(selectsAny(stack, "shop", selector(given))).toBe(expected),
);

test("what may be the pod is not taken for none", () => {
  for (const unsure of [pod({ app: UNKNOWN }), pod(UNKNOWN), pod({ app: "orders" }, UNKNOWN)])
    expect(() => labelsAny(new Stack(unsure), "shop", selector({ app: "orders" }))).toThrow(UnknownValue);
  expect(labelsAny(new Stack([...pod(UNKNOWN), ...pod({ app: "orders" })]), "shop", selector({ app: "orders" }))).toBe(
    true,
  );
  expect(() => labelsAny(stack, "shop", selector({ app: UNKNOWN }))).toThrow(UnknownValue);
});

test("pods that an operator makes for an object of the stack", () => {
  const operated = new Stack([
    ...fromManifest({
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Cluster",
      metadata: { name: "db", namespace: "shop" },
    }),
    ...fromManifest({
      apiVersion: "rabbitmq.com/v1beta1",
      kind: "RabbitmqCluster",
      metadata: { name: "broker", namespace: "shop" },
    }),
    ...fromManifest({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: { name: "edge", namespace: "edge" },
    }),
  ]);
  expect(labelsAny(operated, "shop", selector({ "cnpg.io/cluster": "db", role: "primary" }))).toBe(true);
  expect(labelsAny(operated, "pay", selector({ "cnpg.io/cluster": "db" }))).toBe(false);
  expect(labelsAny(operated, "shop", selector({ "cnpg.io/cluster": "other" }))).toBe(false);
  expect(labelsAny(operated, "shop", selector({ "app.kubernetes.io/name": "broker" }))).toBe(true);
  expect(labelsAny(operated, "shop", selector({ "app.kubernetes.io/name": "orders" }))).toBe(false);
  expect(labelsAny(operated, "proxies", selector({ "gateway.networking.k8s.io/gateway-name": "edge" }))).toBe(true);
});

const renamed = (one: Resource, name: string): Resource => {
  const metadata = { ...(one.props.metadata as object), name };
  return { ...one, props: { ...one.props, metadata } };
};

test("the labels of the workload with a name: those that it selects its pods by, or all of theirs", () => {
  const deployment = (name: string, spec: unknown) =>
    fromManifest({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace: "shop" }, spec });
  const template = { metadata: { labels: { app: "orders", version: "v2" } } };
  const named = new Stack([
    ...deployment("orders", { selector: { matchLabels: { app: "orders" } }, template }),
    ...deployment("plain", { template }),
    ...deployment("unsure", { selector: UNKNOWN, template: UNKNOWN }),
    ...pod({ app: "a" }),
  ]);
  const called = (name: string, namespace = "shop") =>
    labelsOfNamesake(named, new Stack(pod({}, namespace).map((one) => renamed(one, name))).objects[0] as StackObject);
  expect(called("orders")).toBe('{ app: "orders" }');
  expect(called("plain")).toBe('{ app: "orders", version: "v2" }');
  expect(called("a")).toBe('{ app: "a" }');
  expect(called("unsure")).toBeUndefined();
  expect(called("orders", "edge")).toBeUndefined();
});
