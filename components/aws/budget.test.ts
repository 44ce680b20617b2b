import { expect, test } from "vitest";
import { record } from "../testing/record.ts";
import { Budget, budgetProblems } from "./budget.ts";

const account = { region: "eu-central-1", accountId: "123456789012" };
const base = { account, monthlyUsd: 4000, spent: [50, 80, 100], forecast: [100] };
const TOPIC = "arn:aws:sns:us-east-1:123456789012:costs";

test.each<[what: string, change: object, field: string, allowed: RegExp]>([
  ["nothing", { monthlyUsd: 0 }, "monthlyUsd", /more than nothing/],
  ["no number", { monthlyUsd: "4000" }, "monthlyUsd", /US dollars/],
  ["a share twice", { spent: [80, 80] }, "spent[1]", /each once/],
  ["a share below nothing", { forecast: [-1] }, "forecast[0]", /a percentage/],
  ["nobody told", { spent: [], forecast: [] }, "spent", /one share to 10/],
  ["half a tag", { only: { key: "team" } }, "only", /key, value/],
])("%s is refused", (_, change, field, allowed) => {
  const problems = budgetProblems("month", { ...base, ...change } as typeof base);
  expect(problems.find((problem) => problem.field === field)?.allowed).toMatch(allowed);
});

test("tells of what was spent, and of what will be, to one topic", async () => {
  const { inputsOf } = await record("production", () => {
    new Budget("month", { account, monthlyUsd: 4000, topicArn: TOPIC, only: { key: "team", value: "shop" } });
  });
  const budget = inputsOf("budgets/budget:Budget", "month");
  expect(budget).toMatchObject({
    name: "production-month",
    limitAmount: "4000",
    costFilters: [{ name: "TagKeyValue", values: ["user:team$shop"] }],
  });
  const told = budget.notifications.map((one: Record<string, unknown>) => `${one.notificationType} ${one.threshold}`);
  expect(told).toEqual(["ACTUAL 50", "ACTUAL 80", "ACTUAL 100", "FORECASTED 100"]);
  for (const { subscriberSnsTopicArns } of budget.notifications) expect(subscriberSnsTopicArns).toEqual([TOPIC]);
});
