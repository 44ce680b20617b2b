import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ruleFiles } from "../testing/fixtures.ts";
import { RULES } from "./index.ts";

test("fixtures and rules belong together (each rule's beside it: policies/rules/<topic>/<id>.fixtures.yaml)", () => {
  expect([...ruleFiles(".fixtures.yaml").keys()].sort()).toEqual(RULES.map(({ id }) => id).sort());
});

test("each topic tests its own rules, so that one of them is tested in a moment", () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders) expect(readdirSync(join(import.meta.dirname, name))).toContain("rules.test.ts");
});
