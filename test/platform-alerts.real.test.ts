import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Series } from "./support/alert-series.ts";
import { OWN_ALERTS, OWN_TOLD } from "./support/monitoring-alerts.ts";
import { PLATFORM } from "./support/platform-alerts.ts";
import { type Promtool, promtool } from "./support/promtool.ts";
import { whyNotUnpacked } from "./support/unpacked-image.ts";

const CASES = PLATFORM.flatMap(({ page, rules, told, at }) =>
  Object.entries(told).flatMap(([alert, cases]) => cases.map((one) => ({ page, rules, at, alert, ...one }))),
);

describe.skipIf(whyNotUnpacked)(
  `the alerts about the platform, judged by Prometheus${whyNotUnpacked ? ` (skipped: ${whyNotUnpacked})` : ""}`,
  () => {
    let tool: Promtool;
    beforeAll(async () => {
      tool = await promtool();
    });
    afterAll(() => tool?.remove());

    test.each(PLATFORM)("Prometheus takes the rules of $page", ({ rules }) => {
      expect(tool.run(["check", "rules", "/rules.yml"], { "rules.yml": rules.spec })).toContain("SUCCESS");
    });

    test.each(CASES)(
      "$page: $alert fires once when it should, and is silent when not",
      ({ rules, at, alert, fires, silent }) => {
        const asked = (series: Series, isTold: boolean) => ({
          interval: "1m",
          input_series: Object.entries(series).map(([of, values]) => ({ series: of, values })),
          promql_expr_test: [
            {
              expr: `count(ALERTS{alertname="${alert}",alertstate="firing"})`,
              eval_time: at,
              exp_samples: isTold ? [{ labels: "{}", value: 1 }] : [],
            },
          ],
        });
        const tests = [asked(fires, true), asked(silent, false)];
        const files = { "rules.yml": rules.spec, "tests.yml": { rule_files: ["/rules.yml"], tests } };
        expect(tool.run(["test", "rules", "/tests.yml"], files)).toContain("SUCCESS");
      },
    );

    test("who is told of a target reads where it is, and how many there are", () => {
      const exp_alerts = [
        {
          exp_labels: { severity: "warning", team: "platform", namespace: "shop", job: "orders" },
          exp_annotations: {
            summary:
              "main: 2 of the targets of orders cannot be read, so that no alert sees them: see the page Targets of Prometheus for why",
            runbook_url: "https://git.example.com/docs/runbooks/monitoring.md#targetdown",
          },
        },
      ];
      const input_series = Object.entries(OWN_TOLD.TargetDown?.[0]?.fires ?? {}).map(([series, values]) => ({
        series,
        values,
      }));
      const alert_rule_test = [{ eval_time: "45m", alertname: "TargetDown", exp_alerts }];
      const tests = [{ interval: "1m", input_series, alert_rule_test }];
      const files = { "rules.yml": OWN_ALERTS.spec, "tests.yml": { rule_files: ["/rules.yml"], tests } };
      expect(tool.run(["test", "rules", "/tests.yml"], files)).toContain("SUCCESS");
    });
  },
);
