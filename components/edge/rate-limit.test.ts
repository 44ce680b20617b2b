import { expect, test } from "vitest";
import { type RateLimit, rateLimitPlan, rateLimitProblems } from "./rate-limit.ts";

const full: RateLimit = {
  perClient: "100/1m",
  perKey: { header: "X-API-Key", limit: "1000/1h" },
  perClaim: { claim: "org.id", limit: "5000/1d" },
  inAll: "50/1s",
};

test("each limit is a rule, counted for all proxies together or by each for itself", () => {
  const selectors = [
    [{ sourceCIDR: { type: "Distinct", value: "0.0.0.0/0" } }],
    [{ sourceCIDR: { type: "Distinct", value: "::/0" } }],
    [{ headers: [{ type: "Distinct", name: "x-api-key" }] }],
    [{ headers: [{ type: "Distinct", name: "x-user-org-id" }] }],
    undefined,
  ];
  const together = rateLimitPlan(full, true);
  const apart = rateLimitPlan(full, false);
  expect(together).toMatchObject({ type: "Global" });
  expect(apart).toMatchObject({ type: "Local" });
  const rules = "global" in together ? together.global.rules : [];
  expect("local" in apart && apart.local.rules).toEqual(rules);
  expect(rules.map(({ clientSelectors }) => clientSelectors)).toEqual(selectors);
  expect(rules.map(({ limit }) => limit)).toEqual([
    { requests: 100, unit: "Minute" },
    { requests: 100, unit: "Minute" },
    { requests: 1000, unit: "Hour" },
    { requests: 5000, unit: "Day" },
    { requests: 50, unit: "Second" },
  ]);
});

test.each<[string, Partial<RateLimit>, RegExp]>([
  ["rateLimit.perClient", { perClient: "100/m" as never }, /a whole number from 1/],
  ["rateLimit.perKey.header", { perKey: { header: "x api", limit: "1/1s" } }, /the name of a header/],
  ["rateLimit.perKey.limit", { perKey: { header: "x-api-key", limit: "0/1s" } }, /a whole number from 1/],
  [
    "rateLimit.perClaim.claim",
    { perClaim: { claim: "tenant", limit: "1/1s" } },
    /that the gateway passes on: sub, org.id/,
  ],
  ["rateLimit.inAll", { inAll: "1/1h" }, /no longer than the shortest beside it, 1m/],
])("%s is refused", (field, wrong, allowed) => {
  expect(rateLimitProblems(full, ["sub", "org.id"])).toEqual([]);
  expect(rateLimitProblems({ ...full, ...wrong }, ["sub", "org.id"])).toEqual([
    expect.objectContaining({ field, allowed: expect.stringMatching(allowed) }),
  ]);
});

test("a claim that nobody passes on limits nothing, and is refused", () => {
  expect(rateLimitProblems(full, [])).toEqual([
    expect.objectContaining({ allowed: expect.stringContaining("no Authentication of this gateway") }),
  ]);
});
