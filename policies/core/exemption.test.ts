import { expect, test } from "vitest";
import { RULES } from "../rules/index.ts";
import { covers, type Exemption, exemptionProblems, expired } from "./exemption.ts";
import type { Rule } from "./rule.ts";
import { StackObject } from "./stack-object.ts";

const good: Exemption = {
  rule: "replicas-min",
  resource: "Deployment shop/*",
  owner: "shop team",
  reason: "moves to two replicas with the new queue",
  expires: "2026-12-31",
};
const rule = RULES.find(({ id }) => id === good.rule) as Rule;
const orders = new StackObject({
  type: "kubernetes:apps/v1:Deployment",
  name: "orders",
  urn: "urn:pulumi:production::plumbline::kubernetes:apps/v1:Deployment::orders",
  props: { metadata: { name: "orders", namespace: "shop" } },
});

test("a complete exemption is taken", () => {
  expect(exemptionProblems([good, { ...good, ticket: "SHOP-12" }], RULES)).toEqual([]);
});

test.each<[Partial<Exemption>, string]>([
  [{ rule: "replicas" }, 'rule: "replicas" is not a rule; allowed: replicas-min, pdb-required'],
  [
    { rule: "secret-literal-forbidden" },
    "rule: secret-literal-forbidden cannot be exempted; correct the object instead",
  ],
  [{ resource: " " }, "resource: nothing is named; allowed: a URN or a label, with * for any characters"],
  [{ resource: "*" }, 'resource: "*" would free a whole kind or the whole stack; allowed: a URN or a label with'],
  [{ owner: "" }, "owner: nobody is named; allowed: a person or a team"],
  [{ reason: "later" }, 'reason: "later" says too little; allowed: at least 10 characters'],
  [{ expires: "31.12.2026" }, 'expires: "31.12.2026" is not a day; allowed: YYYY-MM-DD, e.g. "2026-12-31"'],
  [{ expires: "2026-02-30" }, 'expires: "2026-02-30" is not a day'],
  [{ expires: undefined as never }, "expires: undefined is not a day"],
])("%j is refused with its field", (change, problem) => {
  const problems = exemptionProblems([good, { ...good, ...change }], RULES);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(`exemptions[1].${problem}`);
});

test.each([
  "**",
  " * ",
  "*:*",
  "* *",
  "* */*",
  "*production*",
  "Deployment *",
  "Deployment*",
  "* *e*",
  "urn:*",
  "urn:*::*",
  "urn:pulumi:production::plumbline::*",
  "urn:pulumi:*::plumb*",
  "urn:pulumi:production::plumbline::kubernetes:apps/v1:Deployment::*",
])("%j frees too much", (resource) => {
  expect(exemptionProblems([{ ...good, resource }], RULES)).toEqual([
    expect.stringContaining(`resource: ${JSON.stringify(resource)} would free a whole kind or the whole stack`),
  ]);
});

test.each([
  "Pod a",
  "Deployment a/*",
  "* */orders",
  "* shop/*",
  "Deployment *-ord*",
  "aws:s3/bucket:Bucket logs",
  "urn:pulumi:production::*::orders",
  "urn:pulumi:*::*::*::kafka-*",
  "urn:pulumi:production::plumbline::kubernetes:apps/v1:Deployment::orders",
])("%j is narrow enough", (resource) => {
  expect(exemptionProblems([{ ...good, resource }], RULES)).toEqual([]);
});

test("what all URNs of a stack have in common is nobody's label", () => {
  expect(covers({ ...good, resource: "*production*" }, rule, orders)).toBe(false);
});

test.each(["Deployment shop/orders", "Deployment shop/*", "* shop/ord*s", "urn:pulumi:production::*::orders"])(
  "%s covers the object",
  (resource) => expect(covers({ ...good, resource }, rule, orders)).toBe(true),
);

test.each([
  "Deployment shop/order",
  "deployment shop/orders",
  "Deployment shop/orders2",
  "Deployment.shop/orders",
  ".*",
  "urn:*",
])("%s covers it only if it says so", (resource) =>
  expect(covers({ ...good, resource }, rule, orders)).toBe(resource === "urn:*"),
);

test("another rule is not covered", () => {
  expect(covers(good, RULES.find(({ id }) => id === "pdb-required") as Rule, orders)).toBe(false);
});

test("an exemption holds through its last day", () => {
  expect(expired(good, new Date("2026-12-31T23:59:59Z"))).toBe(false);
  expect(expired(good, new Date("2027-01-01T00:00:00Z"))).toBe(true);
});
