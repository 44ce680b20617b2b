import { expect, test } from "vitest";
import { UnreadableScan } from "./finding.ts";
import { readScans } from "./read.ts";
import { DEPENDENCY_CHECK, SNYK, TRIVY } from "./testing/reports.ts";

const read = (report: unknown) => readScans(JSON.stringify(report));

test("a report of Trivy: packages, secrets and what fails of its checks, and nothing of the text around a secret", () => {
  const [scan] = read(TRIVY);
  expect(scan).toMatchObject({ tool: "trivy", subject: "shop/orders:1.4.0", at: new Date("2026-10-01T10:00:00.500Z") });
  expect(scan?.findings).toEqual([
    {
      tool: "trivy",
      kind: "debian",
      component: "libssl3",
      version: "3.0.11-1",
      id: "CVE-2026-0001",
      severity: "critical",
      fixedIn: ["3.0.13-1", "3.1.5-1"],
      where: "shop/orders:1.4.0 (debian 12.5)",
      title: "openssl: reads beyond the end",
    },
    expect.objectContaining({ id: "CVE-2026-0002", severity: "low", fixedIn: [], title: "Takes long." }),
    expect.objectContaining({ kind: "node-pkg", where: "shop/orders:1.4.0/app/node_modules/ws/package.json" }),
    expect.objectContaining({ kind: "secret", component: "app/config.js", line: 7, where: "shop/orders:1.4.0" }),
    expect.objectContaining({ kind: "misconfiguration", component: "Dockerfile", id: "DS002" }),
  ]);
  expect(scan?.findings[4]).not.toHaveProperty("line");
  expect(JSON.stringify(scan)).not.toContain("the-text-beside-the-secret");
});

test("a report of Trivy that has found nothing has no findings", () => {
  const { Results: _, ...empty } = TRIVY;
  expect(read(empty)).toEqual([expect.objectContaining({ findings: [] })]);
  expect(read({ ...empty, Results: null })).toEqual([expect.objectContaining({ findings: [] })]);
});

test("a report of Dependency-Check: what a jar is comes from its package, what mends it from the range that matched", () => {
  expect(read(DEPENDENCY_CHECK)).toEqual([
    {
      tool: "dependency-check",
      subject: "shop",
      at: new Date("2026-10-01T11:00:00.123Z"),
      findings: [
        {
          tool: "dependency-check",
          kind: "maven",
          component: "org.apache.logging.log4j:log4j-core",
          version: "2.14.1",
          id: "CVE-2021-44228",
          severity: "critical",
          fixedIn: ["2.15.0"],
          where: "log4j-core-2.14.1.jar",
          title: "Lookups reach other hosts.",
        },
      ],
    },
  ]);
});

test("a result of Snyk: a finding once, however many ways lead to it, by its CVE; of one project or of several", () => {
  const [scan] = read(SNYK);
  expect(scan?.findings).toEqual([
    expect.objectContaining({ tool: "snyk", kind: "npm", id: "CVE-2020-8203", where: "web/package-lock.json" }),
  ]);
  expect(read([SNYK, { ...SNYK, ok: true, projectName: "other", vulnerabilities: [] }])).toMatchObject([
    { subject: "shop-web", findings: [{}] },
    { subject: "other", findings: [] },
  ]);
});

test.each<[string, string, RegExp]>([
  ["nothing", "", /empty/],
  ["half a report", JSON.stringify(TRIVY).slice(0, 200), /no JSON/],
  ["another JSON", '{"findings":[]}', /none of: trivy/],
  ["a list of nothing", "[]", /none of: trivy/],
  ["null", "null", /none of: trivy/],
  [
    "another version of Trivy's",
    JSON.stringify({ ...TRIVY, SchemaVersion: 3 }),
    /Trivy in another form: SchemaVersion/,
  ],
  [
    "a failed test of Snyk",
    '{"ok":false,"error":"Authentication failed for 0f3c-token","path":"/work"}',
    /could not test \/work/,
  ],
  ["a test of Snyk without a result", '{"ok":true}', /could not test/],
  [
    "an analysis that failed",
    JSON.stringify({ ...DEPENDENCY_CHECK, scanInfo: { analysisExceptions: [{ exception: {} }] } }),
    /could not finish 1/,
  ],
])("%s is no report without findings", (_, text, why) => {
  expect(() => readScans(text)).toThrow(UnreadableScan);
  expect(() => readScans(text)).toThrow(why);
  expect(() => readScans(text)).not.toThrow("0f3c-token");
});
