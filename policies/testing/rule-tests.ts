import { describe, expect, test } from "vitest";
import { violationText } from "../core/message.ts";
import { defaultsOf, isAllowed } from "../core/params.ts";
import type { Resource } from "../core/resource.ts";
import type { Rule } from "../core/rule.ts";
import { StackObject } from "../core/stack-object.ts";
import {
  advised,
  type Fixture,
  fixed,
  fixturesOf,
  type Manifest,
  PEER,
  resourcesOf,
  verdictOn,
  withOneUnknown,
} from "./fixtures.ts";

/** The tests that every rule passes: its record, its fixtures, and whether they notice a rule that is wrong. */
export function testRules(rules: readonly Rule[]): void {
  describe.each(rules.map((rule) => ({ id: rule.id, rule })))("$id", ({ rule }) => {
    const fixtures = fixturesOf(rule);
    const failing = fixtures.filter(({ verdict }) => verdict === "fail");

    test("its record is complete", () => {
      expect(rule.id).toMatch(/^[a-z]+(-[a-z]+)+$/);
      for (const text of [rule.title, rule.why, rule.fix]) expect(text.length).toBeGreaterThan(20);
      for (const [name, spec] of Object.entries(rule.params)) {
        expect(isAllowed(spec, spec.default), `the default of ${name}`).toBe(true);
        expect(spec.description).toMatch(/\.$/);
      }
      if (rule.remediate) expect(rule.scope, "only a resource's own policy may repair it").toBe("resource");
    });

    test.each(fixtures)("$verdict: $name", (fixture) => {
      const said = verdictOn(rule, resourcesOf(fixture), fixture.params);
      expect(said.verdict, "what the rule says of the first object of the fixture's stack").toBe(fixture.verdict);
      if (fixture.path !== undefined) expect(said.path, "the fixture's `path`").toBe(fixture.path);
      if (fixture.given !== undefined) expect(said.violations[0]?.given, "the fixture's `given`").toBe(fixture.given);
      if (fixture.advice !== undefined)
        expect(
          said.violations.map(({ fix }) => fix ?? null),
          "the fixture's `advice`: the `fix` of each violation",
        ).toEqual([fixture.advice].flat());
      if (fixture.related !== undefined)
        expect(said.violations[0]?.related, "the fixture's `related`").toEqual(fixture.related);
      if (fixture.verdict === "fail")
        expect(said.violations, "violations: as many as the fixture's `paths` says, or one").toHaveLength(
          fixture.paths ?? 1,
        );
    });

    test.each(fixtures)("the order of the stack does not matter: $name", (fixture) => {
      const [subject, ...others] = fixture.stack as [Manifest, ...Manifest[]];
      const shuffled = { ...fixture, stack: [subject, ...others.toReversed()] };
      expect(verdictOn(rule, resourcesOf(shuffled), fixture.params).verdict).toBe(fixture.verdict);
    });

    test.each(failing.filter(({ fix }) => fix))("the fix repairs it: $name", (fixture) => {
      expect(verdictOn(rule, fixed(fixture), fixture.params), "with the fixture's `fix` done to it").toMatchObject({
        verdict: "pass",
      });
    });

    test.each(failing)("what it advises, word for word, repairs what was wrong: $name", (fixture) => {
      const { violations } = verdictOn(rule, resourcesOf(fixture), fixture.params);
      const done = advised(fixture, violations);
      if (!done) return;
      const left = verdictOn(rule, done, fixture.params).violations.map(({ path }) => path);
      for (const { path, fix } of violations) expect(left, fix).not.toContain(path);
    });

    test("most failing fixtures show how they are repaired", () => {
      expect(
        failing.filter(({ fix }) => fix).length,
        "failing fixtures with a `fix`: give one to at least half of them",
      ).toBeGreaterThanOrEqual(Math.ceil(failing.length / 2));
    });

    test.each(fixtures.filter(isBarePod))("says the same of a pod in a controller: $name", (fixture) => {
      for (const wrap of [inDeployment, inCronJob]) {
        const [pod, ...others] = fixture.stack as [Manifest, ...Manifest[]];
        const wrapped = { ...fixture, stack: [wrap(pod), ...others] };
        if (!rule.subjects(new StackObject(resourcesOf(wrapped)[0] as never))) continue;
        expect(verdictOn(rule, resourcesOf(wrapped), fixture.params).verdict).toBe(fixture.verdict);
      }
    });

    test.each(failing)("the message says what, where, why and the fix: $name", (fixture) => {
      const resources = resourcesOf(fixture);
      const object = new StackObject(resources[0] as never);
      for (const violation of verdictOn(rule, resources, fixture.params).violations) {
        for (const words of [
          violation.given,
          violation.wanted,
          violation.fix ?? rule.fix,
          ...(violation.related ?? []),
        ])
          expect(words).toMatch(/^\S(?:.*\S)?$/s);
        const text = violationText(rule, object, violation);
        expect(text).toContain(object.label);
        expect(text).toContain(`is ${violation.given}; wanted: ${violation.wanted}`);
        expect(text).toContain(`why:  ${rule.why}`);
        expect(text).toMatch(/^fix: {2}\S/m);
        expect(text.includes("else: annotate")).toBe(rule.optOut !== undefined);
        expect(text.includes("else: for a time, grant an exemption")).toBe(rule.exemptable);
      }
    });

    if (!OF_ANY_KIND.has(rule.id))
      test("an object that looks like one of its own, and is of another kind or API group, is none of its business", () => {
        for (const fixture of fixtures.filter(({ verdict }) => verdict !== "none")) {
          const [subject, ...others] = resourcesOf(fixture) as [Resource, ...Resource[]];
          for (const stranger of strangersLike(subject))
            expect(
              verdictOn(rule, [stranger, ...others], fixture.params).verdict,
              `${fixture.name}: ${stranger.type}`,
            ).toBe("none");
        }
      });

    test("an object beside it that only looks like one that counts is as good as none", () => {
      for (const fixture of fixtures.filter(({ stack }) => stack.length > 1)) {
        const resources = resourcesOf(fixture);
        for (const [index, other] of resources.entries()) {
          if (index === 0 || other.type === PEER || speaksForItself(other)) continue;
          const verdict = (others: readonly Resource[]) =>
            verdictOn(rule, resources.toSpliced(index, 1, ...others), fixture.params).verdict;
          for (const stranger of strangersLike(other))
            expect(verdict([stranger]), `${fixture.name}: ${stranger.type} for [${index}]`).toBe(verdict([]));
        }
      }
    });

    test("a value that is not known yet never turns one verdict into the other", () => {
      for (const fixture of fixtures.filter(({ verdict }) => verdict === "pass" || verdict === "fail"))
        for (const [path, stack] of withOneUnknown(fixture)) {
          const { verdict } = verdictOn(rule, resourcesOf({ ...fixture, stack }), fixture.params);
          expect(
            [fixture.verdict, "unknown"],
            `${fixture.name}, when ${path} is not known yet: the rule took it for something that is (read it with Field's methods)`,
          ).toContain(verdict);
        }
    });

    const mutants = MUTANTS.filter((mutant) => fixtures.some(({ verdict }) => mutant.verdicts.includes(verdict)));
    test.each(mutants)("its fixtures notice a rule that $name", ({ name, mutate }) => {
      const mutant = mutate(rule);
      const survived = fixtures.every(
        (fixture) => verdictOn(mutant, resourcesOf(fixture), fixture.params).verdict === fixture.verdict,
      );
      expect(
        survived,
        `every fixture holds of a rule that ${name}: add one to ${rule.id}.fixtures.yaml that does not`,
      ).toBe(false);
    });

    test("its fixtures notice every setting that is left out", () => {
      for (const name of Object.keys(rule.params)) {
        const blind: Rule = {
          ...rule,
          check: (object, params, stack) => rule.check(object, without(rule, params, name), stack),
        };
        const survived = fixtures.every(
          (fixture) => verdictOn(blind, resourcesOf(fixture), fixture.params).verdict === fixture.verdict,
        );
        expect(
          survived,
          `every fixture holds at the default of ${name}: add one to ${rule.id}.fixtures.yaml with \`params: { ${name}: … }\` and the verdict that only this value gives`,
        ).toBe(false);
      }
    });

    if (rule.remediate)
      test.each(failing)("remediation: $name", (fixture) => {
        const resources = resourcesOf(fixture);
        const repair = () =>
          rule.remediate?.(new StackObject(resources[0] as never), parameters(rule, fixture) as never);
        repair();
        const once = structuredClone(resources[0]?.props);
        expect(verdictOn(rule, resources, fixture.params).verdict, "after the repair: the fixture's `remediated`").toBe(
          fixture.remediated ? "pass" : "fail",
        );
        if (!fixture.remediated) expect(once).toEqual(resourcesOf(fixture)[0]?.props);
        repair();
        expect(resources[0]?.props).toEqual(once);
      });
  });
}

