import { describe, expect, test } from "vitest";
import { RULES } from "../rules/index.ts";
import { evaluate } from "./evaluate.ts";
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
      ticket: "T-1",
      approver: "p",
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

  test("an exemption is needed for what is not known yet, too", () => {
    const waits = defineRule({
      ...base,
      check(object) {
        object.root.at("spec", "later").text();
        return [];
      },
    });
    const exemption = {
      rule: "test-rule",
      resource: "Pod a",
      owner: "o",
      reason: "until the release",
      ticket: "T-1",
      approver: "p",
      expires: "2026-12-31",
    };
    const resources = fromManifest({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a" },
      spec: { later: UNKNOWN },
    });
    const [finding] = evaluate(resources, { rules: [waits], exemptions: [exemption], today: new Date("2026-12-31") });
    expect(finding).toMatchObject({ verdict: "unknown", exemption });
  });

  test("somebody else's object, of which only a part is declared, is left alone", () => {
    const patch: Resource = { type: "kubernetes:apps/v1:DeploymentPatch", name: "a", props: { kind: "Deployment" } };
    expect(evaluate([patch], { rules: RULES })).toEqual([]);
  });
});
