import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const dir = mkdtempSync(join(tmpdir(), "plumbline-mutation-"));
afterAll(() => rmSync(dir, { recursive: true }));

const put = (file: string, text: string) => {
  mkdirSync(dirname(join(dir, file)), { recursive: true });
  writeFileSync(join(dir, file), text);
};

/** In each line something to break, of which it is known what becomes. */
const CODE = `
export const negative = (n: number): boolean => n < 0;
export const count = (n: number): number => { let i = 0; while (i < n) i++; return i; };
export const unused = (): string => "never";
let kept: number | undefined;
export const remainder = (n: number): number => (kept ??= n % 2);
`;

const TESTS = `
import { expect, test } from "vitest";
import { count, negative, remainder } from "./code.ts";
test("negative", () => expect([negative(1), negative(-1)]).toEqual([false, true]));
test("count", () => expect(count(2)).toBe(2));
test("remainder", () => expect(remainder(3)).toBe(1));
`;

test("a mutant dies of the test that notices it, also where a result was kept, and lives if none does", async () => {
  put("package.json", JSON.stringify({ type: "module" }));
  put("policies/code.ts", CODE);
  put("policies/code.test.ts", TESTS);
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  cpSync(import.meta.dirname, join(dir, "test/mutation"), { recursive: true });

  const stryker = join(ROOT, "node_modules/@stryker-mutator/core/bin/stryker.js");
  const args = [stryker, "run", "test/mutation/stryker.config.mjs", "--concurrency", "1"];
  const said = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { cwd: dir }, (_, stdout, stderr) => resolve(stdout + stderr));
  });

  const report = JSON.parse(readFileSync(join(dir, "coverage/mutation.json"), "utf8"));
  const mutants: { replacement: string; status: string }[] = report.files["policies/code.ts"].mutants;
  const fates = Object.fromEntries(mutants.map(({ replacement, status }) => [replacement, status]));
  expect(fates, said).toMatchObject({
    "n >= 0": "Killed",
    "n <= 0": "Survived",
    "i--": "Timeout",
    '""': "NoCoverage",
    "() => undefined": "Ignored",
    // Only a process that has not kept the remainder yet sees it.
    "n * 2": "Killed",
  });
}, 120_000);
