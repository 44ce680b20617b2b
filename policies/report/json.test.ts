import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeEach, expect, test } from "vitest";
import { renderJson } from "./json.ts";
import { jsonSchema } from "./json-schema.ts";
import { broken, EXEMPTION, SAMPLE, SECRET } from "./testing/sample.ts";

// In each test anew: what is made as the file loads, no mutant reaches.
let json = JSON.parse(renderJson(SAMPLE));
beforeEach(() => {
  json = JSON.parse(renderJson(SAMPLE));
});
const validate = new Ajv2020({
  strict: true,
  formats: { date: /^\d{4}-\d\d-\d\d$/, "date-time": /^\d{4}-\d\d-\d\dT/ },
}).compile(jsonSchema());

test("what is written is what the schema says", () => {
  expect(validate(json), JSON.stringify(validate.errors)).toBe(true);
});

test("the schema refuses what is not a report", () => {
  for (const wrong of [
    {},
    { ...json, schemaVersion: 2 },
    { ...json, findings: [{ ...json.findings[0], verdict: "maybe" }] },
    { ...json, findings: [{ ...json.findings[0], line: 0 }] },
  ])
    expect(validate(wrong)).toBe(false);
});

test("a finding says rule, verdict, object, place, what is there, what is wanted, and the fix", () => {
  expect(json.findings[0]).toEqual({
    rule: "replicas-min",
    verdict: "fail",
    object: { type: "kubernetes:apps/v1:Deployment", namespace: "shop", name: "orders" },
    file: "shop/orders.yaml",
    line: 12,
    path: "spec.replicas",
    actual: "1",
    wanted: "at least 2",
    related: ["HorizontalPodAutoscaler shop/orders"],
    fix: "spec.replicas: 2",
    section: "resilience",
    severity: "high",
    level: "mandatory",
    optOut: null,
    exemption: null,
  });
  expect(json.findings[5].exemption).toEqual(EXEMPTION);
  expect(json.findings[3].optOut).toBe("one writer by design");
});

test("what is not there is null, and never left out", () => {
  const { file: _, line: __, ...nowhere } = broken({ object: { type: "aws:s3/bucket:Bucket", name: "logs" } });
  const [finding] = JSON.parse(renderJson({ ...SAMPLE, lines: [nowhere] })).findings;
  expect(finding).toMatchObject({ file: null, line: null, object: { namespace: null } });
});

test("the verdict and the totals are those of every format", () => {
  expect(json).toMatchObject({
    schemaVersion: 1,
    date: "2026-10-15T12:00:00.000Z",
    holds: false,
    verdict: "broken",
    objects: 7,
    totals: { broken: 3, warning: 1, unknown: 1, exempt: 1, optedOut: 1, pass: 1 },
  });
  expect(JSON.parse(renderJson({ ...SAMPLE, lines: [], exemptions: [] })).holds).toBe(true);
});

test("what must hold and is not known does not hold, unless that is to be a warning", () => {
  const open = { ...SAMPLE, lines: SAMPLE.lines.filter(({ verdict }) => verdict !== "fail"), exemptions: [] };
  expect(JSON.parse(renderJson(open))).toMatchObject({ holds: false, verdict: "unknown" });
  expect(JSON.parse(renderJson({ ...open, unknown: "warn" }))).toMatchObject({ holds: true, verdict: "holds" });
});

test("an exemption that has ended is enough not to hold", () => {
  expect(JSON.parse(renderJson({ ...SAMPLE, lines: [] })).holds).toBe(false);
});

test("a line of a rule that was not asked is a mistake of the caller", () => {
  expect(() => renderJson({ ...SAMPLE, rules: [] })).toThrow(
    "the report has a line of the rule replicas-min, but not the rule",
  );
});

test("no secret is shown", () => expect(JSON.stringify(json)).not.toContain(SECRET));
