import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RULES } from "../rules/index.ts";
import { evaluate } from "./evaluate.ts";
import { violationText } from "./message.ts";
import { fromManifest, type Resource } from "./resource.ts";
import { defineRule, type Rule } from "./rule.ts";
import { UNKNOWN } from "./unknown.ts";

const pod = (name: string, spec: unknown = {}, annotations?: object) =>
  fromManifest({ apiVersion: "v1", kind: "Pod", metadata: { name, ...(annotations && { annotations }) }, spec });

const base = {
  id: "test-rule",
  section: "containers",
  title: "A rule of the tests",
  severity: "high",
  why: "it is tested",
  fix: "test it",
  frameworks: [],
  scope: "resource",
  exemptable: true,
  params: {},
  subjects: () => true,
} as const;

describe("evaluate", () => {
  test("gives a finding for each rule and each of its objects, in that order", () => {
    const odd = defineRule({ ...base, id: "odd", check: () => [] });
    const even = defineRule({ ...base, id: "even", subjects: ({ name }) => name === "b", check: () => [] });
    const findings = evaluate([...pod("a"), ...pod("b")], { rules: [odd, even] });
    expect(findings.map(({ rule, object, verdict }) => [rule.id, object.name, verdict])).toEqual([
      ["odd", "a", "pass"],
      ["odd", "b", "pass"],
      ["even", "b", "pass"],
    ]);
  });

  test("a rule that throws is a violation that names the rule", () => {
    const broken = defineRule({
      ...base,
      check() {
        throw new RangeError("out of reach");
      },
    });
    const [finding] = evaluate(pod("a"), { rules: [broken] });
    expect(finding?.verdict).toBe("fail");
    expect(finding?.violations[0]?.given).toBe("an object on which the rule test-rule broke: out of reach");
  });

  test("a rule that throws while it looks for its objects is a violation too", () => {
    const broken = defineRule({
      ...base,
      subjects() {
        throw "a string";
      },
      check: () => [],
    });
    expect(evaluate(pod("a"), { rules: [broken] })[0]?.verdict).toBe("fail");
  });

  test("what is wrong outweighs what is not known", () => {
    const both = defineRule({
      ...base,
      *check(object) {
        yield { path: "", given: "wrong", wanted: "right" };
        object.root.at("spec").text();
      },
    });
    const [finding] = evaluate(pod("a", UNKNOWN), { rules: [both] });
    expect([finding?.verdict, finding?.violations.length]).toEqual(["fail", 1]);
  });

  test("settings come over the defaults", () => {
    const seen: unknown[] = [];
    const reads = defineRule({
      ...base,
      params: {
        a: { type: "integer", minimum: 0, default: 1, description: "One." },
        b: { type: "integer", minimum: 0, default: 2, description: "Two." },
      },
      check(_object, params) {
        seen.push(params);
        return [];
      },
    });
    evaluate(pod("a"), { rules: [reads], params: { "test-rule": { b: 7 } } });
    expect(seen).toEqual([{ a: 1, b: 7 }]);
  });

  test("an opt-out passes with its reason, if it gives one and the rule allows it", () => {
    const fails = defineRule({
      ...base,
      optOut: "thing",
      *check() {
        yield { path: "", given: "x", wanted: "y" };
      },
    });
    const without: Rule = { ...base, check: fails.check };
    const annotated = (reason: string) => pod("a", {}, { "plumbline.dev/opt-out.thing": reason });
    const [ten] = evaluate(annotated(" ten chars. "), { rules: [fails] });
    expect([ten?.verdict, ten?.optOut]).toEqual(["pass", "ten chars."]);
    expect(evaluate(annotated("too short"), { rules: [fails] })[0]?.verdict).toBe("fail");
    expect(evaluate(annotated("a good reason, but not here"), { rules: [without] })[0]?.verdict).toBe("fail");
  });

  test("an exempted violation is shown as one, until the exemption ends", () => {
    const fails = defineRule({
      ...base,
      *check() {
        yield { path: "", given: "x", wanted: "y" };
      },
    });
    const exemption = {
      rule: "test-rule",
      resource: "Pod a",
      owner: "o",
      reason: "until the release",
      expires: "2026-12-31",
    };
    const at = (day: string) =>
      evaluate([...pod("a"), ...pod("b")], { rules: [fails], exemptions: [exemption], today: new Date(day) });
    expect(at("2026-12-31").map((finding) => [finding.verdict, finding.exemption])).toEqual([
      ["fail", exemption],
      ["fail", undefined],
    ]);
    expect(at("2027-01-01")[0]?.exemption).toBeUndefined();
  });

  test("somebody else's object, of which only a part is declared, is left alone", () => {
    const patch: Resource = { type: "kubernetes:apps/v1:DeploymentPatch", name: "a", props: { kind: "Deployment" } };
    expect(evaluate([patch], { rules: RULES })).toEqual([]);
  });
});

