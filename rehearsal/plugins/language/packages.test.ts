import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { programDependencies } from "./dependencies.ts";
import { installCommand } from "./install.ts";
import { requiredPackages } from "./packages.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "packages-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function json(path: string, content: unknown) {
  const folder = join(root, path, "..");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(root, path), JSON.stringify(content));
}

const installed = (path: string, manifest: object) => json(`${path}/package.json`, manifest);

describe("requiredPackages", () => {
  const found = (directory: string) =>
    requiredPackages(join(root, directory))
      .map(({ name, version }) => `${name} ${version}`)
      .sort();

  it("finds the plugins that installed packages name, however deep", () => {
    installed("node_modules/@pulumi/aws", { name: "@pulumi/aws", version: "7.1.0", pulumi: { resource: true } });
    installed("node_modules/@pulumi/eks", { name: "@pulumi/eks", version: "3.0.0", pulumi: { resource: true } });
    const nested = "node_modules/@pulumi/eks/node_modules/@pulumi/aws";
    installed(nested, { name: "@pulumi/aws", version: "6.0.0", pulumi: { resource: true } });
    installed("node_modules/zod", { name: "zod", version: "4.0.0" });
    mkdirSync(join(root, "stacks"));
    expect(found("stacks")).toEqual(["aws v6.0.0", "aws v7.1.0", "eks v3.0.0"]);
  });

  it("takes name, version, place and parameter of the plugin where the package gives them", () => {
    const parameterization = { name: "p", version: "1.0.0", value: "e30=" };
    const pulumi = {
      resource: true,
      name: "other",
      version: "v2.0.0",
      server: "https://example.com",
      parameterization,
    };
    installed("node_modules/@me/p", { name: "@me/p", version: "1.0.0", pulumi });
    const { resource: _, ...expected } = pulumi;
    expect(requiredPackages(root)).toEqual([expected]);
    installed("node_modules/@me/p", { name: "@me/p", version: "1.0.0", pulumi: { resource: true } });
    expect(found(".")).toEqual(["me/p v1.0.0"]);
  });

  it("is not led in circles by workspaces that link to each other", () => {
    installed("apps/a", { name: "a", version: "1.0.0", pulumi: { resource: true } });
    mkdirSync(join(root, "node_modules"));
    mkdirSync(join(root, "apps/a/node_modules"));
    symlinkSync(join(root, "apps/a"), join(root, "node_modules/a"));
    symlinkSync(join(root, "apps/a"), join(root, "apps/a/node_modules/a"));
    expect(found(".")).toEqual(["a v1.0.0"]);
  });

  it("finds nothing where nothing is installed, or a manifest is broken", () => {
    expect(found(".")).toEqual([]);
    mkdirSync(join(root, "node_modules/broken"), { recursive: true });
    writeFileSync(join(root, "node_modules/broken/package.json"), "{");
    expect(found(".")).toEqual([]);
  });
});

describe("programDependencies", () => {
  beforeEach(() => {
    json("package.json", { dependencies: { zod: "^4", gone: "1" }, devDependencies: { vitest: "5" } });
    installed("node_modules/zod", { name: "zod", version: "4.6.7" });
    installed("node_modules/vitest", { name: "vitest", version: "5.1.1" });
    mkdirSync(join(root, "stacks"));
  });

  it("tells what the manifest asks for, in the versions installed", () => {
    const expected = [
      { name: "zod", version: "4.6.7" },
      { name: "vitest", version: "5.1.1" },
    ];
    expect(programDependencies(join(root, "stacks"), false)).toEqual(expected);
    expect(programDependencies(join(root, "stacks"), true)).toEqual(expected);
  });

  it("tells what npm installed for those as well", () => {
    const packages = {
      "node_modules/zod": { version: "4.6.7" },
      "node_modules/a/node_modules/@b/c": { version: "1.0.0" },
    };
    json("node_modules/.package-lock.json", { packages });
    expect(programDependencies(join(root, "stacks"), true)).toEqual([
      { name: "zod", version: "4.6.7" },
      { name: "@b/c", version: "1.0.0" },
    ]);
  });
});

describe("installCommand", () => {
  it("runs npm where the manifest is, when nothing says otherwise", () => {
    json("package.json", {});
    mkdirSync(join(root, "stacks"));
    expect(installCommand(join(root, "stacks"), undefined)).toMatchObject({ file: "npm", cwd: root });
  });

  it("runs the package manager whose lock file is there, or the one asked for", () => {
    json("package.json", {});
    json("pnpm-lock.yaml", {});
    expect(installCommand(root, undefined).file).toBe("pnpm");
    expect(installCommand(root, "yarn").file).toBe("yarn");
  });

  it("refuses a package manager that it does not know", () => {
    expect(() => installCommand(root, "pip")).toThrow(
      'runtime.options.packagemanager is "pip"; it can be one of npm, pnpm, yarn, bun',
    );
  });
});
