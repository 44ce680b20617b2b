import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Scratch } from "@plumbline-shop/testing/scratch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readScans } from "../../cli/scan/read.ts";
import { missingPrograms } from "../../rehearsal/nodes/machine.ts";
import { findJava } from "../../rehearsal/toolchain/java.ts";
import { fetchJars } from "../../rehearsal/toolchain/maven.ts";

const VERSION = "12.1.3";
/** What its twelfth version asks for. */
const JAVA = 11;
const java = (await findJava(JAVA)) ?? "";
const [missing = java === "" ? `Java ${JAVA}` : undefined] = missingPrograms(["mvn"], process.env);
const FOLDER = join(import.meta.dirname, "dependency-check");
const CLI = join(import.meta.dirname, "..", "..", "cli", "main.ts");
/** How it opens its own database: by its own properties. */
const LOGIN = ["-user", "dcuser", "-password", "DC-Pass1337!"];
/** Whatever asks somebody over the network but Maven for jars. */
const OFF = [
  "ossindexAnalyzerEnabled",
  "centralAnalyzerEnabled",
  "retireJsAnalyzerEnabled",
  "hostedSuppressionsEnabled",
];
const ALSO_OFF = ["knownExploitedEnabled", "versionCheckEnabled", "autoUpdate"];

const scratch = new Scratch();
const at = (...path: string[]) => join(scratch.directory, ...path);

/** Scans the project with the plugin as a pipeline does, by a database that is there. */
function check(data: string, out: string) {
  const off = [...OFF, ...ALSO_OFF].map((property) => `-D${property}=false`);
  const goal = `org.owasp:dependency-check-maven:${VERSION}:check`;
  const words = [
    "-B",
    "-ntp",
    "-f",
    join(FOLDER, "scanned.xml"),
    goal,
    "-Dformats=JSON",
    `-DdataDirectory=${at(data)}`,
  ];
  const ran = spawnSync("mvn", [...words, `-Dodc.outputDirectory=${at(out)}`, ...off], { encoding: "utf8" });
  return { ran, report: at(out, "dependency-check-report.json") };
}

const plumbline = (report: string) => spawnSync(process.execPath, [CLI, "scan", report], { encoding: "utf8" });

describe.skipIf(missing)(`Dependency-Check${missing ? ` (skipped: there is no ${missing})` : ""}`, () => {
  beforeAll(async () => {
    await fetchJars(join(FOLDER, "pom.xml"), at("jars"), { say: () => {} });
    const classpath = readdirSync(at("jars")).map((jar) => at("jars", jar));
    for (const script of ["classpath:data/initialize.sql", join(FOLDER, "known.sql")]) {
      const words = ["-cp", classpath.join(":"), "org.h2.tools.RunScript", "-url", `jdbc:h2:file:${at("data", "odc")}`];
      const ran = spawnSync(java, [...words, ...LOGIN, "-script", script], { encoding: "utf8" });
      expect(ran).toMatchObject({ status: 0, stderr: "" });
    }
  });
  afterAll(() => scratch.remove());

  test("Dependency-Check finds what its database knows of a jar, and the reader reads what it writes", () => {
    const { ran, report } = check("data", "out");
    expect(ran.status, ran.stdout).toBe(0);
    expect(readScans(readFileSync(report, "utf8"))).toEqual([
      {
        tool: "dependency-check",
        subject: "scanned",
        at: expect.any(Date),
        findings: [
          {
            tool: "dependency-check",
            kind: "maven",
            component: "commons-io:commons-io",
            version: "2.15.1",
            id: "CVE-2026-1003",
            severity: "critical",
            fixedIn: ["2.16.0"],
            where: "commons-io-2.15.1.jar",
            title: "Reads beyond the end.",
          },
        ],
      },
    ]);
    expect(plumbline(report)).toMatchObject({ status: 1, stderr: "" });
  }, 240_000);

  test("without a database it fails, and there is no report that could be taken for one without findings", () => {
    const { ran, report } = check("none", "nothing");
    expect(ran.status).not.toBe(0);
    expect(ran.stdout).toContain("NoDataException");
    expect(existsSync(report) && plumbline(report).status === 0).toBe(false);
    expect(plumbline(report).status).toBe(2);
  }, 240_000);
});
