import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Namespace } from "../cluster/namespace.ts";
import { optOut } from "../core/opt-out.ts";
import {
  type CronTaskArgs,
  completeCronTask,
  cronTaskPlan,
  cronTaskProblems,
  isSchedule,
  mostRuns,
} from "./cron-task-plan.ts";
import { relationsPlan } from "./relations.ts";

const base: CronTaskArgs = {
  namespace: { name: "shop" } as Namespace,
  image: "plumbline.dev/shop/expiry:0.1.0",
  zones: ["a", "b", "c"],
  schedule: "30 2 * * *",
};
const full = (args: Partial<CronTaskArgs> = {}) => completeCronTask({ ...base, ...args });
const plan = (args: Partial<CronTaskArgs> = {}) => cronTaskPlan("expiry", full(args), relationsPlan("expiry", []));

interface Spec {
  jobTemplate: { spec: { template: { spec: Record<string, unknown> } } };
}

test("one run at a time, with an end, tried again when it fails and not when it was moved", () => {
  expect(plan().cronJob.spec).toMatchObject({
    schedule: "30 2 * * *",
    timeZone: "Etc/UTC",
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: 300,
    jobTemplate: {
      spec: {
        backoffLimit: 2,
        activeDeadlineSeconds: 900,
        podFailurePolicy: { rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget" }] }] },
      },
    },
  });
  const replaced = { ifStillRunning: "replace", timeLimit: "2h", retries: 0 } as const;
  expect(plan(replaced).cronJob.spec).toMatchObject({
    concurrencyPolicy: "Replace",
    jobTemplate: { spec: { backoffLimit: 0, activeDeadlineSeconds: 7_200 } },
  });
  expect([mostRuns(full()), mostRuns(full(replaced))]).toEqual([1, 2]);
});

test("its pod is restricted, runs in its zones, and is asked nothing", () => {
  const { spec } = (plan().cronJob.spec as unknown as Spec).jobTemplate.spec.template;
  expect(spec).toMatchObject({
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true },
    affinity: { nodeAffinity: expect.anything() },
    tolerations: expect.arrayContaining([expect.objectContaining({ tolerationSeconds: 30 })]),
  });
  const [container = {}] = spec.containers as Record<string, unknown>[];
  for (const absent of ["ports", "readinessProbe", "livenessProbe", "startupProbe", "lifecycle"])
    expect(container).not.toHaveProperty(absent);
  expect(plan().network).toMatchObject({ ingress: [], egress: [] });
});

test("a call without a breaker says so on the task, and on its pods", () => {
  const breaker = optOut("it has one replica");
  const told = { annotations: { "plumbline.dev/opt-out.breaker": "bank: it has one replica" } };
  expect(plan({ calls: { bank: { timeout: "2s", breaker } } }).cronJob).toMatchObject({
    metadata: told,
    spec: { jobTemplate: { spec: { template: { metadata: told } } } },
  });
});

test.each<[what: string, args: Partial<CronTaskArgs>, field: string, allowed: RegExp]>([
  ["a schedule of four fields", { schedule: "30 2 * *" }, "schedule", /day of the week/],
  ["a minute that is none", { schedule: "60 2 * * *" }, "schedule", /minute, hour/],
  ["a time zone that is none", { timeZone: "Europe/Bärlin" }, "timeZone", /IANA name/],
  ["a shorthand that tells no summer time", { timeZone: "CET" }, "timeZone", /IANA name/],
  ["no time", { timeLimit: "0s" }, "timeLimit", /from "1s" to "24h"/],
  ["days", { timeLimit: "2d" }, "timeLimit", /from "1s" to "24h"/],
  ["retries without an end", { retries: 1_000 }, "retries", /from 0 to 10/],
  ["a call longer than it has", { calls: { a: { timeout: "20m" } } }, "calls.a.timeout", /at most timeLimit/],
  ["a moving image", { image: "plumbline.dev/shop/expiry" }, "image", /a tag/],
])("%s is refused", (_, args, field, allowed) => {
  expect(cronTaskProblems("expiry", full(args))).toEqual([
    { field, given: expect.anything(), allowed: expect.stringMatching(allowed) },
  ]);
});

describe("a schedule", () => {
  test.each(["* * * * *", "*/5 * * * *", "0 0 1 1 0", "0,30 8-18/2 * * 1-5", "59 23 31 12 6"])("%s is one", (text) => {
    expect(isSchedule(text)).toBe(true);
  });

  test.each(["", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7"])(
    "%o is none",
    (text) => expect(isSchedule(text)).toBe(false),
  );

  test.each(["5-1 * * * *", "*-5 * * * *", "*/0 * * * *", "1, * * * *", "-1 * * * *", "a * * * *", "*  * * * *"])(
    "%o is none",
    (text) => expect(isSchedule(text)).toBe(false),
  );

  test("is never taken from a text of other characters, and never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => !isSchedule(text) || /^[\d*,/ -]+$/.test(text)));
  });
});
