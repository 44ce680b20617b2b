import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Objectives } from "../components/core/index.ts";
import { objectivePlan } from "../components/observability/index.ts";
import { type Promtool, promtool } from "./support/promtool.ts";
import { whyNotUnpacked } from "./support/unpacked-image.ts";

const plan = (objectives: Objectives) =>
  objectivePlan("orders", {
    namespace: "shop",
    team: "checkout",
    runbooks: "https://git.example.com/docs/runbooks",
    objectives,
  }).spec;
const AVAILABILITY = plan({ availability: 99.9 });
const LATENCY = plan({ latency: { p99: "300ms" } });
const WHOLE_SECOND = plan({ latency: { p90: "1s" } });

/** What comes of a counter in each minute; a text is values as promtool takes them. */
type Growth = Readonly<Record<string, number | string>>;

const LONG = 60 * 24 * 4;
const of = (more = "", pod = "orders-1", service = "orders") =>
  `{namespace="shop",service="${service}",pod="${pod}"${more}}`;
const requests = (status: number, ...where: string[]) => `http_requests_total${of(`,status="${status}"`, ...where)}`;
const answered = (good: number, bad: number): Growth => ({ [requests(200)]: good, [requests(503)]: bad });
/** Requests that took up to a bound, and all. */
const durations = (within: number, all: number, le = "0.3"): Growth => ({
  [`http_request_duration_seconds_bucket${of(`,le="${le}"`)}`]: within,
  [`http_request_duration_seconds_bucket${of(',le="+Inf"')}`]: all,
  [`http_request_duration_seconds_count${of()}`]: all,
});
/** All are quick, and then so many of a thousand. */
const slower = (within: number): Growth => ({
  ...durations(1_000, 1_000),
  [`http_request_duration_seconds_bucket${of(',le="0.3"')}`]: changes(1_000, within),
});
const up = (...values: string[]): Growth =>
  Object.fromEntries(values.map((value, index) => [`up${of("", `orders-${index}`)}`, value]));
/** So long all is well before it changes, in minutes: longer than the windows that wake somebody, which know no more than there is. */
const QUIET = 60 * 8;
/** So much a minute, and another amount from then on. */
const changes = (before: number, after: number): string =>
  `0+${before}x${QUIET} ${before * QUIET + after}+${after}x${LONG}`;
/** When it has been so for some minutes. */
const after = (minutes: number): string => `${QUIET + minutes}m`;
/** As many failures as successes, for two minutes: 3 % of the hour's requests, and half a percent of six hours'. */
const SHORT_FAULT: Growth = {
  [requests(200)]: 1_000,
  [requests(503)]: `0x${QUIET} 1000+1000x1 2000x${LONG}`,
};

interface Trial {
  readonly alert: string;
  readonly objective?: string;
  readonly rules?: ReturnType<typeof plan>;
  readonly fires: Readonly<Record<string, [growth: Growth, at: string]>>;
  readonly silent: Readonly<Record<string, [growth: Growth, at: string]>>;
}

