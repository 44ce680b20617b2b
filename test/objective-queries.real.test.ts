import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Metrics } from "../apps/chassis/src/metrics.ts";
import { milliseconds } from "../components/core/index.ts";
import { releaseQueries } from "../components/delivery/index.ts";
import { environmentNames, loadEnvironment } from "../stacks/environment.ts";
import { type Promtool, promtool } from "./support/promtool.ts";
import { whyNotUnpacked } from "./support/unpacked-image.ts";

const QUERIES = releaseQueries({ availability: 99.9, latency: { p99: "300ms" } });

/** What comes of a counter in each 30 s, by its labels. */
type Growth = Readonly<Record<string, number>>;

const requests = (status: number, pod = "orders-green-1") => `http_requests_total{pod="${pod}",status="${status}"}`;
const within = (le: string) => `http_request_duration_seconds_bucket{pod="orders-green-1",le="${le}"}`;
/** Requests that took up to 0.2 s, to 0.3 s, to 0.5 s, and all. */
const durations = (...counts: [number, number, number, number]): Growth =>
  Object.fromEntries(["0.2", "0.3", "0.5", "+Inf"].map((le, index) => [within(le), counts[index] ?? 0]));

/** A question about pods whose counters grow so for five minutes, and whether there is an answer. */
function question(ask: (query: string, max: number) => string, name: string, growth: Growth, isAnswered: boolean) {
  const { query = "", max = 0 } = QUERIES.find((one) => one.name === name) ?? {};
  return {
    interval: "30s",
    input_series: Object.entries(growth).map(([series, each]) => ({ series, values: `0+${each}x10` })),
    promql_expr_test: [
      {
        expr: `count(${ask(query.replaceAll("{{pods}}", "orders-green-.*"), max)})`,
        eval_time: "5m",
        exp_samples: isAnswered ? [{ labels: "{}", value: 1 }] : [],
      },
    ],
  };
}

describe.skipIf(whyNotUnpacked)(
  `a release is judged by Prometheus${whyNotUnpacked ? ` (skipped: ${whyNotUnpacked})` : ""}`,
  () => {
    let tool: Promtool;
    beforeAll(async () => {
      tool = await promtool();
    });
    afterAll(() => tool?.remove());

    const isBad = (query: string, max: number) => `(${query}) > ${max}`;
    const isAnyNumber = (query: string) => query;
    const isNone = (query: string) => `(${query}) == 0`;

    test.each<[what: string, asked: ReturnType<typeof question>]>([
      [
        "two failures of a thousand are bad",
        question(isBad, "error-rate", { [requests(200)]: 998, [requests(503)]: 2 }, true),
      ],
      [
        "one of two thousand is not",
        question(isBad, "error-rate", { [requests(200)]: 1_999, [requests(500)]: 1 }, false),
      ],
      ["pods that never failed have no failures", question(isNone, "error-rate", { [requests(200)]: 100 }, true)],
      ["what a client did wrong is its own", question(isNone, "error-rate", { [requests(404)]: 100 }, true)],
      [
        "other pods' failures are theirs",
        question(isNone, "error-rate", { [requests(200)]: 100, [requests(500, "orders-blue-1")]: 100 }, true),
      ],
      [
        "no traffic is no number",
        question(isAnyNumber, "error-rate", { [requests(200)]: 0, [requests(500)]: 0 }, false),
      ],
      ["no pods are no number", question(isAnyNumber, "error-rate", {}, false)],
      [
        "twenty slow ones of a thousand are bad",
        question(isBad, "latency-p99", durations(900, 980, 1_000, 1_000), true),
      ],
      [
        "five slow ones of a thousand are not",
        question(isBad, "latency-p99", durations(900, 995, 1_000, 1_000), false),
      ],
      ["all just below the objective are not", question(isBad, "latency-p99", durations(0, 100, 100, 100), false)],
      ["no traffic has no latency", question(isAnyNumber, "latency-p99", durations(0, 0, 0, 0), false)],
      ["no pods have no latency", question(isAnyNumber, "latency-p99", {}, false)],
    ])("%s", (_, asked) => {
      const said = tool.run(["test", "rules", "/tests.yml"], { "tests.yml": { tests: [asked] } });
      expect(said).toContain("SUCCESS");
    });
  },
);

test("the services have a bucket that ends at the latency that each environment promises", () => {
  const histogram = new Metrics("any").registry.getSingleMetric("http_request_duration_seconds");
  const { upperBounds } = histogram as unknown as { upperBounds: readonly number[] };
  for (const name of environmentNames())
    expect(upperBounds, name).toContain(milliseconds(loadEnvironment(name).objectives.latency.p99) / 1_000);
});
