import { expect, test } from "vitest";
import { Field } from "./field.ts";
import { selects } from "./selector.ts";
import { UNKNOWN, UnknownValue } from "./unknown.ts";

const matches = (selector: unknown, labels: unknown = { app: "orders", tier: "api" }) =>
  selects(new Field(selector), new Field(labels));
const expression = (key: string, operator: string, ...values: string[]) => ({
  matchExpressions: [{ key, operator, values }],
});

test.each([
  [{}],
  [{ matchLabels: {} }],
  [{ matchLabels: { app: "orders" } }],
  [{ matchLabels: { app: "orders", tier: "api" } }],
  [expression("app", "In", "payments", "orders")],
  [expression("app", "NotIn", "payments")],
  [expression("missing", "NotIn", "payments")],
  [expression("app", "Exists")],
  [expression("missing", "DoesNotExist")],
  [{ matchLabels: { app: "orders" }, ...expression("tier", "In", "api") }],
])("selects: %j", (selector) => expect(matches(selector)).toBe(true));

test.each([
  [undefined],
  [null],
  [{ matchLabels: { app: "payments" } }],
  [{ matchLabels: { app: "orders", missing: "x" } }],
  [{ matchLabels: { constructor: "x" } }],
  [expression("app", "In", "payments")],
  [expression("missing", "In", "orders")],
  [expression("app", "NotIn", "orders")],
  [expression("missing", "Exists")],
  [expression("app", "DoesNotExist")],
  [expression("app", "Gt", "1")],
  [{ matchLabels: { app: "orders" }, ...expression("tier", "In", "web") }],
  [{ matchLabels: { app: "payments" }, ...expression("tier", "In", "api") }],
])("does not select: %j", (selector) => expect(matches(selector)).toBe(false));

test("nothing selects what has no labels, but for the empty selector", () => {
  expect(matches({}, null)).toBe(true);
  expect(matches({ matchLabels: { app: "orders" } }, null)).toBe(false);
});

test("a label that is not known decides only where nothing else does", () => {
  expect(() => matches({ matchLabels: { app: UNKNOWN } })).toThrow(UnknownValue);
  expect(() => matches({ matchLabels: { app: "orders" } }, { app: UNKNOWN })).toThrow("app is not known before up");
  expect(matches({ matchLabels: { app: UNKNOWN, tier: "web" } })).toBe(false);
  expect(matches({}, { app: UNKNOWN })).toBe(true);
});