const TRIALS: readonly Trial[] = [
  {
    alert: "ObjectiveBurnsFast",
    objective: "availability",
    fires: {
      "15 times as fast, for an hour": [{ ...answered(985, 0), [requests(503)]: changes(0, 15) }, after(65)],
      "7 times as fast, for six hours": [answered(993, 7), "7h"],
      "a fault of two minutes that takes half": [SHORT_FAULT, after(2)],
    },
    silent: {
      "14 times as fast, for an hour": [{ ...answered(986, 0), [requests(503)]: changes(0, 14) }, after(65)],
      "5 times as fast, for six hours": [answered(995, 5), "7h"],
      "the same fault, eight minutes after it ended": [SHORT_FAULT, after(10)],
      "what clients do wrong": [{ [requests(200)]: 500, [requests(404)]: 500 }, "65m"],
      "another service's failures": [
        { [requests(200)]: 1_000, [requests(503, "cart-1", "cart")]: 1_000, [requests(200, "cart-1", "cart")]: 1 },
        "65m",
      ],
      "no traffic": [answered(0, 0), "65m"],
    },
  },
  {
    alert: "ObjectiveBurnsSlowly",
    objective: "availability",
    fires: {
      "4 times as fast, for a day": [answered(996, 4), "25h"],
      "twice as fast, for three days": [answered(998, 2), "73h"],
    },
    silent: {
      "less than what is allowed": [answered(1_099, 1), "73h"],
      "a service that never failed": [{ [requests(200)]: 1_000 }, "73h"],
    },
  },
  {
    alert: "ObjectiveBudgetSpent",
    objective: "availability",
    fires: { "twice what is allowed": [answered(998, 2), "2h"] },
    silent: { "half of what is allowed": [answered(1_999, 1), "2h"] },
  },
  {
    alert: "ObjectiveBurnsFast",
    objective: "latency-p99",
    fires: {
      "15 of a hundred are slow, for an hour": [slower(850), after(65)],
      "7 of a hundred are slow, for six hours": [durations(930, 1_000), "7h"],
    },
    silent: {
      "14 of a hundred, for an hour": [slower(860), after(65)],
      "no traffic": [durations(0, 0), "65m"],
    },
  },
  {
    alert: "ObjectiveBurnsSlowly",
    objective: "latency-p99",
    fires: { "4 of a hundred, for a day": [durations(960, 1_000), "25h"] },
    silent: { "less than one of a hundred": [durations(991, 1_000), "25h"] },
  },
  {
    alert: "ObjectiveBudgetSpent",
    objective: "latency-p99",
    fires: { "two of a hundred": [durations(980, 1_000), "2h"] },
    silent: { "one of two hundred": [durations(995, 1_000), "2h"] },
  },
  {
    alert: "ObjectiveBurnsFast",
    objective: "latency-p90",
    rules: WHOLE_SECOND,
    fires: {
      "all are slow, though a tenth may be": [durations(0, 1_000, "1"), "65m"],
      "a bound as Prometheus 3 writes it": [durations(0, 1_000, "1.0"), "65m"],
    },
    silent: { "half of them for an hour": [durations(500, 1_000, "1"), "65m"] },
  },
  {
    alert: "ObjectiveUnmeasured",
    fires: {
      "no pod answers": [up("0x60", "0x60"), "30m"],
      "no pod is known": [{}, "30m"],
    },
    silent: {
      "one of two answers": [up("0x60", "1x60"), "30m"],
      "an update, over within five minutes": [up("1x10 0x4 1x40"), "16m"],
    },
  },
  {
    alert: "ObjectiveWithoutBucket",
    objective: "latency-p99",
    fires: { "another bound": [durations(900, 1_000, "0.25"), "30m"] },
    silent: { "the bound": [durations(900, 1_000), "30m"], "no histogram yet": [{}, "30m"] },
  },
];

const CASES = TRIALS.flatMap(
  ({ alert, objective = "", rules = objective.startsWith("latency") ? LATENCY : AVAILABILITY, fires, silent }) =>
    [...Object.entries(fires).map(one(true)), ...Object.entries(silent).map(one(false))].map((tried) => ({
      alert,
      objective,
      rules,
      ...tried,
    })),
);

function one(isTold: boolean) {
  return ([what, [growth, at]]: [string, [Growth, string]]) => ({
    isTold,
    says: isTold ? "fires" : "silent",
    what,
    growth,
    at,
  });
}

const input = (growth: Growth) =>
  Object.entries(growth).map(([series, each]) => ({
    series,
    values: typeof each === "string" ? each : `0+${each}x${LONG}`,
  }));

