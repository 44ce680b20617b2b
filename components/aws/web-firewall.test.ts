import { describe, expect, test } from "vitest";
import { record } from "../testing/record.ts";
import { Keys } from "./keys.ts";
import { WebFirewall, type WebFirewallArgs } from "./web-firewall.ts";
import { type CompleteFirewall, firewallProblems } from "./web-firewall-plan.ts";

const account = { region: "eu-central-1", accountId: "123456789012" };
const base: CompleteFirewall = { account, rates: { all: { requests: 2000 } }, groups: [], counting: [], logDays: 400 };

test("a firewall with one rate is sound", () => expect(firewallProblems("edge", base)).toEqual([]));

test.each<[what: string, change: object, field: string, allowed: RegExp]>([
  ["no rate", { rates: {} }, "rates", /one at least/],
  ["a rate that WAF does not take", { rates: { all: { requests: 9 } } }, "rates.all.requests", /from 10/],
  ["a window of a second", { rates: { all: { requests: 10, window: 1 } } }, "rates.all.window", /60, 120/],
  ["a path without its start", { rates: { all: { requests: 10, path: "login" } } }, "rates.all.path", /begin/],
  ["a group that there is not", { groups: ["Everything"] }, "groups[0]", /CommonRuleSet/],
  ["counting what is not there", { counting: ["login"] }, "counting[0]", /a rule that there is: all/],
  ["days that CloudWatch does not keep", { logDays: 100 }, "logDays", /400/],
])("%s is refused", (_, change, field, allowed) => {
  const problems = firewallProblems("edge", { ...base, ...change } as CompleteFirewall);
  expect(problems.find((problem) => problem.field === field)?.allowed).toMatch(allowed);
});

describe("what is made", () => {
  const made = (more: Partial<WebFirewallArgs> = {}) =>
    record("production", () => {
      const keys = new Keys("keys", { account });
      const rates = { login: { requests: 50, window: 60, path: "/login" }, all: { requests: 2000 } } as const;
      new WebFirewall("edge", { account, keys, before: { shop: "arn:alb" }, rates, ...more });
    });

  test("stops who asks too often with 429, then what AWS knows as an attack, each with a place of its own", async () => {
    const { rules } = (await made()).inputsOf(":WebAcl", "edge");
    expect(rules.map(({ name, priority }: { name: string; priority: number }) => `${priority} ${name}`)).toEqual([
      "0 login",
      "1 all",
      "2 AWSManagedRulesAmazonIpReputationList",
      "3 AWSManagedRulesCommonRuleSet",
      "4 AWSManagedRulesKnownBadInputsRuleSet",
    ]);
    expect(rules[0].action.block.customResponse.responseCode).toBe(429);
    expect(rules[0].statement.rateBasedStatement).toMatchObject({ limit: 50, evaluationWindowSec: 60 });
    expect(rules[1].statement.rateBasedStatement).not.toHaveProperty("scopeDownStatement");
  });

  test("lets pass what only counts", async () => {
    const { rules } = (await made({ counting: ["all", "AWSManagedRulesCommonRuleSet"] })).inputsOf(":WebAcl", "edge");
    expect([rules[1].action, rules[3].overrideAction]).toEqual([{ count: {} }, { count: {} }]);
    expect(rules[4].overrideAction).toEqual({ none: {} });
  });

  test("stands before what it was given, and tells what it stopped, without what callers prove themselves by", async () => {
    const { inputsOf } = await made();
    expect(inputsOf(":WebAclAssociation", "edge-shop").resourceArn).toBe("arn:alb");
    const told = inputsOf(":WebAclLoggingConfiguration", "edge");
    const hidden = told.redactedFields.map((field: { singleHeader: { name: string } }) => field.singleHeader.name);
    expect(hidden).toEqual(expect.arrayContaining(["authorization", "cookie"]));
    expect(inputsOf(":LogGroup", "edge")).toMatchObject({ name: "aws-waf-logs-production-edge", retentionInDays: 400 });
  });
});
