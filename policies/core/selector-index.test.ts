import { expect, test } from "vitest";
import { Field } from "./field.ts";
import { fromManifest } from "./resource.ts";
import { selects } from "./selector.ts";
import { SelectorIndex } from "./selector-index.ts";
import { Stack } from "./stack.ts";
import type { StackObject } from "./stack-object.ts";
import { UNKNOWN } from "./unknown.ts";

const selectorOf = (object: StackObject) => object.root.at("spec", "podSelector");
const policies = (selectors: unknown[]) =>
  new Stack(
    selectors.flatMap((podSelector, index) =>
      fromManifest({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: `p${index}`, namespace: "shop" },
        spec: { podSelector },
      }),
    ),
  ).objects;
const expressed = (...matchExpressions: object[]) => ({ matchExpressions });

const SELECTORS = [
  {},
  { matchLabels: { app: "orders" } },
  { matchLabels: { app: "orders", tier: "web" } },
  expressed({ key: "app", operator: "In", values: ["orders", "pay", "orders"] }),
  expressed({ key: "app", operator: "NotIn", values: ["orders"] }),
  expressed({ key: "tier", operator: "Exists" }),
  expressed({ key: "tier", operator: "DoesNotExist" }),
  expressed({ key: "app", operator: "Like", values: ["orders"] }),
  { matchLabels: { app: "pay" }, ...expressed({ key: "tier", operator: "NotIn", values: ["web"] }) },
  expressed({ key: "app", operator: "Exists" }, { key: "tier", operator: "In", values: ["web"] }),
];

test.each([{}, { app: "orders" }, { app: "pay" }, { app: "orders", tier: "web" }, { tier: "api" }])(
  "finds whom the selectors select, each once: %j",
  (given) => {
    const labels = new Field(given);
    const objects = policies(SELECTORS);
    const found = new SelectorIndex(objects, selectorOf).of("shop", labels).map(({ name }) => name);
    const wanted = objects.filter((object) => selects(selectorOf(object), labels)).map(({ name }) => name);
    expect(found.sort()).toEqual(wanted);
    expect(new SelectorIndex(objects, selectorOf).of("edge", labels)).toEqual([]);
  },
);

test("keeps whom nobody knows yet, and leaves the misshapen out", () => {
  const objects = policies([
    undefined,
    { matchLabels: { app: UNKNOWN } },
    expressed({ key: UNKNOWN, operator: "Exists" }),
    { matchLabels: { app: "pay" }, ...expressed({ key: "tier", operator: "In", values: UNKNOWN }) },
    { matchLabels: "app" },
  ]);
  const of = (labels: object) => new SelectorIndex(objects, selectorOf).of("shop", new Field(labels));
  expect(of({ app: "orders" }).map(({ name }) => name)).toEqual(["p0", "p2", "p1"]);
  expect(of({ app: "pay" }).map(({ name }) => name)).toEqual(["p0", "p2", "p3", "p1"]);
});

test("selectors on other keys are not looked at", () => {
  const many = Array.from({ length: 20_000 }, (_, i) => expressed({ key: `k${i}`, operator: "Exists" }));
  const index = new SelectorIndex(policies(many), selectorOf);
  let found = 0;
  for (let i = 0; i < 20_000; i += 1) found += index.of("shop", new Field({ [`k${i}`]: "x", app: "a" })).length;
  expect(found).toBe(20_000);
});
