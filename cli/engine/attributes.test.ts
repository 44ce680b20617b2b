import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { clearTornAttributes } from "./attributes.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "plumbline-attributes-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

it("removes what was cut short of this stack's notes, and nothing else", async () => {
  const stacks = join(dir, ".pulumi", "stacks", "plumbline");
  mkdirSync(stacks, { recursive: true });
  const files = {
    "local.json": "",
    "local.json.attrs": "",
    "local.json.bak.attrs": '{"user.content_type":"applic',
    "local-real.json.attrs": "",
    "whole.json.attrs": "{}",
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(stacks, name), content);
  expect(await clearTornAttributes(dir, "plumbline", "local")).toBe(2);
  expect(readdirSync(stacks)).toEqual(["local-real.json.attrs", "local.json", "whole.json.attrs"]);
  expect(await clearTornAttributes(dir, "plumbline", "whole")).toBe(0);
});

it("finds nothing where there is no state yet", async () => {
  expect(await clearTornAttributes(dir, "plumbline", "local")).toBe(0);
});
