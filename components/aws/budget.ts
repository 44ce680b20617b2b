import { Budget as AwsBudget, type BudgetArgs as AwsBudgetArgs } from "@pulumi/aws/budgets/budget.js";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component.ts";
import { type Problem, refuse } from "../core/invalid.ts";
import { nameProblems } from "../core/names.ts";
import type { Transform } from "../core/transform.ts";
import { awsName } from "../data/aws/name.ts";
import { accountProblems } from "../data/aws/place.ts";
import { type AwsAccount, namedTags } from "./account.ts";

export interface BudgetArgs {
  readonly account: AwsAccount;
  /** What a month may cost, in US dollars, more than nothing. */
  readonly monthlyUsd: number;
  /** At which shares of it somebody is told what was spent, in percent; 50, 80 and 100 by default. */
  readonly spent?: readonly number[];
  /** At which shares somebody is told what will have been spent at the end of the month; 100 by default. AWS needs some weeks to learn. */
  readonly forecast?: readonly number[];
  /** A topic of SNS in any region, into which `budgets.amazonaws.com` may publish. It is told of all. */
  readonly topicArn: pulumi.Input<string>;
  /** Counts only what has this tag, such as `{ key: "team", value: "shop" }`; it must be activated for costs. All of the account by default. */
  readonly only?: { readonly key: string; readonly value: string };
  readonly transform?: { readonly budget?: Transform<AwsBudgetArgs> };
}

type CompleteBudget = Required<Omit<BudgetArgs, "transform" | "topicArn" | "only">> & Pick<BudgetArgs, "only">;

/** How many messages AWS takes for a budget. */
const MOST_NOTICES = 10;
const MOST_PERCENT = 1000;
const LONGEST_NAME = 100;

/** Everything that is wrong with a budget's arguments. */
export function budgetProblems(name: string, args: CompleteBudget): Problem[] {
  const { account, monthlyUsd, spent, forecast, only } = args;
  const problems = [...nameProblems("name", name), ...accountProblems("account", account)];
  if (!(typeof monthlyUsd === "number" && monthlyUsd > 0 && Number.isFinite(monthlyUsd)))
    problems.push({ field: "monthlyUsd", given: monthlyUsd, allowed: "a number of US dollars, more than nothing" });
  for (const [field, shares] of Object.entries({ spent, forecast }))
    for (const [index, given] of shares.entries())
      if (!(given > 0 && given <= MOST_PERCENT) || shares.indexOf(given) !== index)
        problems.push({ field: `${field}[${index}]`, given, allowed: `a percentage up to ${MOST_PERCENT}, each once` });
  const notices = spent.length + forecast.length;
  if (notices === 0 || notices > MOST_NOTICES)
    problems.push({
      field: "spent",
      given: spent,
      allowed: `with forecast, one share to ${MOST_NOTICES}: AWS tells of no more`,
    });
  if (only !== undefined && !(only?.key && only.value))
    problems.push({ field: "only", given: only, allowed: "{ key, value } of a tag" });
  return problems;
}

/** A budget as AWS is asked for it, but for whom it tells. */
function budgetPlan(stack: string, name: string, args: CompleteBudget, topicArn: pulumi.Input<string>): AwsBudgetArgs {
  const { account, monthlyUsd, spent, forecast, only } = args;
  const id = awsName(stack, name, LONGEST_NAME);
  const notice = (notificationType: string) => (threshold: number) => ({
    notificationType,
    threshold,
    thresholdType: "PERCENTAGE",
    comparisonOperator: "GREATER_THAN",
    subscriberSnsTopicArns: [topicArn],
  });
  return {
    name: id,
    accountId: account.accountId,
    budgetType: "COST",
    timeUnit: "MONTHLY",
    limitAmount: String(monthlyUsd),
    limitUnit: "USD",
    ...(only && { costFilters: [{ name: "TagKeyValue", values: [`user:${only.key}$${only.value}`] }] }),
    notifications: [...spent.map(notice("ACTUAL")), ...forecast.map(notice("FORECASTED"))],
    tags: namedTags(account, id),
  };
}

/** What a month may cost, and who is told before it has. It stops nothing. */
export class Budget extends Component {
  constructor(name: string, { transform, topicArn, ...args }: BudgetArgs, opts?: pulumi.ComponentResourceOptions) {
    const complete = { spent: [50, 80, 100], forecast: [100], ...args };
    refuse(`Budget "${name}"`, budgetProblems(name, complete));
    super("aws:Budget", name, opts);
    const plan = budgetPlan(pulumi.getStack(), name, complete, topicArn);
    new AwsBudget(...this.child(name, plan, transform?.budget));
    this.registerOutputs({});
  }
}
