import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate, type Finding } from "./core/evaluate.ts";
import { violationText } from "./core/message.ts";
import { UNKNOWN } from "./core/unknown.ts";
import { RULES } from "./rules/index.ts";
import { type Fixture, fixturesOf, resourcesOf } from "./testing/fixtures.ts";

/** What rules look for, and what breaks programs that trust their input. */
const KEYS = [
  ..."spec template metadata labels annotations namespace name replicas selector matchLabels matchExpressions".split(
    " ",
  ),
  ..."containers initContainers env value image resources limits readinessProbe securityContext type tls rules".split(
    " ",
  ),
  ..."hosts listeners parentRefs data hard policyTypes podSelector affinity scaleTargetRef kind".split(" "),
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "length", "0", "", "a.b", "a/b"],
];

/** Anything that may stand in a YAML file or in what a program registers. */
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(UNKNOWN), fc.date()),
    fc.constantFrom("*", "latest", "-1", "1Gi", "NaN", "10%", "0.0.0.0/0", "{", "[", "a: *a", '{"Statement": 1}'),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string()), tie("value"), { maxKeys: 6 }),
  ),
})).value;

/** The stacks of all fixtures: between them they hold every kind of object that any rule knows. */
const STACKS = RULES.flatMap((rule) => fixturesOf(rule).map((fixture) => resourcesOf(fixture)));

/** A stack of a fixture in which some values, wherever they stand, are something else. */
const spoilt = fc
  .record({
    stack: fc.constantFrom(...STACKS),
    blows: fc.array(fc.tuple(fc.nat(), fc.nat(), anything), { minLength: 1, maxLength: 4 }),
  })
  .map(({ stack, blows }) => {
    const resources = stack.map(copied);
    for (const [which, where, value] of blows) {
      const places = placesIn(resources[which % resources.length]?.props ?? {});
      const place = places[where % places.length];
      if (place) place.holder[place.key] = copied(value);
    }
    return resources;
  });

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

/** Every place of an object that holds a value. */
function placesIn(holder: object): Place[] {
  return Object.entries(holder).flatMap(([key, value]) => [
    { holder: holder as Record<string, unknown>, key },
    ...(typeof value === "object" && value !== null ? placesIn(value) : []),
  ]);
}

function copied<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copied) as T;
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copied(inner)])) as T;
}

function expectAnswers(findings: readonly Finding[]): void {
  for (const { rule, object, verdict, violations } of findings) {
    expect(["pass", "fail", "unknown"]).toContain(verdict);
    expect(verdict === "fail").toBe(violations.length > 0);
    for (const violation of violations)
      expect(violationText(rule, object, violation)).not.toContain("on which the rule");
  }
}

const attributes = [
  { name: "Protocol-TLSv1.2", value: "true" },
  { name: "Protocol-TLSv1", value: [[UNKNOWN]] },
];
const POLICY = { type: "aws:elb/loadBalancerPolicy:LoadBalancerPolicy", name: "web" };
/** What chance found, which a rule could not judge. */
const BROKE_ONCE: [(typeof STACKS)[number]][] = [[[{ ...POLICY, props: { policyAttributes: attributes } }]]];

describe("any stack whatever", () => {
  test("has an answer of each rule, and never breaks one", () => {
    fc.assert(
      fc.property(spoilt, (resources) => expectAnswers(evaluate(resources, { rules: RULES }))),
      { numRuns: 5000, examples: BROKE_ONCE },
    );
  }, 300_000);

  // To a rule over the whole stack an object of the wrong shape is one that will not be there. Of AWS' resources the provider
  // refuses what has the wrong shape.
  test("a part of a manifest that has the wrong shape never passes a rule that reads it", () => {
    for (const rule of RULES.filter(({ scope }) => scope === "resource"))
      for (const [subject, ...others] of fixturesOf(rule).map((fixture) => resourcesOf(fixture))) {
        if (!subject?.type.startsWith("kubernetes:")) continue;
        const verdictWith = (key: string, value: unknown) => {
          const spoiltOne = { ...subject, props: { ...subject.props, [key]: value } };
          const findings = evaluate([spoiltOne, ...others], { rules: [rule] });
          return findings.find(({ object }) => object.resource === spoiltOne)?.verdict;
        };
        const read = Object.entries(subject.props).filter(
          ([key, value]) => typeof value === "object" && verdictWith(key, UNKNOWN) === "unknown",
        );
        for (const [key] of read)
          for (const value of ["x", 7, true])
            expect(verdictWith(key, value), `${rule.id}: ${key}: ${value}`).not.toBe("pass");
      }
  }, 60_000);

  test("objects that hold themselves are judged", () => {
    for (const rule of RULES) {
      const stack = resourcesOf(fixturesOf(rule)[0] as Fixture);
      const props = stack[0]?.props as Record<string, unknown>;
      for (const value of Object.values(props)) if (typeof value === "object" && value !== null) tie(value, props);
      expectAnswers(evaluate(stack, { rules: RULES }));
    }
  }, 60_000);

  test("depth and size do not matter", () => {
    let deep: unknown = {};
    for (let level = 0; level < 50_000; level++) deep = { spec: deep };
    const containers = Array.from({ length: 5000 }, (_, index) => ({ name: `c${index}`, image: "a:1", env: [] }));
    const template = { metadata: { labels: { app: "a" } }, spec: { containers, volumes: deep } };
    const props = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "a" }, spec: { template, deep } };
    const findings = evaluate([{ type: "kubernetes:apps/v1:Deployment", name: "a", props }], { rules: RULES });
    expectAnswers(findings);
    expect(findings.length).toBeGreaterThan(5);
  }, 60_000);
});

/** Lets an object be found inside itself, in every place where it holds an object. */
function tie(value: object, root: object): void {
  for (const [key, inner] of Object.entries(value))
    if (typeof inner === "object" && inner !== null) {
      if (Object.keys(inner).length === 0) (value as Record<string, unknown>)[key] = root;
      else tie(inner, root);
    }
}
