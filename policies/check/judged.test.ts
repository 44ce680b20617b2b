import { expect, test } from "vitest";
import { fromManifest, type Resource } from "../core/resource.ts";
import { defineRule } from "../core/rule.ts";
import { SECRET, UNKNOWN } from "../core/unknown.ts";
import type { Report } from "../report/report.ts";
import { judged } from "./judged.ts";
import { reportLines } from "./lines.ts";
import { OUTCOME, outcomeOf } from "./outcome.ts";

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

const keepsReplicas = defineRule({
  ...base,
  *check(object) {
    const replicas = object.root.at("spec", "replicas");
    if ((replicas.number() ?? 0) < 2) yield { path: replicas.path, given: "few", wanted: "more" };
    if (object.resource.operation === "delete") yield { path: "", given: "deleted", wanted: "kept" };
  },
});

const resource = (name: string, replicas: unknown, more: Partial<Resource> = {}): Resource => ({
  type: "kubernetes:apps/v1:Deployment",
  name,
  props: { metadata: { name, namespace: "shop" }, spec: { replicas } },
  ...more,
});
const judge = (resources: Resource[]) =>
  judged(resources, {
    asked: [{ rule: keepsReplicas, level: "mandatory", params: {} }],
    exemptions: [],
    today: new Date("2026-11-30"),
  });
const report = (resources: Resource[], level: "mandatory" | "advisory" = "mandatory"): Report => ({
  date: new Date("2026-11-30"),
  subject: "a test",
  objects: resources.length,
  rules: [{ rule: keepsReplicas, level }],
  lines: reportLines(judge(resources)),
  exemptions: [],
});

test("what is deleted is asked about that alone", () => {
  const findings = judge([resource("kept", 1), resource("gone", 3, { operation: "delete" })]);
  expect(findings.map(({ object, violations }) => [object.name, violations.map(({ given }) => given)])).toEqual([
    ["kept", ["few"]],
    ["gone", ["deleted"]],
  ]);
  expect(judge([resource("gone", 1, { operation: "delete" })])).toEqual([]);
});

test("what is deleted serves nobody", () => {
  const alone = defineRule({
    ...base,
    scope: "stack",
    *check(object, _params, stack) {
      if (stack.objects.length < 2) yield { path: "", given: `alone: ${object.name}`, wanted: "company" };
    },
  });
  const findings = judged([resource("kept", 2), resource("gone", 2, { operation: "delete" })], {
    asked: [{ rule: alone, level: "mandatory", params: {} }],
    exemptions: [],
    today: new Date(),
  });
  expect(findings.map(({ violations }) => violations[0]?.given)).toEqual(["alone: kept"]);
});

test("a line says where it was read, what stands there, and how to repair it", () => {
  const origin = { file: "a.yaml", line: (path: string) => path.length };
  expect(
    report([
      resource("a", 1, { origin }),
      resource("b", UNKNOWN, { defaultNamespace: "x" }),
      resource("c", 2, { origin }),
    ]).lines,
  ).toEqual([
    {
      rule: "test-rule",
      verdict: "fail",
      object: { type: "kubernetes:apps/v1:Deployment", namespace: "shop", name: "a" },
      file: "a.yaml",
      line: 13,
      path: "spec.replicas",
      actual: "few",
      wanted: "more",
      related: [],
      fix: "test it",
    },
    expect.objectContaining({
      verdict: "unknown",
      path: "spec.replicas",
      actual: "not known before an up",
    }),
    expect.objectContaining({ verdict: "pass", path: "", file: "a.yaml" }),
  ]);
});

test("a secret of Pulumi is told as one, and nobody is told to make it known", () => {
  expect(report([resource("a", SECRET)]).lines).toEqual([
    expect.objectContaining({
      verdict: "unknown",
      secret: true,
      actual: "a secret of Pulumi, never read",
      fix: expect.stringMatching(/^keep it secret: .*--unknown warn/),
    }),
  ]);
});

test("an object without a readable name is named by its resource", () => {
  const [pod] = fromManifest({ apiVersion: "v1", kind: "Pod", metadata: { name: ["x"] }, spec: { replicas: 2 } });
  expect(report([{ ...(pod as Resource), name: "fallback" }]).lines[0]?.object).toEqual({
    type: "kubernetes:core/v1:Pod",
    name: "fallback",
  });
});

test("the outcome is the worst of what is mandatory", () => {
  const unknown = resource("b", UNKNOWN);
  expect(outcomeOf(report([resource("a", 2)]))).toBe(OUTCOME.clean);
  expect(outcomeOf(report([resource("a", 1), unknown]))).toBe(OUTCOME.broken);
  expect(outcomeOf(report([resource("a", 1), unknown], "advisory"))).toBe(OUTCOME.clean);
  expect(outcomeOf(report([unknown]))).toBe(OUTCOME.unknown);
  expect(outcomeOf({ ...report([unknown]), unknown: "warn" })).toBe(OUTCOME.clean);
  const exemption = {
    rule: "test-rule",
    resource: "*",
    owner: "o",
    reason: "r",
    ticket: "t",
    approver: "p",
    expires: "2026-01-01",
  };
  const exempt = report([resource("a", 1), unknown]);
  expect(outcomeOf({ ...exempt, lines: exempt.lines.map((line) => ({ ...line, exemption })) })).toBe(OUTCOME.clean);
  expect(outcomeOf({ ...report([resource("a", 2)]), exemptions: [{ exemption, state: "expired" }] })).toBe(
    OUTCOME.broken,
  );
});
