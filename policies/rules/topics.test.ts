import { expect, test } from "vitest";
import { rulesOf } from "./topics.ts";

test("rules stand in the order of their topics", () => {
  const rules = rulesOf({ probes: [{ id: "b" }, { id: "a" }], images: [{ id: "c" }] });
  expect(rules.map(({ id }) => id)).toEqual(["b", "a", "c"]);
});

test("two rules with one id are refused, with both places", () => {
  expect(() => rulesOf({ probes: [{ id: "a-b" }], images: [{ id: "c-d" }, { id: "a-b" }] })).toThrow(
    '2 rules have the id "a-b": they are named in policies/rules/probes/index.ts and in policies/rules/images/index.ts; give',
  );
  expect(() => rulesOf({ probes: [{ id: "a-b" }, { id: "a-b" }] })).toThrow(
    '2 rules have the id "a-b": they are named in policies/rules/probes/index.ts; give',
  );
});
