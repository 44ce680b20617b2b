import { afterEach, expect, test } from "vitest";
import { UnreadableScan } from "./finding.ts";
import { readSonarQube } from "./sonarqube.ts";
import { type Project, type SonarQubeStandIn, sonarQube } from "./testing/sonarqube.ts";

const TOKEN = "sqp_0123456789abcdef0123456789abcdef01234567";
const CONDITIONS = [
  { status: "OK", metricKey: "new_coverage", comparator: "LT", errorThreshold: "80", actualValue: "92.1" },
  { status: "ERROR", metricKey: "new_security_rating", comparator: "GT", errorThreshold: "1", actualValue: "4" },
];
const ISSUE = { rule: "typescript:S2068", component: "shop:src/db.ts", line: 12, message: "Review this credential." };

let server: SonarQubeStandIn;
afterEach(() => server.close());
const ask = async (project: Project, token = TOKEN, path = "") => {
  server = await sonarQube(TOKEN, { shop: project });
  return readSonarQube({ url: new URL(server.url.href + path), token }, "shop");
};

test("a gate that fails is critical, each condition that is not met by itself, and issues are beside it", async () => {
  const impacts = [{ softwareQuality: "SECURITY", severity: "HIGH" }];
  const issues = [
    { ...ISSUE, severity: "BLOCKER" },
    { ...ISSUE, line: 13, severity: "BLOCKER", impacts },
  ];
  const scan = await ask({ gate: "ERROR", conditions: CONDITIONS, issues, analysed: "2026-10-01T09:00:00+0200" });
  expect(scan).toMatchObject({ tool: "sonarqube", subject: "shop", at: new Date("2026-10-01T07:00:00Z") });
  expect(scan.findings).toEqual([
    expect.objectContaining({
      kind: "gate",
      id: "quality-gate",
      component: "new_security_rating",
      severity: "critical",
      title: "new_security_rating is 4; the gate fails above 1",
    }),
    expect.objectContaining({ kind: "code", component: "src/db.ts", line: 12, severity: "critical", where: "shop" }),
    expect.objectContaining({ line: 13, severity: "high" }),
  ]);
});

test("a gate that is met has no finding, one that fails without a condition has one", async () => {
  expect((await ask({ gate: "OK", conditions: CONDITIONS.slice(0, 1) })).findings).toEqual([]);
  server.close();
  expect((await ask({ gate: "ERROR" })).findings).toMatchObject([{ severity: "critical", title: "the gate is ERROR" }]);
});

test("all pages of issues are read, and of more than are listed none", async () => {
  const many = (length: number) =>
    Array.from({ length }, (_, line) => ({ ...ISSUE, line: line + 1, severity: "MINOR" }));
  expect((await ask({ gate: "OK", issues: many(1_203) })).findings).toHaveLength(1_203);
  expect(server.asked.filter((path) => path.startsWith("/api/issues"))).toHaveLength(3);
  server.close();
  await expect(ask({ gate: "OK", issues: many(10_001) })).rejects.toThrow(/10001 issues of shop, and lists 10000/);
});

test.each<[string, Parameters<typeof ask>, RegExp]>([
  ["a wrong token", [{ gate: "OK" }, "sqp_another"], /401: the token is not valid/],
  ["a project that was never analysed", [{ gate: "NONE" }], /never analysed/],
  ["an answer in another form", [{ gate: 7 as never }], /in another form: projectStatus.status/],
  ["a redirect, which would get the token", [{ gate: "OK" }, TOKEN, "moved"], /302/],
])("%s is no gate that is met, and no token is told", async (_, given, why) => {
  const failure = await ask(...given).catch((error: unknown) => error as Error);
  expect(failure).toBeInstanceOf(UnreadableScan);
  expect((failure as Error).message).toMatch(why);
  expect((failure as Error).message).not.toMatch(/sqp_/);
  expect(server.asked.some((path) => path.startsWith("/api/elsewhere"))).toBe(false);
});

test("nobody there is no gate that is met", async () => {
  await ask({ gate: "OK" });
  server.close();
  await expect(readSonarQube({ url: server.url, token: TOKEN }, "shop")).rejects.toThrow(/does not answer: ./);
});
