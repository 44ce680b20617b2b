import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Namespace } from "../cluster/index.ts";
import { InvalidArgsError, optOut } from "../core/index.ts";
import { record } from "../testing/record.ts";
import { Microservice } from "../workload/index.ts";
import { BURN_RATES, threshold, WINDOWS } from "./burn-rates.ts";
import { Objective, objectivePlan } from "./index.ts";

const RATES = Object.values(BURN_RATES).flat();
const quota = { cpu: "10", memory: "10Gi", pods: 100 } as const;
const objectives = { availability: 99.9, latency: { p99: "300ms" } } as const;
const base = { zones: ["a", "b", "c"], image: "registry.example.com/any:1.0.0" };

const made = (program: (namespace: Namespace) => unknown) =>
  record("test", () => {
    program(new Namespace("shop", { quota }));
    return {};
  });
/** The names of the PrometheusRules that a program makes. */
const rulesOf = async (program: (namespace: Namespace) => unknown) =>
  (await made(program)).resources.filter(({ type }) => type.endsWith(":PrometheusRule")).map(({ name }) => name);

describe("the windows", () => {
  test("take the shares of a budget of 30 days that the book says", () => {
    const hours = { "1h": 1, "6h": 6, "1d": 24, "3d": 72 } as Record<string, number>;
    const spent = RATES.map(({ factor, long }) => ((factor * (hours[long] ?? 0)) / (30 * 24)) * 100);
    expect(spent.map((share) => Number(share.toFixed(6)))).toEqual([2, 5, 10, 10]);
  });

  test("are all recorded", () => {
    for (const { long, short } of RATES) expect(WINDOWS).toEqual(expect.arrayContaining([long, short]));
  });

  test("ask for nothing that cannot be, whatever the budget", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.00001, max: 0.5, noNaN: true }), fc.constantFrom(...RATES), (budget, rate) => {
        expect(threshold(rate, budget)).toBeGreaterThanOrEqual(Math.min(budget, 0.5) * 0.999);
        expect(threshold(rate, budget)).toBeLessThan(1);
      }),
    );
    expect(RATES.map((rate) => threshold(rate, 0.001))).toEqual([0.0144, 0.006, 0.003, 0.001]);
  });
});

test("each objective has both speeds, and each group its own name", () => {
  const { spec } = objectivePlan("orders", { namespace: "shop", team: "checkout", objectives });
  const alerts = spec.groups.flatMap(({ rules }) => rules.flatMap((rule) => ("alert" in rule ? [rule] : [])));
  const speeds = alerts.filter(({ alert }) => alert.startsWith("ObjectiveBurns"));
  expect(speeds.map(({ labels }) => `${labels.objective} ${labels.severity}`)).toEqual([
    "availability critical",
    "availability warning",
    "latency-p99 critical",
    "latency-p99 warning",
  ]);
  for (const { labels, annotations } of alerts) {
    expect(labels).toMatchObject({ team: "checkout", service: "orders", namespace: "shop" });
    expect(annotations).not.toHaveProperty("runbook_url");
  }
  expect(new Set(spec.groups.map(({ name }) => name)).size).toBe(spec.groups.length);
});

test("a service with objectives is watched by itself, for its namespace's team unless it says another", async () => {
  const { inputsOf } = await made((namespace) => {
    new Microservice("orders", { ...base, namespace, objectives });
    new Microservice("cart", {
      ...base,
      namespace,
      objectives,
      team: "checkout",
      transform: {
        rules: (args) => {
          args.metadata.annotations = { seen: "yes" };
        },
      },
    });
  });
  const teams = (service: string) => [
    ...new Set(JSON.stringify(inputsOf(":PrometheusRule", `${service}-objectives`)).match(/"team":"\w+"/g)),
  ];
  expect(teams("orders")).toEqual(['"team":"shop"']);
  expect(teams("cart")).toEqual(['"team":"checkout"']);
  expect(inputsOf(":PrometheusRule", "cart-objectives").metadata.annotations).toEqual({ seen: "yes" });
});

test("a service that promises nothing, or steps down, is not watched, and says why", async () => {
  const alerts = optOut("watched by its caller's objectives");
  expect(await rulesOf((namespace) => new Microservice("orders", { ...base, namespace }))).toEqual([]);
  const { resources, inputsOf } = await made((namespace) => {
    new Microservice("orders", { ...base, namespace, objectives, alerts });
  });
  expect(resources.filter(({ type }) => type.endsWith(":PrometheusRule"))).toEqual([]);
  for (const kind of [":Service", ":Deployment"])
    expect(inputsOf(kind, "orders").metadata.annotations).toMatchObject({
      "plumbline.dev/opt-out.alerts": "watched by its caller's objectives",
    });
});

test.each<[what: string, program: (namespace: Namespace) => unknown, message: RegExp]>([
  [
    "no metrics, and objectives",
    (namespace) =>
      new Microservice("orders", { ...base, namespace, objectives, metrics: optOut("counted by its queue instead") }),
    /alerts: nothing was given; allowed: optOut\(/,
  ],
  [
    "a team that is no name",
    (namespace) => new Microservice("orders", { ...base, namespace, team: "The Checkout" }),
    /team: "The Checkout" was given; allowed: a DNS label/,
  ],
  [
    "runbooks that are no folder",
    (namespace) => new Objective("orders", { namespace, objectives, runbooks: "docs/runbooks" }),
    /runbooks: "<something else>" was given; allowed: the address of a folder/,
  ],
  ["no objective", (namespace) => new Objective("orders", { namespace, objectives: {} }), /objectives: {} was given/],
  [
    "an objective that is none",
    (namespace) => new Objective("orders", { namespace, objectives: { availability: 100 } }),
    /objectives.availability: 100 was given/,
  ],
])("%s is refused", async (_, program, message) => {
  const refused = made(program);
  await expect(refused).rejects.toThrow(InvalidArgsError);
  await expect(refused).rejects.toThrow(message);
});
