import { expect, test } from "vitest";
import { RULES } from "../rules/index.ts";
import { covering, covers, type Exemption, exemptionProblems, expired } from "./exemption.ts";
import type { Rule } from "./rule.ts";
import { StackObject } from "./stack-object.ts";

const good: Exemption = {
  rule: "replicas-min",
  resource: "Deployment shop/*",
  owner: "shop team",
  reason: "moves to two replicas with the new queue",
  ticket: "SHOP-12",
  approver: "platform team",
  expires: "2026-12-31",
};
const TODAY = new Date("2026-10-15T12:00:00Z");
const rule = RULES.find(({ id }) => id === good.rule) as Rule;
const orders = new StackObject({
  type: "kubernetes:apps/v1:Deployment",
  name: "orders",
  urn: "urn:pulumi:production::plumbline::kubernetes:apps/v1:Deployment::orders",
  props: { metadata: { name: "orders", namespace: "shop" } },
});

test("a complete exemption is taken", () => {
  expect(exemptionProblems([good, { ...good, granted: "2026-10-01" }], RULES, TODAY)).toEqual([]);
});

test.each<[Partial<Exemption>, string]>([
  [{ rule: "replicas" }, 'rule: "replicas" is not a rule; the nearest: replicas-min'],
  [
    { rule: "secret-literal-forbidden" },
    "rule: secret-literal-forbidden cannot be exempted; correct the object instead",
  ],
  [{ resource: " " }, "resource: nothing is named; allowed: a URN or a label, with * for any characters"],
  [{ resource: "*" }, 'resource: "*" would free a whole kind or the whole stack; allowed: a URN or a label with'],
  [{ owner: "" }, "owner: nobody is named; allowed: a person or a team"],
  [{ rule: "x" }, 'rule: "x" is not a rule; docs/rules lists those there are'],
  [{ ticket: " " }, "ticket: none is named; allowed: where the work that ends it is tracked"],
  [{ ticket: undefined as never }, "ticket: none is named"],
  [{ approver: "" }, "approver: nobody is named; allowed: whoever granted it, who is not its owner"],
  [{ approver: " Shop Team" }, 'approver: " Shop Team" is its owner too; allowed: somebody else'],
  [{ granted: "2026-13-01" }, 'granted: "2026-13-01" is not a day'],
  [{ granted: "2026-10-16" }, "granted: 2026-10-16 is still to come; allowed: the day on which it was granted, today"],
  [{ granted: "2026-10-01", expires: "2026-09-30" }, "expires: 2026-09-30 is before 2026-10-01, the day on which"],
  [{ granted: "2025-10-01" }, "expires: 2026-12-31 is more than a year after it was granted (2025-10-01)"],
  [{ expires: "2027-10-17" }, "expires: 2027-10-17 is more than a year after today (2026-10-15); allowed: 2027-10-15"],
  [{ reason: undefined as never }, "reason: none is given; allowed: at least 10 characters"],
  [{ reason: "later" }, 'reason: "later" says too little; allowed: at least 10 characters'],
  [{ expires: "31.12.2026" }, 'expires: "31.12.2026" is not a day; allowed: YYYY-MM-DD, e.g. "2026-12-31"'],
  [{ expires: "2026-02-30" }, 'expires: "2026-02-30" is not a day'],
  [{ expires: undefined as never }, "expires: none is named; allowed: YYYY-MM-DD"],
])("%j is refused with its field", (change, problem) => {
  const problems = exemptionProblems([good, { ...good, ...change }], RULES, TODAY);
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
  expect(exemptionProblems([{ ...good, resource }], RULES, TODAY)).toEqual([
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
  expect(exemptionProblems([{ ...good, resource }], RULES, TODAY)).toEqual([]);
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

test("the ids that were not meant are not listed", () => {
  const [problem] = exemptionProblems([{ ...good, rule: "readyness-probe-required" }], RULES, TODAY);
  expect(problem).toContain("readiness-probe-required");
  expect(problem?.split(", ").length).toBeLessThanOrEqual(3);
});

test("one that ended long ago is well-formed: that it is due is said by a rule of its own", () => {
  expect(exemptionProblems([{ ...good, expires: "2024-01-31" }], RULES, TODAY)).toEqual([]);
});

test("the same day of the next year is the last day that can be granted", () => {
  const last = { ...good, granted: "2026-10-01", expires: "2027-10-01" };
  expect(exemptionProblems([last], RULES, TODAY)).toEqual([]);
  expect(exemptionProblems([{ ...last, expires: "2027-10-02" }], RULES, TODAY)).toHaveLength(1);
});

test("a year after a leap day is 1 March", () => {
  const leap = { ...good, granted: "2024-02-29", expires: "2025-03-01" };
  expect(exemptionProblems([leap], RULES, TODAY)).toEqual([]);
  expect(exemptionProblems([{ ...leap, expires: "2025-03-02" }], RULES, TODAY)).toHaveLength(1);
});

test("of several that free an object the one that ends last comes first, and none that has ended", () => {
  const [ended, short, long] = ["2026-10-14", "2026-10-15", "2026-11-15"].map((expires) => ({ ...good, expires }));
  expect(covering([ended, short, long] as Exemption[], rule, orders, TODAY)).toEqual([long, short]);
  expect(covering([{ ...good, resource: "Deployment shop/other" }], rule, orders, TODAY)).toEqual([]);
});

test("an exemption holds through its last day", () => {
  expect(expired(good, new Date("2026-12-31T23:59:59Z"))).toBe(false);
  expect(expired(good, new Date("2027-01-01T00:00:00Z"))).toBe(true);
});
