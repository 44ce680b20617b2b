import { expect, test } from "vitest";
import { Field } from "./field.ts";
import { fromManifest } from "./resource.ts";
import { labelsAny, selectsAny } from "./selected-pods.ts";
import { Stack } from "./stack.ts";
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
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: { name: "edge", namespace: "edge" },
    }),
  ]);
  expect(labelsAny(operated, "shop", selector({ "cnpg.io/cluster": "db", role: "primary" }))).toBe(true);
  expect(labelsAny(operated, "pay", selector({ "cnpg.io/cluster": "db" }))).toBe(false);
  expect(labelsAny(operated, "shop", selector({ "cnpg.io/cluster": "other" }))).toBe(false);
  expect(labelsAny(operated, "proxies", selector({ "gateway.networking.k8s.io/gateway-name": "edge" }))).toBe(true);
});