const MUTANTS: { name: string; verdicts: string[]; mutate: (rule: Rule) => Rule }[] = [
  { name: "always passes", verdicts: ["fail"], mutate: (rule) => ({ ...rule, check: () => [] }) },
  {
    name: "always fails",
    verdicts: ["fail"],
    mutate: (rule) => ({ ...rule, check: () => [{ path: "", given: "wrong", wanted: "right" }] }),
  },
  { name: "judges nothing", verdicts: ["fail"], mutate: (rule) => ({ ...rule, subjects: () => false }) },
  {
    name: "takes what is not known for what is not wrong",
    verdicts: ["unknown"],
    mutate: (rule) => ({
      ...rule,
      *check(object, params, stack) {
        try {
          yield* rule.check(object, params, stack);
        } catch {}
      },
    }),
  },
];

/** They judge what people say of an object, or what stands in its texts, whatever its kind. */
const OF_ANY_KIND = new Set([
  "alert-per-slo",
  "api-version-supported",
  "backup-alert-required",
  "namespace-explicit",
  "personal-backup-retention-bounded",
  "required-labels",
  "restore-drill-required",
  "restore-drill-within-rto",
  "secret-literal-forbidden",
  "secret-value-traced",
]);

/** Whether an object counts by what people say on it, or by the values of its chart, whatever its kind. */
function speaksForItself({ type, props }: Resource): boolean {
  const written = JSON.stringify(props, (_, value) => (typeof value === "symbol" ? "not known" : value));
  return type.startsWith("kubernetes:helm.sh/") || written.includes("plumbline.dev/");
}

