import type { Duration } from "../core/duration.ts";
import { type Objectives, type Target, targetsOf } from "../core/objectives.ts";
import { BUDGET_WINDOW, BURN_RATES, threshold, WINDOWS } from "./burn-rates.ts";
import {
  type AlertingRule,
  alertingRule,
  type RecordingRule,
  type RuleGroup,
  type RulesManifest,
  rulesPlan,
  type Severity,
} from "./rules.ts";
import { selecting } from "./selecting.ts";

export interface ObjectivePlanArgs {
  readonly namespace: string;
  readonly objectives: Objectives;
  readonly team: string;
  /** Where people read the folder of runbooks. Without it an alert does not say. */
  readonly runbooks?: string | undefined;
}

/** The window of the rates that are kept: ten readings of a monitor. Shares over hours and days are sums of them. */
const RATE: Duration = "5m";
/** Windows that are asked of the counters themselves: sums of rates know of a fault some minutes later. */
const DIRECT: ReadonlySet<Duration> = new Set(["5m", "30m", "1h"]);
/** The budget sums up a month, which is much to read, and changes slowly. Prometheus forgets a value after 5 min. */
const BUDGET_INTERVAL: Duration = "2m";

/**
 * A service's objectives as rules of Prometheus, over the metrics of apps/chassis. For each: the share of bad requests over every window
 * (`slo:errors:ratio_rate1h`), what is left of the error budget (`slo:budget:remaining`, 1 is all, below 0 more than all is gone), alerts
 * on how fast it burns, and one when it is spent. For the service: alerts for when nothing is measured, because an objective that nothing
 * measures is kept for ever. All bear the labels `namespace`, `service` and, but for the last, `objective`.
 */
export function objectivePlan(name: string, args: ObjectivePlanArgs): RulesManifest {
  const targets = targetsOf(args.objectives);
  const groups = targets.flatMap((target) => groupsOf(name, args, target));
  const unmeasured = { name: `${args.namespace}-${name}-measured`, rules: unmeasuredAlerts(name, args, targets) };
  return rulesPlan(`${name}-objectives`, args.namespace, [...groups, unmeasured], name);
}

function groupsOf(name: string, args: ObjectivePlanArgs, target: Target): RuleGroup<RecordingRule | AlertingRule>[] {
  const { budget } = target;
  const own = { namespace: args.namespace, service: name, objective: target.name };
  const of = (record: string) => `${record}${selecting(own)}`;
  const record = (rule: string, expr: string): RecordingRule => ({ record: rule, expr, labels: own });
  const counted = (window: Duration) => requests(name, args.namespace, target, window);
  const group = `${args.namespace}-${name}-${target.name}`;
  const over = (window: Duration) =>
    `sum_over_time(${of(BAD)}[${window}]) / (sum_over_time(${of(ALL)}[${window}]) > 0)`;
  return [
    {
      name: group,
      rules: [
        record(BAD, counted(RATE).bad),
        record(ALL, counted(RATE).all),
        ...WINDOWS.map((window) => record(ratio(window), DIRECT.has(window) ? share(counted(window)) : over(window))),
        ...(["critical", "warning"] as const).map((severity) => burnAlert(name, args, target, severity, of)),
      ],
    },
    {
      name: `${group}-budget`,
      interval: BUDGET_INTERVAL,
      rules: [
        record(REMAINING, `1 - ${over(BUDGET_WINDOW)} / ${budget}`),
        alert(name, args, "ObjectiveBudgetSpent", {
          severity: "warning",
          expr: `${of(REMAINING)} <= 0`,
          for: "15m",
          objective: target.name,
          summary: `more requests ${wrong(target)} within ${BUDGET_WINDOW} than its objective allows: until there is budget again, release only what makes it more reliable`,
        }),
      ],
    },
  ];
}

const BAD = `slo:bad:rate${RATE}`;
const ALL = `slo:requests:rate${RATE}`;
const REMAINING = "slo:budget:remaining";
const ratio = (window: Duration) => `slo:errors:ratio_rate${window}`;

interface Requests {
  /** Those a second that miss a target. */
  readonly bad: string;
  /** All those a second that it speaks of. */
  readonly all: string;
}

