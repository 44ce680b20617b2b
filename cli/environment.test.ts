import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readEnvironment } from "./environment.ts";
import { EXIT, Failure } from "./failure.ts";

const STACKS = join(import.meta.dirname, "../stacks");
const LOCAL = readFileSync(join(STACKS, "local.yaml"), "utf8");

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "plumbline-environment-"));
});
afterAll(() => rmSync(dir, { recursive: true }));

function refusalOf(name: string, text: string): Failure {
  writeFileSync(join(dir, `${name}.yaml`), text);
  try {
    readEnvironment(name, dir);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error(`${name}.yaml was not refused`);
}

it.each(["local", "local-real", "dev", "staging", "production"])("takes %s as it is", (name) => {
  copyFileSync(join(STACKS, `${name}.yaml`), join(dir, `${name}.yaml`));
  expect(readEnvironment(name, dir).name).toBe(name);
});

it("takes a rehearsal of another name whose context is called after it", () => {
  writeFileSync(join(dir, "mine.yaml"), LOCAL.replace("plumbline-local", "plumbline-mine"));
  expect(readEnvironment("mine", dir).cluster.context).toBe("plumbline-mine");
});

it("refuses a rehearsal that keeps the context of the file it was copied from", () => {
  const { exitCode, message } = refusalOf("copied", LOCAL);
  expect(exitCode).toBe(EXIT.usage);
  expect(message).toContain(join(dir, "copied.yaml"));
  expect(message).toMatch(/cluster\.context: "plumbline-local" was given; allowed: plumbline-copied/);
});

it.each([
  ["an instance type that is no label", "cluster.node.instanceType", "m7i.xlarge", "a b/c"],
  ["a zone too long for the name of a node", "zones", "local-c", `local-${"c".repeat(57)}`],
])("refuses %s before any tool is looked for", (_, field, from, to) => {
  const { exitCode, message } = refusalOf("local", LOCAL.replace(from, to));
  expect(exitCode).toBe(EXIT.usage);
  expect(message).toContain(join(dir, "local.yaml"));
  expect(message).toContain(`  ${field}`);
});

it("refuses a name that cannot be a cluster's", () => {
  const { exitCode, message } = refusalOf("My_Env", LOCAL.replace("plumbline-local", "plumbline-My_Env"));
  expect(exitCode).toBe(EXIT.usage);
  expect(message).toContain("My_Env");
});
