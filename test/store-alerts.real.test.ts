import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alertsPlan, sinceItEndedWell } from "../components/observability/alert.ts";
import type { Series, Told } from "./support/alert-series.ts";
import { type Promtool, promtool } from "./support/promtool.ts";
import { STORES } from "./support/store-alerts.ts";
import { whyNotUnpacked } from "./support/unpacked-image.ts";

/** Alerts of stores alone; a cache is told of the rest as a store is. */
const ALERTS = Object.entries(STORES).flatMap(([store, { watched, told }]) =>
  Object.keys(told).map((name) => ({ store, name, watched, told: told[name] as Told })),
);

describe.skipIf(whyNotUnpacked)(
  `the alerts of stores, judged by Prometheus${whyNotUnpacked ? ` (skipped: ${whyNotUnpacked})` : ""}`,
  () => {
    let tool: Promtool;
    beforeAll(async () => {
      tool = await promtool();
    });
    afterAll(() => tool?.remove());

    test.each(ALERTS)("$store: $name fires when it should, and is silent when not", ({ name, watched, told }) => {
      const rules = alertsPlan({ name: "store", namespace: "data", ...watched }, watched.alerts).spec;
      const asked = (series: Series, fires: boolean) => ({
        interval: "1m",
        input_series: Object.entries(series).map(([of, values]) => ({ series: of, values })),
        promql_expr_test: [
          {
            expr: `count by (alertname) (ALERTS{alertname="${name}",alertstate="firing"})`,
            eval_time: "45m",
            exp_samples: fires ? [{ labels: `{alertname="${name}"}`, value: 1 }] : [],
          },
        ],
      });
      const tests = [asked(told.fires, true), asked(told.silent, false)];
      if (told.without) tests.push(asked(told.without, true));
      const files = { "rules.yml": rules, "tests.yml": { rule_files: ["/rules.yml"], tests } };
      expect(tool.run(["check", "rules", "/rules.yml"], files)).toContain("SUCCESS");
      expect(tool.run(["test", "rules", "/tests.yml"], files)).toContain("SUCCESS");
    });

    test("what nobody knows to have ended well never did: without kube-state-metrics all that is late is told", () => {
      const asked = {
        expr: sinceItEndedWell("data", "pg-restore-drill"),
        eval_time: "1h",
        exp_samples: [{ labels: "{}", value: 3_600 }],
      };
      const tests = [{ interval: "1m", input_series: [], promql_expr_test: [asked] }];
      const files = { "rules.yml": { groups: [] }, "tests.yml": { rule_files: ["/rules.yml"], tests } };
      expect(tool.run(["test", "rules", "/tests.yml"], files)).toContain("SUCCESS");
    });
  },
);