function share({ bad, all }: Requests): string {
  return `(${bad}) / (${all} > 0)`;
}

function requests(service: string, namespace: string, { seconds }: Target, window: Duration): Requests {
  const rate = (metric: string, more = "") =>
    `sum(rate(${metric}${selecting({ namespace, service }, more)}[${window}]))`;
  if (seconds === undefined) {
    const metric = "http_requests_total";
    // A service that has not failed yet has no series of failures: that is none, not unknown.
    return { bad: `${rate(metric, 'status=~"5.."')} or vector(0)`, all: rate(metric) };
  }
  const all = rate(COUNT);
  return { bad: `${all} - ${rate(BUCKET, endsAt(seconds))}`, all };
}

const COUNT = "http_request_duration_seconds_count";
const BUCKET = "http_request_duration_seconds_bucket";

/** The bucket that ends at a latency. Prometheus 3 writes a whole number with a decimal, what is before it does not. */
function endsAt(seconds: number): string {
  return Number.isInteger(seconds) ? `le=~"${seconds}|${seconds}.0"` : `le="${seconds}"`;
}

function burnAlert(
  name: string,
  args: ObjectivePlanArgs,
  target: Target,
  severity: Severity,
  of: (record: string) => string,
): AlertingRule {
  const parts = BURN_RATES[severity].map((rate) => {
    const above = threshold(rate, target.budget);
    return `(${of(ratio(rate.long))} > ${above} and ${of(ratio(rate.short))} > ${above})`;
  });
  const allowed = `{{ $value | humanizePercentage }} of its requests ${wrong(target)}, of which ${percentage(target.budget)} may`;
  const todo =
    severity === "critical"
      ? "undo what was released or changed last, else look which route and which dependency it is"
      : "find out why before the budget is spent; it can wait for the morning";
  return alert(name, args, severity === "critical" ? "ObjectiveBurnsFast" : "ObjectiveBurnsSlowly", {
    severity,
    expr: parts.join(" or "),
    objective: target.name,
    summary: `${allowed}: ${todo}`,
  });
}

/** How long nothing must be read of a service: an update of all its pods, and a restart of Prometheus, are over by then. */
const UNREAD: Duration = "5m";

function unmeasuredAlerts(name: string, args: ObjectivePlanArgs, targets: readonly Target[]): AlertingRule[] {
  const own = { namespace: args.namespace, service: name };
  return [
    alert(name, args, "ObjectiveUnmeasured", {
      severity: "critical",
      expr: `absent(up${selecting(own)} == 1)`,
      for: UNREAD,
      summary: `none of its pods lets Prometheus read its metrics: see whether any pod is ready; if they are, nothing tells whether it keeps its objectives`,
    }),
    ...targets.flatMap(({ name: objective, given, seconds }) =>
      seconds === undefined
        ? []
        : [
            alert(name, args, "ObjectiveWithoutBucket", {
              severity: "warning",
              expr: `count(${COUNT}${selecting(own)}) unless count(${BUCKET}${selecting(own, endsAt(seconds))})`,
              for: "15m",
              objective,
              summary: `its histogram ${COUNT.replace("_count", "")} has no bucket that ends at ${given}, so nothing tells how many requests take longer: give it one`,
            }),
          ],
    ),
  ];
}

/** What is wrong with a request that misses a target. */
function wrong({ given, seconds }: Target): string {
  return seconds === undefined ? "fail with an error of its own" : `take longer than ${given}`;
}

function percentage(share: number): string {
  return `${Number((share * 100).toFixed(3))}%`;
}

interface Told extends Pick<AlertingRule, "expr" | "for"> {
  readonly severity: Severity;
  readonly objective?: string;
  readonly summary: string;
}

function alert(
  service: string,
  { namespace, team, runbooks }: ObjectivePlanArgs,
  name: string,
  { objective, summary, ...rule }: Told,
): AlertingRule {
  return alertingRule({
    alert: name,
    ...rule,
    labels: { team, namespace, service, ...(objective && { objective }) },
    summary: `${service}: ${summary}`,
    runbook: "objectives",
    runbooks,
  });
}
