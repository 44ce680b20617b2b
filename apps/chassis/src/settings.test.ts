import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Settings, type SettingsError } from "./settings.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "settings-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

function problemsOf(settings: Settings): readonly string[] {
  try {
    settings.refuseProblems();
  } catch (error) {
    return (error as SettingsError).problems;
  }
  return [];
}

describe("settings", () => {
  it("reads what is right", () => {
    const settings = new Settings({ HOST: " db ", PORT: "5432", BROKERS: "a:9092, b:9093" });
    expect(settings.text("HOST")).toBe("db");
    expect(settings.port("PORT")).toBe(5432);
    expect(settings.port("ADMIN_PORT", 9090)).toBe(9090);
    expect(settings.brokers("BROKERS")).toEqual(["a:9092", "b:9093"]);
    expect(settings.optionalFile("CA_FILE")).toBeUndefined();
    expect(() => settings.refuseProblems()).not.toThrow();
  });

  it("names every variable that is wrong, what was given and what is allowed", () => {
    const settings = new Settings({ PORT: "70000", POOL: "-1", BROKERS: "kafka", LEVEL: "loud" });
    settings.text("HOST");
    settings.port("PORT");
    settings.integer("POOL", { min: 1, max: 100, fallback: 10 });
    settings.brokers("BROKERS");
    settings.oneOf("LEVEL", ["info", "debug"], "info");
    expect(problemsOf(settings)).toEqual([
      "HOST: nothing was given; allowed: some text",
      'PORT: "70000" was given; allowed: a whole number from 1 to 65535',
      'POOL: "-1" was given; allowed: a whole number from 1 to 100',
      'BROKERS: "kafka" was given; allowed: brokers as host:port, separated by commas ("kafka-0:9092")',
      'LEVEL: "loud" was given; allowed: one of info, debug',
    ]);
  });

  it("reads a credential anew each time, without its line break", () => {
    const path = file("password", "first\n");
    const settings = new Settings({ PASSWORD_FILE: path });
    const credential = settings.credential("PASSWORD_FILE");
    expect(credential.read()).toBe("first");
    writeFileSync(path, "second");
    expect(credential.read()).toBe("second");
  });

  it("does not repeat a secret that was given in place of a path", () => {
    const settings = new Settings({ PASSWORD_FILE: "hunter2", EMPTY_FILE: file("empty", "\n"), CA_FILE: "/nowhere" });
    settings.credential("PASSWORD_FILE");
    settings.credential("EMPTY_FILE");
    settings.credential("MISSING_FILE");
    settings.optionalFile("CA_FILE");
    const problems = problemsOf(settings);
    expect(problems.map((problem) => problem.split(":")[0])).toEqual([
      "PASSWORD_FILE",
      "EMPTY_FILE",
      "MISSING_FILE",
      "CA_FILE",
    ]);
    expect(problems.join()).not.toContain("hunter2");
  });
});
