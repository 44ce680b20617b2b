import { expect, test } from "vitest";
import type { Problem } from "../core/invalid.ts";
import { type Analysis, blueGreen, canary, type Metric, type Release, rolling } from "./release.ts";
import { releasePlan, releaseTime } from "./release-plan.ts";
import { releaseProblems } from "./release-problems.ts";

const ERRORS: Metric = { name: "errors", query: 'sum(rate(http_errors_total{pod=~"{{pods}}"}[1m]))', max: 0.01 };
const analysis: Analysis = { metrics: [ERRORS] };
const deployment = {
  metadata: { name: "orders", namespace: "shop", annotations: { team: "checkout" } },
  spec: {
    replicas: 3,
    selector: { matchLabels: { "app.kubernetes.io/name": "orders" } },
    template: { metadata: {}, spec: { containers: [{ name: "orders", image: "orders:1" }] } },
    revisionHistoryLimit: 5,
    progressDeadlineSeconds: 300,
    strategy: { type: "RollingUpdate" },
  },
};

test("what was not said is filled in, and what is right has no problem", () => {
  for (const release of [
    rolling(),
    blueGreen(),
    blueGreen({ bakeTime: "10m", analysis }),
    canary({ steps: [5, 25, 50] }),
    canary({ steps: ["1%", 99], hold: "1m", analysis: { ...analysis, interval: "5s", failureLimit: 2 } }),
  ])
    expect(releaseProblems("release", release), JSON.stringify(release)).toEqual([]);
  expect(blueGreen()).toEqual({ kind: "blueGreen", bakeTime: "5m" });
  expect(canary({ steps: [10] })).toEqual({ kind: "canary", steps: [10], hold: "2m" });
});

test.each<[what: string, release: Release, field: string, allowed: RegExp]>([
  ["a bake time of a day and more", blueGreen({ bakeTime: "25h" }), "release.bakeTime", /"1s" to "24h"/],
  ["no bake time at all", blueGreen({ bakeTime: "0s" }), "release.bakeTime", /"1s" to "24h"/],
  ["a hold that is no duration", canary({ steps: [5], hold: "long" as "1s" }), "release.hold", /"1s" to "24h"/],
  ["no step", canary({ steps: [] }), "release.steps", /1 to 20 shares/],
  ["a step that is the whole", canary({ steps: [5, 100] }), "release.steps[1]", /from 1 to 99/],
  ["no way to release", "blueGreen" as unknown as Release, "release", /rolling\(\), blueGreen/],
  ["no steps at all", canary({} as { steps: [] }), "release.steps", /1 to 20 shares/],
  [
    "an analysis by another word",
    blueGreen({ analysis: "objective" as "objectives" }),
    "release.analysis",
    /"objectives", or/,
  ],
  ["half a percent", canary({ steps: [0.5] }), "release.steps[0]", /whole percentage/],
  ["a step that falls", canary({ steps: [50, 25] }), "release.steps[1]", /more than the step before it \(50\)/],
  ["no metric", blueGreen({ analysis: { metrics: [] } }), "release.analysis.metrics", /1 to 10 metrics/],
  [
    "a metric without bounds",
    blueGreen({ analysis: { metrics: [{ name: "a", query: "{{pods}}" }] } }),
    "release.analysis.metrics[0].max",
    /as max, as min/,
  ],
  [
    "bounds that nothing is between",
    blueGreen({ analysis: { metrics: [{ ...ERRORS, max: 1, min: 2 }] } }),
    "release.analysis.metrics[0].max",
    /at least min \(2\)/,
  ],
  [
    "a query that judges the old version as well",
    blueGreen({ analysis: { metrics: [{ ...ERRORS, query: "up" }] } }),
    "release.analysis.metrics[0].query",
    /old version is judged too/,
  ],
  [
    "two metrics of one name",
    blueGreen({ analysis: { metrics: [ERRORS, ERRORS] } }),
    "release.analysis.metrics[1].name",
    /no other has/,
  ],
  [
    "an interval that is not over before the bake time is",
    blueGreen({ bakeTime: "30s", analysis }),
    "release.analysis.interval",
    /shorter than the 30s/,
  ],
  [
    "objectives that the service has not",
    blueGreen({ analysis: "objectives" }),
    "release.analysis",
    /objectives of the service/,
  ],
  [
    "a limit that no failure reaches",
    blueGreen({ analysis: { ...analysis, failureLimit: -1 } }),
    "release.analysis.failureLimit",
    /from 0 to 100/,
  ],
])("refused: %s", (_what, release, field, allowed) => {
  expect(releaseProblems("release", release)).toEqual<Problem[]>([
    expect.objectContaining({ field, allowed: expect.stringMatching(allowed) }),
  ]);
});

test("a blue-green release keeps the deployment's pods and names the services that it switches", () => {
  const { metadata, spec } = releasePlan(deployment, blueGreen({ bakeTime: "10m", analysis }), ["orders"]);
  const { strategy: _rolling, ...kept } = deployment.spec;
  expect(metadata.annotations).toEqual({ team: "checkout", "pulumi.com/waitFor": "condition=Ready" });
  expect(spec).toEqual({
    ...kept,
    strategy: { blueGreen: { services: ["orders"], bakeSeconds: 600 } },
    analysis: { intervalSeconds: 30, failureLimit: 0, metrics: [ERRORS] },
  });
});

test("where nothing can measure, an analysis is refused with what changes that, and only an analysis", () => {
  const noAnalysis = "the controller has no Prometheus; set releases.controller.prometheus";
  for (const judgedBy of [analysis, "objectives"] as const)
    for (const release of [blueGreen({ analysis: judgedBy }), canary({ steps: [10], analysis: judgedBy })])
      expect(releaseProblems("release", release, { objectives: { availability: 99.9 }, noAnalysis })).toEqual([
        { field: "release.analysis", given: judgedBy, allowed: `none: ${noAnalysis}` },
      ]);
  for (const release of [rolling(), blueGreen(), canary({ steps: [10] })])
    expect(releaseProblems("release", release, { noAnalysis })).toEqual([]);
});

test("a service's objectives judge its releases, if they are asked to", () => {
  const objectives = { availability: 99.9, latency: { p99: "300ms" } } as const;
  const release = blueGreen({ analysis: "objectives" });
  expect(releaseProblems("release", release, { objectives })).toEqual([]);
  const { analysis } = releasePlan(deployment, release, ["orders"], objectives).spec;
  expect(analysis?.metrics.map(({ name, max }) => [name, max])).toEqual([
    ["error-rate", 0.001],
    ["latency-p99", 0.3],
  ]);
});

test("a canary's steps are weights with a hold", () => {
  expect(releasePlan(deployment, canary({ steps: [5, "25%"], hold: "1m" }), ["orders"]).spec).toMatchObject({
    strategy: {
      canary: {
        steps: [
          { weight: 5, holdSeconds: 60 },
          { weight: 25, holdSeconds: 60 },
        ],
      },
    },
  });
});

test("an engine waits for all of a release: each start of replicas, each span, and some more", () => {
  const minutes = (duration: string) => Number.parseInt(duration, 10) / 60_000;
  expect(minutes(releaseTime(blueGreen({ bakeTime: "10m" }), "5m"))).toBe(10 + 5 + 5);
  expect(minutes(releaseTime(canary({ steps: [5, 25, 50], hold: "2m" }), "5m"))).toBe(3 * 2 + 4 * 5 + 5);
});
