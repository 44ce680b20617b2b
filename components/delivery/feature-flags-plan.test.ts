import { FlagdCore, MemoryStorage } from "@openfeature/flagd-core";
import { expect, test } from "vitest";
import { flagsDocument, type Serving } from "./feature-flags-plan.ts";
import { featureFlagsProblems } from "./feature-flags-problems.ts";
import { all, any, endsWith, is, not, type Rule, startsWith, version } from "./targeting.ts";

const FLAGS = {
  checkout: { variants: { on: true, off: false }, defaultVariant: "off" },
  layout: { variants: { steps: "steps", "one-page": "one-page" }, defaultVariant: "steps" },
  limit: { variants: { low: 10, high: 100 }, defaultVariant: "low" },
  retry: { variants: { calm: { tries: 1, wait: "5s" }, eager: { tries: 3, wait: "1s" } }, defaultVariant: "calm" },
} as const;

/** flagd's own evaluation; it refuses what does not satisfy flagd's own schema. */
function flagd(serving: Serving): FlagdCore {
  const silent = { error() {}, warn() {}, info() {}, debug() {} };
  const storage = new MemoryStorage(silent);
  storage.setConfigurations(flagsDocument(serving), true);
  return new FlagdCore(storage, silent);
}

function checkout(rules: readonly Rule<"on" | "off">[]) {
  const core = flagd({ flags: FLAGS, targeting: { checkout: rules } });
  return (context: Record<string, string | number>) => core.resolveBooleanEvaluation("checkout", false, context).value;
}

test("every kind of flag is worth its default, in flagd's own schema", () => {
  const core = flagd({ flags: FLAGS });
  expect(core.resolveBooleanEvaluation("checkout", true)).toMatchObject({ value: false, reason: "STATIC" });
  expect(core.resolveStringEvaluation("layout", "?").value).toBe("steps");
  expect(core.resolveNumberEvaluation("limit", 0).value).toBe(10);
  expect(core.resolveObjectEvaluation("retry", {}).value).toEqual({ tries: 1, wait: "5s" });
});

test("an environment has defaults of its own, and flags that it does not look at", () => {
  const core = flagd({ flags: FLAGS, defaults: { limit: "high" }, disabled: ["layout"] });
  expect(core.resolveNumberEvaluation("limit", 0).value).toBe(100);
  expect(core.resolveStringEvaluation("layout", "own")).toMatchObject({ value: "own", reason: "DISABLED" });
});

test.each([
  [is("country", "DE"), { country: "DE" }, { country: "FR" }],
  [is("country", "DE", "AT"), { country: "AT" }, { country: "FR" }],
  [is("seats", 3), { seats: 3 }, { seats: "3" }],
  [startsWith("email", "ada@"), { email: "ada@example.com" }, { email: "grace@example.com" }],
  [endsWith("email", "@example.com"), { email: "ada@example.com" }, { email: "ada@example.org" }],
  [version("app", ">=", "2.1.0"), { app: "2.10.0" }, { app: "2.0.9" }],
  [version("app", "^", "2.1.0"), { app: "2.0.0" }, { app: "3.0.0" }],
  [not(is("country", "DE")), { country: "FR" }, { country: "DE" }],
  [all(is("country", "DE"), is("seats", 3)), { country: "DE", seats: 3 }, { country: "DE", seats: 4 }],
  [any(is("country", "DE"), is("seats", 3)), { country: "FR", seats: 3 }, { country: "FR", seats: 4 }],
])("the condition %j", (when, met, unmet) => {
  const worth = checkout([{ when, serve: "on" }]);
  expect(worth(met as never)).toBe(true);
  expect(worth(unmet as never)).toBe(false);
});

test("nobody of whom nothing is known meets a condition, or has a share", () => {
  const conditions = [
    is("a", "b"),
    is("a", "b", "c"),
    startsWith("a", "b"),
    endsWith("a", "b"),
    version("a", ">", "1.0.0"),
  ];
  for (const when of conditions) expect(checkout([{ when, serve: "on" }])({})).toBe(false);
  expect(checkout([{ serve: { by: "customer", shares: { on: 100 } } }])({})).toBe(false);
});

test("no rules at all are those of nobody", () => {
  expect(checkout([])({ customer: "ada" })).toBe(false);
});

test("the first rule that applies decides", () => {
  const worth = checkout([
    { when: is("country", "FR"), serve: "off" },
    { when: is("country", "DE"), serve: { by: "customer", shares: { on: 100 } } },
    { when: endsWith("email", "@example.com"), serve: "on" },
  ]);
  expect(worth({ country: "FR", email: "ada@example.com" })).toBe(false);
  expect(worth({ country: "DE", customer: "ada" })).toBe(true);
  expect(worth({ country: "DE", email: "ada@example.com" })).toBe(true);
  expect(worth({ country: "IT" })).toBe(false);
});

const CUSTOMERS = Array.from({ length: 10_000 }, (_, index) => `customer-${index}`);
const inShare = (on: number, flag: "checkout" | "other" = "checkout") => {
  const flags = { [flag]: FLAGS.checkout };
  const targeting = { [flag]: [{ serve: { by: "customer", shares: { on, off: 100 - on } } }] };
  const core = flagd({ flags, targeting });
  return CUSTOMERS.filter((customer) => core.resolveBooleanEvaluation(flag, false, { customer }).value);
};

test.each([0, 0.25, 1, 10, 33.33, 50, 99.5, 100])(
  "a share of %d percent is that of 10,000 customers, within two",
  (percent) => {
    expect(Math.abs(inShare(percent).length / 100 - percent)).toBeLessThan(percent % 100 === 0 ? 0.001 : 2);
  },
);

