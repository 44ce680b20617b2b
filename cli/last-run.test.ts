import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hasEngine, isLaidOut, type LastRun, lastRun, rememberRun } from "./last-run.ts";

const RUN: LastRun = { at: "2026-01-01T00:00:00Z", result: "failed", outcome: "no room", milliseconds: 1, drift: 0 };

let cacheDir: string;
let engine: string;
beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), "plumbline-last-run-"));
  engine = join(cacheDir, "engine", "local");
  mkdirSync(join(engine, "state"), { recursive: true });
});
afterEach(() => rmSync(cacheDir, { recursive: true }));

describe("rememberRun", () => {
  it("is read back, and readable by its owner alone", async () => {
    await rememberRun(cacheDir, "local", RUN);
    expect(await lastRun(cacheDir, "local")).toEqual(RUN);
    expect(statSync(join(engine, "last-run.json")).mode & 0o777).toBe(0o600);
  });

  it("leaves nothing of a run whose engine is gone", async () => {
    await rememberRun(cacheDir, "other", RUN);
    expect(readdirSync(join(cacheDir, "engine"))).toEqual(["local"]);
  });

  it("neither throws nor leaves a draft where it cannot write", async () => {
    mkdirSync(join(engine, "last-run.json"));
    await rememberRun(cacheDir, "local", RUN);
    expect(readdirSync(engine).toSorted()).toEqual(["last-run.json", "state"]);
    expect(await lastRun(cacheDir, "local")).toBeUndefined();
  });
});

it("knows of a state whose tools are gone", () => {
  mkdirSync(join(engine, "bin"));
  symlinkSync("/nonexistent/pulumi", join(engine, "bin", "pulumi"));
  expect([hasEngine(cacheDir, "local"), isLaidOut(cacheDir, "local")]).toEqual([true, false]);
  rmSync(join(engine, "bin", "pulumi"));
  writeFileSync(join(engine, "bin", "pulumi"), "");
  expect([hasEngine(cacheDir, "local"), isLaidOut(cacheDir, "local")]).toEqual([true, true]);
  expect([hasEngine(cacheDir, "other"), isLaidOut(cacheDir, "other")]).toEqual([false, false]);
});