/** The same properties under another name: somebody's own resource may look like any other. */
function strangersLike(subject: Resource): Resource[] {
  const { group, version, kind } = new StackObject(subject);
  if (kind === undefined) return [{ ...subject, type: "aws:example/thing:Thing" }];
  const api = group === "" ? version : `${group}/${version}`;
  const named = (apiVersion: string | undefined, name: string) => ({
    ...subject,
    type: `kubernetes:${apiVersion?.includes("/") ? apiVersion : `core/${apiVersion}`}:${name}`,
    props: { ...subject.props, apiVersion, kind: name },
  });
  return [named("example.org/v1", kind), named(api, "Example")];
}

function without(rule: Rule, params: object, name: string): never {
  return { ...params, [name]: defaultsOf(rule.params)[name] } as never;
}

function parameters(rule: Rule, fixture: Fixture): Record<string, unknown> {
  return { ...defaultsOf(rule.params), ...fixture.params };
}

function isBarePod({ stack }: Fixture): boolean {
  return stack[0]?.kind === "Pod" && typeof stack[0].spec === "object";
}

function inDeployment({ metadata, spec }: Manifest): Manifest {
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { template: { metadata, spec } } };
}

function inCronJob({ metadata, spec }: Manifest): Manifest {
  const template = { metadata, spec };
  return { apiVersion: "batch/v1", kind: "CronJob", metadata, spec: { jobTemplate: { spec: { template } } } };
}
