import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Scratch } from "@plumbline-shop/testing/scratch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SNYK, TRIVY } from "../scan/testing/reports.ts";
import { type SonarQubeStandIn, sonarQube } from "../scan/testing/sonarqube.ts";

const TOKEN = "sqp_0123456789abcdef0123456789abcdef01234567";
const MAIN = join(import.meta.dirname, "..", "main.ts");
const scratch = new Scratch();
const file = (name: string, content: unknown) => {
  const path = join(scratch.directory, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};
let server: SonarQubeStandIn;
beforeAll(async () => {
  server = await sonarQube(TOKEN, { shop: { gate: "ERROR" }, web: { gate: "OK" } });
});
afterAll(() => {
  server?.close();
  scratch.remove();
});

/** The command as people call it. */
async function scan(words: readonly string[], env: Readonly<Record<string, string>> = {}, input = "") {
  const child = spawn(process.execPath, [MAIN, "scan", ...words], { env: { PATH: process.env.PATH, ...env } });
  const text = { stdout: "", stderr: "" };
  for (const of of ["stdout", "stderr"] as const)
    child[of].setEncoding("utf8").on("data", (more) => (text[of] += more));
  child.stdin.end(input);
  const [code] = await once(child, "close");
  expect(text.stdout + text.stderr).not.toContain(TOKEN);
  return { code, ...text };
}

const fresh = { ...TRIVY, CreatedAt: new Date().toISOString() };

test("what stops is told, and the exit code is 1; a lower bar lets it pass", async () => {
  const trivy = file("trivy.json", fresh);
  const stopped = await scan([trivy, file("snyk.json", SNYK)]);
  expect(stopped).toMatchObject({ code: 1, stderr: "" });
  expect(stopped.stdout).toContain("CVE-2026-0001");
  expect(await scan([file("clean.json", { ...fresh, Results: [] })])).toMatchObject({ code: 0 });
  expect(await scan(["-", "--fail-on", "never"], {}, JSON.stringify(fresh))).toMatchObject({ code: 0 });
}, 60_000);

test("what cannot be read, is old or is not named is 2, and an earlier report stays as it is", async () => {
  const output = file("report.json", "the report of yesterday");
  const written = ["--format", "json", "--output", output];
  const clean = file("clean.json", { ...fresh, Results: [] });
  const wrong: [string[], RegExp][] = [
    [[clean, file("empty.json", "")], /^plumbline scan: \S+empty\.json: it is empty/],
    [[join(scratch.directory, "none.json")], /ENOENT/],
    [
      [file("old.json", { ...TRIVY, CreatedAt: "2020-01-01T00:00:00Z" })],
      /trivy of \S+ is of 2020-01-01\S+; allowed: scans of the last 1d/,
    ],
    [[], /nothing was named/],
    [[clean, "--project", "shop"], /belong together/],
    [[clean, "--exemptions", file("grants.yaml", "- rule: CVE-2026-1\n")], /grants\.yaml: exemptions\[0\]\.owner/],
  ];
  for (const [words, why] of wrong) {
    const { code, stderr, stdout } = await scan([...words, ...written]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(why);
  }
  expect(readFileSync(output, "utf8")).toBe("the report of yesterday");
  expect(await scan([clean, ...written])).toMatchObject({ code: 0, stdout: "" });
  expect(JSON.parse(readFileSync(output, "utf8"))).toMatchObject({ schema: 1, passed: true });
}, 60_000);

test("SonarQube is asked with a token of the environment or of a file, which is told nowhere", async () => {
  const at = ["--sonarqube", server.url.href];
  const failed = await scan([...at, "--project", "web", "--project", "shop"], { SONAR_TOKEN: TOKEN });
  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain("quality-gate in status of shop (sonarqube)");
  const byFile = [...at, "--project", "web", "--sonarqube-token-file", file("token", `${TOKEN}\n`)];
  expect(await scan(byFile)).toMatchObject({ code: 0 });
  expect(await scan([...at, "--project", "web"])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/SONAR_TOKEN holds nothing/),
  });
  expect(
    await scan(["--sonarqube", "http://sonar.example.com", "--project", "web"], { SONAR_TOKEN: TOKEN }),
  ).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/https:\/\/ address/),
  });
}, 60_000);
