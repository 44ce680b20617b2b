import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Scratch } from "@plumbline-shop/testing/scratch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readScans } from "../../cli/scan/read.ts";
import { textFile } from "../../rehearsal/images/oci/entry.ts";
import { writeLayer, writeLayout } from "../../rehearsal/images/oci/layout.ts";
import { trivyDatabase, trivyProgram } from "./programs.ts";

/** Nothing is asked for over the network: what would be is not there. */
const OFFLINE = ["--skip-db-update", "--skip-java-db-update", "--skip-version-check", "--offline-scan", "--quiet"];
const CLI = join(import.meta.dirname, "..", "..", "cli", "main.ts");
const KNOWN = [
  {
    ID: "CVE-2026-1001",
    Title: "demo: a certificate is not looked at",
    Severity: "CRITICAL",
    Platform: "debian 12",
    Package: "demo-source",
    Advisory: { FixedVersion: "1.2.4-1" },
  },
  {
    ID: "CVE-2026-1002",
    Title: "demo-parser: takes long",
    Severity: "MEDIUM",
    Platform: "npm::GitHub Security Advisory Npm",
    Package: "demo-parser",
    Advisory: { VulnerableVersions: ["<2.1.0"], PatchedVersions: ["2.1.0"] },
  },
] as const;

const scratch = new Scratch();
const at = (...path: string[]) => join(scratch.directory, ...path);
let trivy: string;
let image: string;

beforeAll(async () => {
  trivy = await trivyProgram();
  await trivyDatabase(at("cache"), KNOWN);
  image = at("image");
  await writeImage(image, "1.2.3-1", "2.0.0");
});
afterAll(() => scratch.remove());

/** A folder with an image of Debian 12 that has a package of its own, and one of npm. */
async function writeImage(folder: string, debian: string, npm: string): Promise<void> {
  const path = `${folder}.tar`;
  const status = `Package: demo\nStatus: install ok installed\nSource: demo-source (${debian})\nVersion: ${debian}\nArchitecture: amd64\nMaintainer: nobody\nDescription: a demo\n\n`;
  const files = {
    "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n',
    "etc/debian_version": "12.5\n",
    "var/lib/dpkg/status": status,
    "app/node_modules/demo-parser/package.json": JSON.stringify({ name: "demo-parser", version: npm, license: "MIT" }),
  };
  const entries = Object.entries(files).map(([name, text]) => textFile(name, text));
  const layer = await writeLayer(entries, `${path}.layer`, undefined);
  const description = { reference: "shop/demo:1", about: "demo", layers: [] };
  await writeLayout(description, {
    path,
    layers: [layer],
    ingredients: [{ name: "demo", version: "1" }],
    architecture: "amd64",
  });
  mkdirSync(folder);
  execFileSync("tar", ["-xf", path, "-C", folder]);
}

function scan(kind: "image" | "fs", target: string, name: string): string {
  const words = [
    ...OFFLINE,
    "--cache-dir",
    at("cache"),
    "--format",
    "json",
    "--output",
    at(name),
    "--scanners",
    "vuln",
  ];
  execFileSync(trivy, [kind, ...words, ...(kind === "image" ? ["--input", target] : [target])], { stdio: "pipe" });
  return at(name);
}

const plumbline = (...words: string[]) => spawnSync(process.execPath, [CLI, "scan", ...words], { encoding: "utf8" });

test("Trivy finds what its database knows in an image, and the reader reads what it writes", () => {
  const report = scan("image", image, "found.json");
  const [read] = readScans(readFileSync(report, "utf8"));
  expect(read?.findings).toEqual([
    {
      tool: "trivy",
      kind: "debian",
      component: "demo",
      version: "1.2.3-1",
      id: "CVE-2026-1001",
      severity: "critical",
      fixedIn: ["1.2.4-1"],
      where: expect.stringContaining("debian 12"),
      title: "demo: a certificate is not looked at",
    },
    expect.objectContaining({
      kind: "node-pkg",
      where: `${image}/app/node_modules/demo-parser/package.json`,
      component: "demo-parser",
      id: "CVE-2026-1002",
      severity: "medium",
      fixedIn: ["2.1.0"],
    }),
  ]);
  expect(Date.now() - (read?.at?.getTime() ?? 0)).toBeLessThan(600_000);
});