test("a customer keeps the variant, when asked again and when the share grows; another flag draws anew", () => {
  const tenth = inShare(10);
  expect(inShare(10)).toEqual(tenth);
  expect(inShare(25)).toEqual(expect.arrayContaining(tenth));
  const other = new Set(inShare(10, "other"));
  expect(tenth.filter((customer) => other.has(customer)).length / 100).toBeLessThan(3);
});

test.each<[what: string, change: object, field: string, allowed: RegExp]>([
  [
    "a default that is no variant",
    { flags: { a: { ...FLAGS.checkout, defaultVariant: "offf" } } },
    "flags.a.defaultVariant",
    /^on, off; did you mean off\?$/,
  ],
  [
    "a flag without variants",
    { flags: { a: { variants: {}, defaultVariant: "on" } } },
    "flags.a.variants",
    /^at least one/,
  ],
  [
    "variants of two kinds",
    { flags: { a: { variants: { on: true, off: "no" }, defaultVariant: "on" } } },
    "flags.a.variants",
    /one kind/,
  ],
  [
    "a number that is none",
    { flags: { a: { variants: { on: Number.NaN }, defaultVariant: "on" } } },
    "flags.a.variants.on",
    /JSON/,
  ],
  [
    "a number in an object that is none",
    { flags: { a: { variants: { on: { x: Infinity } }, defaultVariant: "on" } } },
    "flags.a.variants.on",
    /JSON/,
  ],
  ["a flag's name out of form", { flags: { Checkout_1: FLAGS.checkout } }, "flags.Checkout_1", /DNS label/],
  [
    "a variant's name out of form",
    { flags: { a: { variants: { "on!": true }, defaultVariant: "on!" } } },
    "flags.a.variants",
    /letters/,
  ],
  ["a default of no flag", { defaults: { chekout: "on" } }, "defaults.chekout", /did you mean checkout\?$/],
  ["a default of no variant", { defaults: { checkout: "no" } }, "defaults.checkout", /^on, off/],
  ["rules of no flag", { targeting: { nothing: [] } }, "targeting.nothing", /^checkout, layout, limit, retry$/],
  ["a disabled flag that is none", { disabled: ["x"] }, "disabled[0]", /^checkout/],
  [
    "a rule that serves no variant",
    { targeting: { checkout: [{ when: is("a", 1), serve: "yes" }] } },
    "targeting.checkout[0].serve",
    /^on, off/,
  ],
  [
    "shares short of 100",
    { targeting: { checkout: [{ serve: { by: "customer", shares: { on: 10, off: 80 } } }] } },
    "targeting.checkout[0].serve.shares",
    /add up to 100/,
  ],
  [
    "a share of no variant",
    { targeting: { checkout: [{ serve: { by: "customer", shares: { no: 100 } } }] } },
    "targeting.checkout[0].serve.shares",
    /^on, off/,
  ],
  [
    "a share that is no percentage",
    { targeting: { checkout: [{ serve: { by: "customer", shares: { on: -1, off: 101 } } }] } },
    "targeting.checkout[0].serve.shares.on",
    /percentage/,
  ],
  [
    "a share too fine",
    { targeting: { checkout: [{ serve: { by: "customer", shares: { on: 0.001, off: 99.999 } } }] } },
    "targeting.checkout[0].serve.shares.on",
    /two decimals/,
  ],
  [
    "an attribute out of form",
    { targeting: { checkout: [{ serve: { by: "", shares: { on: 100 } } }] } },
    "targeting.checkout[0].serve.by",
    /attribute/,
  ],
  [
    "more than a ConfigMap holds",
    { flags: { a: { variants: { on: "x".repeat(1e6) }, defaultVariant: "on" } } },
    "flags",
    /at most 921600/,
  ],
])("%s is refused", (_, change, field, allowed) => {
  const problems = featureFlagsProblems("shop-flags", { flags: FLAGS, ...change } as Serving);
  expect(problems).toContainEqual({ field, given: expect.anything(), allowed: expect.stringMatching(allowed) });
});

test("a condition that could never apply is refused where it is written", () => {
  expect(() => is("", "ada")).toThrow(/attribute: "" was given; allowed: the name of an attribute/);
  expect(() => startsWith("$flagd.flagKey", "a")).toThrow(/allowed: the name of an attribute/);
  // One that flagd's schema refuses takes every flag of the file with it.
  for (const of of ["latest", "1.0", "1", "01.2.3", "1.2.3-a_b"])
    expect(() => version("app", ">=", of), of).toThrow(/allowed: a whole semantic version/);
  expect(() => version("app", ">=", "1.2.3-rc.1")).not.toThrow();
  expect(() => is("age", Number.NaN)).toThrow(/values: "NaN" was given; allowed: finite numbers/);
});

test("a flag may be named as what every object knows", () => {
  const flags = { constructor: { variants: { on: true, off: false }, defaultVariant: "off" } } as const;
  expect(featureFlagsProblems("shop-flags", { flags })).toEqual([]);
  expect(JSON.parse(flagsDocument({ flags })).flags.constructor).toEqual({
    state: "ENABLED",
    ...flags.constructor,
  });
});

test("a set of flags has a name that can be that of a ConfigMap, and holds at least one", () => {
  expect(featureFlagsProblems("Shop", { flags: FLAGS })).toMatchObject([{ field: "name" }]);
  expect(featureFlagsProblems("shop-flags", { flags: {} })).toMatchObject([{ field: "flags" }]);
  expect(featureFlagsProblems("shop-flags", { flags: FLAGS })).toEqual([]);
});
