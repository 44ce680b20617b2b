import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunLog } from "./run-log.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "plumbline-log-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("RunLog", () => {
  it("is for its owner's eyes, without colours and empty lines", () => {
    const log = new RunLog(dir, "up", "local");
    log.write("\u001B[31mred\u001B[39m\n\nnext");
    const file = log.file ?? "none";
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).toMatch(/^plumbline up local, .*\n +\d+\.\d red\n +\d+\.\d next\n$/);
  });

  it("keeps the last twenty runs, and nothing of another kind", () => {
    writeFileSync(join(dir, "notes.txt"), "mine");
    for (let i = 0; i < 25; i++) new RunLog(dir, "up", `e${i}`, new Date(Date.UTC(2026, 0, 1, 0, 0, i)));
    const names = readdirSync(dir).toSorted();
    expect(names).toHaveLength(21);
    expect(names[0]).toContain("e5");
    expect(names).toContain("notes.txt");
  });

  it.each([
    ["a file where the folder should be", (place: string) => writeFileSync(place, "")],
    ["a link that leads nowhere", (place: string) => symlinkSync("/nonexistent/target", place)],
  ])("does not stop a run when it cannot begin: %s", (_, block) => {
    const place = join(dir, "logs");
    block(place);
    const log = new RunLog(place, "up", "local");
    expect(log.file).toBeUndefined();
    expect(() => log.write("still here")).not.toThrow();
  });

  it("does not stop a run when it cannot write", () => {
    const log = new RunLog(dir, "up", "local");
    rmSync(dir, { recursive: true });
    expect(() => log.write("still here")).not.toThrow();
  });
});