describe.skipIf(whyNotUnpacked)(
  `the alerts on objectives, judged by Prometheus${whyNotUnpacked ? ` (skipped: ${whyNotUnpacked})` : ""}`,
  () => {
    let tool: Promtool;
    beforeAll(async () => {
      tool = await promtool();
    });
    afterAll(() => tool?.remove());

    // Every minute as in earnest would be minutes of work where it goes on for days.
    const judge = (rules: unknown, growth: Growth, more: object, evaluation_interval = "1m") => {
      const tests = [{ interval: "1m", input_series: input(growth), ...more }];
      const files = {
        "rules.yml": rules,
        "tests.yml": { rule_files: ["/rules.yml"], evaluation_interval, tests },
      };
      return tool.run(["test", "rules", "/tests.yml"], files);
    };

    test("Prometheus takes the rules", () => {
      for (const rules of [AVAILABILITY, LATENCY, WHOLE_SECOND])
        expect(tool.run(["check", "rules", "/rules.yml"], { "rules.yml": rules })).toContain("SUCCESS");
    });

    test.each(CASES)("$alert $objective $says: $what", ({ alert, objective, rules, isTold, growth, at }) => {
      const expr = `count(ALERTS{alertname="${alert}",objective="${objective}",alertstate="firing"})`;
      const exp_samples = isTold ? [{ labels: "{}", value: 1 }] : [];
      expect(
        judge(
          rules,
          growth,
          { promql_expr_test: [{ expr, eval_time: at, exp_samples }] },
          at.endsWith("h") ? "5m" : "1m",
        ),
      ).toContain("SUCCESS");
    });

    test("what is left of the budget, with and without failures", () => {
      // The order in which Prometheus adds series is not fixed, and with it the last digit.
      const expr = 'round(slo:budget:remaining{objective="availability"}, 0.000001)';
      const left = (growth: Growth, value: number) =>
        judge(AVAILABILITY, growth, {
          promql_expr_test: [
            {
              expr,
              eval_time: "4h",
              exp_samples: [
                {
                  labels: '{namespace="shop",service="orders",objective="availability"}',
                  value,
                },
              ],
            },
          ],
        });
      expect(left({ [requests(200)]: 1_000 }, 1)).toContain("SUCCESS");
      expect(left(answered(1_999, 1), 0.5)).toContain("SUCCESS");
      expect(left(answered(997, 3), -2)).toContain("SUCCESS");
    });

    test("a page says whose it is, what is wrong and what to do", () => {
      const exp_alerts = [
        {
          exp_labels: {
            severity: "critical",
            team: "checkout",
            namespace: "shop",
            service: "orders",
            objective: "availability",
          },
          exp_annotations: {
            summary:
              "orders: 2% of its requests fail with an error of its own, of which 0.1% may: undo what was released or changed last, else look which route and which dependency it is",
            runbook_url: "https://git.example.com/docs/runbooks/objectives.md#objectiveburnsfast",
          },
        },
      ];
      const alert_rule_test = [{ eval_time: "65m", alertname: "ObjectiveBurnsFast", exp_alerts }];
      expect(judge(AVAILABILITY, answered(980, 20), { alert_rule_test })).toContain("SUCCESS");
    });
  },
);

test("each alert is tried on both sides, and its runbook says what to do", () => {
  const runbook = readFileSync(join(import.meta.dirname, "../docs/runbooks/objectives.md"), "utf8");
  const sections = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, heading]) => heading);
  const alerts = [AVAILABILITY, LATENCY]
    .flatMap(({ groups }) => groups)
    .flatMap(({ rules }) => rules.flatMap((rule) => ("alert" in rule ? [rule] : [])));
  expect(alerts).toHaveLength(9);
  for (const { alert, labels } of alerts) {
    const tried = TRIALS.find((trial) => trial.alert === alert && trial.objective === labels.objective);
    expect(Object.keys(tried?.fires ?? {}), `${alert} ${labels.objective} fires`).not.toEqual([]);
    expect(Object.keys(tried?.silent ?? {}), `${alert} ${labels.objective} is silent`).not.toEqual([]);
    expect(sections, `docs/runbooks/objectives.md has a section ## ${alert}`).toContain(alert);
  }
});
