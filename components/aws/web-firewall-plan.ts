import type { WebAclArgs } from "@pulumi/aws/wafv2/webAcl.js";
import type { WebAclLoggingConfigurationArgs } from "@pulumi/aws/wafv2/webAclLoggingConfiguration.js";
import type { Problem } from "../core/invalid.ts";
import { nameProblems } from "../core/names.ts";
import { type Shapes, shapeProblems } from "../core/shape.ts";
import { wholeProblems } from "../core/whole.ts";
import { accountProblems, logDaysProblems } from "../data/aws/place.ts";
import { type AwsAccount, namedTags } from "./account.ts";

/** How often one caller may ask, of all paths or of those that begin so. */
export interface RateRule {
  /** Requests of one address in a window, 10 to 2,000,000,000. */
  readonly requests: number;
  /** In seconds: 60, 120, 300 or 600; 300 by default. WAF looks every ten seconds, so a burst gets through. */
  readonly window?: 60 | 120 | 300 | 600;
  /** Such as `/orders/`; all by default. */
  readonly path?: string;
}

/** Groups of rules that AWS keeps: what attacks use, what no request needs, and addresses of whom others complain. */
export const MANAGED_GROUPS = [
  "AWSManagedRulesAmazonIpReputationList",
  "AWSManagedRulesCommonRuleSet",
  "AWSManagedRulesKnownBadInputsRuleSet",
  "AWSManagedRulesAnonymousIpList",
  "AWSManagedRulesSQLiRuleSet",
  "AWSManagedRulesLinuxRuleSet",
] as const;
export type ManagedGroup = (typeof MANAGED_GROUPS)[number];

export interface CompleteFirewall {
  readonly account: AwsAccount;
  readonly rates: Readonly<Record<string, RateRule>>;
  readonly groups: readonly ManagedGroup[];
  readonly counting: readonly string[];
  readonly logDays: number;
}

const SHAPES: Shapes = {
  account: "an object",
  rates: "an object of objects, by name",
  groups: "a list of texts",
  counting: "a list of texts",
};
const WINDOWS = [60, 120, 300, 600];
const RATE = { least: 10, most: 2_000_000_000 };
const USUAL_WINDOW = 300;
/** Headers that hold secrets: they stand in no log. */
const SECRET_HEADERS = ["authorization", "cookie", "x-api-key"];

/** Everything that is wrong with a firewall's arguments. */
export function firewallProblems(name: string, args: CompleteFirewall): Problem[] {
  const misshapen = shapeProblems(args, SHAPES);
  if (misshapen.length > 0) return misshapen;
  const { account, rates, groups, counting, logDays } = args;
  const problems = [
    ...nameProblems("name", name),
    ...accountProblems("account", account),
    ...logDaysProblems("logDays", logDays),
  ];
  if (Object.keys(rates).length === 0)
    problems.push({ field: "rates", given: rates, allowed: "one at least: how often one address may ask of anything" });
  for (const [rule, { requests, window = USUAL_WINDOW, path }] of Object.entries(rates)) {
    problems.push(...nameProblems(`rates.${rule}`, rule));
    problems.push(...wholeProblems(`rates.${rule}.requests`, requests, RATE.least, RATE.most));
    if (!WINDOWS.includes(window))
      problems.push({ field: `rates.${rule}.window`, given: window, allowed: WINDOWS.join(", ") });
    if (path !== undefined && !/^\/[\x21-\x7e]{0,198}$/.test(path))
      problems.push({ field: `rates.${rule}.path`, given: path, allowed: 'how paths begin, such as "/orders/"' });
  }
  for (const [index, given] of groups.entries())
    if (!MANAGED_GROUPS.includes(given) || groups.indexOf(given) !== index)
      problems.push({ field: `groups[${index}]`, given, allowed: `each once, of ${MANAGED_GROUPS.join(", ")}` });
  const known = [...Object.keys(rates), ...groups];
  for (const [index, given] of counting.entries())
    if (!known.includes(given))
      problems.push({ field: `counting[${index}]`, given, allowed: `a rule that there is: ${known.join(", ")}` });
  return problems;
}

const seen = (metricName: string) => ({ metricName, cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true });

/** Rates first, since they cost least to look at; then the groups, in their order. What only counts lets pass. */
export function firewallPlan(id: string, args: CompleteFirewall): WebAclArgs {
  const { account, rates, groups, counting } = args;
  const counts = (name: string) => counting.includes(name);
  const byRate = Object.entries(rates).map(([name, { requests, window = USUAL_WINDOW, path }]) => ({
    name,
    action: counts(name) ? { count: {} } : { block: { customResponse: { responseCode: 429 } } },
    statement: {
      rateBasedStatement: {
        limit: requests,
        aggregateKeyType: "IP",
        evaluationWindowSec: window,
        ...(path !== undefined && {
          scopeDownStatement: {
            byteMatchStatement: {
              searchString: path,
              fieldToMatch: { uriPath: {} },
              positionalConstraint: "STARTS_WITH",
              textTransformations: [{ priority: 0, type: "NORMALIZE_PATH" }],
            },
          },
        }),
      },
    },
  }));
  const byGroup = groups.map((name) => ({
    name,
    overrideAction: counts(name) ? { count: {} } : { none: {} },
    statement: { managedRuleGroupStatement: { vendorName: "AWS", name } },
  }));
  return {
    name: id,
    description: `Before what ${id} lets in`,
    scope: "REGIONAL",
    defaultAction: { allow: {} },
    rules: [...byRate, ...byGroup].map((rule, priority) => ({
      ...rule,
      priority,
      visibilityConfig: seen(rule.name),
    })),
    visibilityConfig: seen(id),
    tags: namedTags(account, id),
  };
}

/** What was stopped or counted is told, without what callers prove themselves by; what was let through is the gateway's to tell. */
export function firewallLogPlan(): Omit<WebAclLoggingConfigurationArgs, "resourceArn" | "logDestinationConfigs"> {
  const conditions = ["BLOCK", "COUNT"].map((action) => ({ actionCondition: { action } }));
  return {
    redactedFields: SECRET_HEADERS.map((name) => ({ singleHeader: { name } })),
    loggingFilter: {
      defaultBehavior: "DROP",
      filters: [{ behavior: "KEEP", requirement: "MEETS_ANY", conditions }],
    },
  };
}