/** Anything that may stand in a YAML file or in what a program registers, unknown values and evil keys included. */
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(UNKNOWN)),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        fc.constantFrom(
          ..."spec template metadata labels annotations namespace name replicas selector matchLabels matchExpressions".split(
            " ",
          ),
          ..."containers initContainers env value image resources limits readinessProbe securityContext".split(" "),
          ..."seccompProfile type tls rules hosts host listeners parentRefs data hard policyTypes podSelector".split(
            " ",
          ),
          ..."affinity topologySpreadConstraints scaleTargetRef kind __proto__ constructor toString".split(" "),
        ),
        fc.string(),
      ),
      tie("value"),
      { maxKeys: 6 },
    ),
  ),
})).value;

const KINDS = [
  ...["apps/v1/Deployment", "apps/v1/StatefulSet", "core/v1/Pod", "batch/v1/CronJob", "core/v1/ConfigMap"],
  ...["core/v1/Namespace", "core/v1/ResourceQuota", "autoscaling/v2/HorizontalPodAutoscaler"],
  ...["policy/v1/PodDisruptionBudget", "networking.k8s.io/v1/NetworkPolicy", "networking.k8s.io/v1/Ingress"],
  ...[
    "gateway.networking.k8s.io/v1/Gateway",
    "gateway.networking.k8s.io/v1/HTTPRoute",
    "cert-manager.io/v1/Certificate",
  ],
];
const resource: fc.Arbitrary<Resource> = fc.record({
  type: fc.constantFrom(...KINDS).map((kind) => `kubernetes:${kind.replace(/\/(\w+)$/, ":$1")}`),
  name: fc.string(),
  props: fc.record(
    { metadata: anything, spec: anything, data: anything, automountServiceAccountToken: anything },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Record<string, unknown>>,
});

describe("any stack whatever", () => {
  test("is judged: every rule has an answer for each of its objects, and a broken object never breaks a rule", () => {
    fc.assert(
      fc.property(fc.array(resource, { maxLength: 6 }), (resources) => {
        for (const { rule, object, verdict, violations } of evaluate(resources, { rules: RULES })) {
          expect(["pass", "fail", "unknown"]).toContain(verdict);
          expect(verdict === "fail").toBe(violations.length > 0);
          for (const violation of violations) {
            expect(violationText(rule, object, violation)).not.toContain("on which the rule");
          }
        }
      }),
      { numRuns: 600 },
    );
  }, 60_000);

  test("a spec of the wrong shape never passes a rule that reads it", () => {
    for (const spec of ["x", 7, true, [], [{}]])
      for (const kind of ["Deployment", "StatefulSet"]) {
        const broken = { type: `kubernetes:apps/v1:${kind}`, name: "a", props: { spec } };
        const passed = evaluate([broken], { rules: RULES }).filter(({ verdict }) => verdict === "pass");
        expect(passed.map(({ rule }) => rule.id)).toEqual([]);
      }
  });

  test("objects that hold themselves are judged", () => {
    const spec: Record<string, unknown> = { replicas: 1 };
    spec.template = { spec, metadata: { labels: spec } };
    const props = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "a" }, spec };
    expect(
      evaluate([{ type: "kubernetes:apps/v1:Deployment", name: "a", props }], { rules: RULES }).length,
    ).toBeGreaterThan(5);
  });
});

test("a stack is measured against its peer, if there is one", () => {
  const rules = RULES.filter(({ id }) => id === "environment-parity");
  const workload = (name: string) => fromManifest({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name } });
  const verdicts = (peer?: Resource[]) =>
    evaluate(workload("a"), { rules, ...(peer && { peer }) }).map(({ verdict }) => verdict);
  expect(verdicts()).toEqual([]);
  expect(verdicts(workload("a"))).toEqual(["pass"]);
  expect(verdicts(workload("b"))).toEqual(["fail"]);
});
