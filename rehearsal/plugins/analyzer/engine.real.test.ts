import { spawn } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OUR_PLUGINS } from "../index.ts";
import { makeSandbox, type Sandbox } from "../testing/sandbox.ts";

// An engine that has no language launcher among its plugins, but is told of one that runs already (as debuggers do it):
// it starts policy packs by the analyzer launcher.

const PREVIEW = ["preview", "--non-interactive", "--policy-pack", "pack"];
const launcher = OUR_PLUGINS.find(({ kind }) => kind === "language");

let box: Sandbox;
let host: ReturnType<typeof spawn>;

beforeAll(async () => {
  box = await makeSandbox({
    "program/index.ts": 'export const answer: string = "42";\n',
    "pack/PulumiPolicy.yaml":
      "name: rules\nversion: 0.1.0\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
    "pack/package.json": '{ "name": "rules", "version": "0.1.0", "type": "module", "main": "pack.js" }\n',
    "pack/pack.js": 'import "./index.ts";\n',
    "pack/index.ts": `
      import { PolicyPack } from "@pulumi/policy";
      import * as pulumi from "@pulumi/pulumi";
      const seen: string = [pulumi.getProject(), pulumi.getStack(), new pulumi.Config("sandbox").get("region")].join(" ");
      new PolicyPack("rules", {
        policies: [{ name: "stack-seen", description: "A look.", enforcementLevel: "advisory",
          validateStack: (_, report) => report("seen " + seen) }],
      });`,
  });
  const plugins = join(box.dir, ".home/plugins");
  for (const folder of readdirSync(plugins))
    if (folder.startsWith("language-")) rmSync(join(plugins, folder), { recursive: true });
  await box.pulumi(["config", "set", "region", "north"]);
  host = spawn(process.execPath, [launcher?.main ?? ""], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise<string>((resolve) =>
    host.stdout?.once("data", (line: Buffer) => resolve(String(line).trim())),
  );
  process.env.PULUMI_DEBUG_LANGUAGES = `nodejs:${port}`;
});

afterAll(() => {
  delete process.env.PULUMI_DEBUG_LANGUAGES;
  host.kill();
  box.remove();
});

describe("the analyzer launcher", () => {
  it("loads a pack, which knows the stack's settings", async () => {
    const { code, output } = await box.pulumi(PREVIEW);
    expect(output).toMatch(/seen sandbox test north/);
    expect(code).toBe(0);
    expect(box.processes()).toEqual([]);
  });

  it("loads it by Pulumi's own runner, where it does not say typescript: false", async () => {
    box.write({ "pack/PulumiPolicy.yaml": "name: rules\nversion: 0.1.0\nruntime: nodejs\n" });
    const { code, output } = await box.pulumi(PREVIEW);
    expect(output).toMatch(/seen sandbox test north/);
    expect(code).toBe(0);
  });
});
