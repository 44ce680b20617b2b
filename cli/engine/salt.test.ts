import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { forgetSalt, saltOf } from "./salt.ts";

let dir: string;
let file: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "plumbline-salt-"));
  mkdirSync(join(dir, "stacks"));
  file = join(dir, "stacks/Pulumi.local.yaml");
});
afterEach(() => rmSync(dir, { recursive: true }));

describe("forgetSalt", () => {
  it("removes a file that holds nothing else", async () => {
    writeFileSync(file, "encryptionsalt: v1:abc=:v1:def\n");
    await forgetSalt(dir, "local");
    expect(existsSync(file)).toBe(false);
  });

  it("leaves a person's own settings alone", async () => {
    writeFileSync(file, "encryptionsalt: v1:abc\nconfig:\n  plumbline:x: 1\n");
    await forgetSalt(dir, "local");
    expect(readFileSync(file, "utf8")).toBe("config:\n  plumbline:x: 1\n");
  });

  it("writes the settings that stay whole: one who reads at the same time has the old file or the new", async () => {
    writeFileSync(file, "encryptionsalt: v1:abc\nconfig:\n  plumbline:x: 1\n", { mode: 0o640 });
    const reader = openSync(file, "r");
    await forgetSalt(dir, "local");
    expect(readFileSync(reader, "utf8")).toBe("encryptionsalt: v1:abc\nconfig:\n  plumbline:x: 1\n");
    closeSync(reader);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(join(dir, "stacks"))).toEqual(["Pulumi.local.yaml"]);
  });

  it("keeps the salt of the state, and removes any other", async () => {
    const state = join(dir, "local.json");
    writeFileSync(
      state,
      JSON.stringify({ checkpoint: { latest: { secrets_providers: { state: { salt: "v1:abc=" } } } } }),
    );
    writeFileSync(file, "encryptionsalt: v1:abc=\n");
    await forgetSalt(dir, "local", await saltOf(state));
    expect(readFileSync(file, "utf8")).toBe("encryptionsalt: v1:abc=\n");
    writeFileSync(file, "encryptionsalt: v1:abc=def\n");
    await forgetSalt(dir, "local", await saltOf(state));
    expect(existsSync(file)).toBe(false);
  });

  it("does nothing where there is none", async () => {
    await forgetSalt(dir, "local");
    expect(existsSync(file)).toBe(false);
  });
});