test("a pipeline stops at it, passes with an exemption, and stops when that has ended", () => {
  const report = scan("image", image, "found.json");
  expect(plumbline(report).status).toBe(1);
  const grant = {
    rule: "CVE-2026-1001",
    resource: "debian */demo",
    owner: "checkout",
    reason: "the program is never started",
    ticket: "SHOP-1",
    approver: "security",
  };
  const exempted = (expires: Date) => {
    writeFileSync(at("grants.json"), JSON.stringify([{ ...grant, expires: expires.toISOString().slice(0, 10) }]));
    return plumbline(report, "--exemptions", at("grants.json"));
  };
  expect(exempted(new Date(Date.now() + 86_400_000 * 30))).toMatchObject({ status: 0, stderr: "" });
  const ended = exempted(new Date(Date.now() - 86_400_000 * 2));
  expect(ended.status).toBe(1);
  expect(ended.stdout).toContain("Exemptions that have ended");
});

test("what was mended is found no more", async () => {
  await writeImage(at("mended"), "1.2.4-1", "2.1.0");
  const [read] = readScans(readFileSync(scan("image", at("mended"), "mended.json"), "utf8"));
  expect(read?.findings).toEqual([]);
  expect(plumbline(at("mended.json"))).toMatchObject({ status: 0 });
});

test("a lock of npm's packages is scanned as files are", () => {
  mkdirSync(at("web"));
  const packages = { "": { name: "web" }, "node_modules/demo-parser": { version: "2.0.9", license: "MIT" } };
  const lock = { name: "web", version: "1.0.0", lockfileVersion: 3, packages };
  writeFileSync(at("web", "package-lock.json"), JSON.stringify(lock));
  const [read] = readScans(readFileSync(scan("fs", at("web"), "files.json"), "utf8"));
  expect(read?.findings).toMatchObject([{ kind: "npm", component: "demo-parser", where: "package-lock.json" }]);
});

test("a scan without a database is no scan: Trivy fails, and what it leaves is no report", () => {
  const words = [
    ...OFFLINE,
    "--cache-dir",
    at("empty"),
    "--format",
    "json",
    "--output",
    at("none.json"),
    "--scanners",
    "vuln",
  ];
  const failed = spawnSync(trivy, ["image", ...words, "--input", image], { encoding: "utf8" });
  expect(failed.status).not.toBe(0);
  expect(plumbline(at("none.json")).status).toBe(2);
});

test("a bill of materials of an image needs no database; kept, it is scanned months later", () => {
  const bill = at("bill.json");
  const words = [
    "--cache-dir",
    at("no-database"),
    "--skip-version-check",
    "--quiet",
    "--format",
    "cyclonedx",
    "--output",
    bill,
  ];
  execFileSync(trivy, ["image", ...words, "--input", image], { stdio: "pipe" });
  const { bomFormat, specVersion, components } = JSON.parse(readFileSync(bill, "utf8"));
  expect([bomFormat, specVersion]).toEqual(["CycloneDX", expect.stringMatching(/^1\.[5-9]$/)]);
  const purls = components.flatMap(({ purl }: { purl?: string }) => purl ?? []);
  expect(purls).toEqual(
    expect.arrayContaining([expect.stringMatching(/^pkg:deb\/debian\/demo@1\.2\.3-1/), "pkg:npm/demo-parser@2.0.0"]),
  );
  const later = [...OFFLINE, "--cache-dir", at("cache"), "--format", "json", "--output", at("later.json")];
  execFileSync(trivy, ["sbom", ...later, bill], { stdio: "pipe" });
  const ids = readScans(readFileSync(at("later.json"), "utf8")).flatMap(({ findings }) => findings.map(({ id }) => id));
  expect(ids.sort()).toEqual(["CVE-2026-1001", "CVE-2026-1002"]);
});
