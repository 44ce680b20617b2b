import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeSandbox, type Sandbox } from "../testing/sandbox.ts";

// The real engine starts programs through our launcher.

const PROGRAM = "program/index.ts";
const UP = ["up", "--yes", "--skip-preview", "--non-interactive"];
const PREVIEW = ["preview", "--non-interactive"];

let box: Sandbox;
beforeAll(async () => {
  box = await makeSandbox({ [PROGRAM]: "" });
});
afterAll(() => box.remove());

describe("a program in TypeScript", () => {
  it("runs as it stands: its own imports, the stack, its configuration, its arguments", async () => {
    box.write({
      "program/box.ts": `
        import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
        export interface BoxArgs { readonly size: number }
        export class Box extends ComponentResource {
          constructor(name: string, args: BoxArgs, opts?: ComponentResourceOptions) {
            super("test:index:Box", name, args, opts);
            this.registerOutputs(args);
          }
        }`,
      [PROGRAM]: `
        import * as pulumi from "@pulumi/pulumi";
        import { Box } from "./box.ts";
        const config = new pulumi.Config();
        new Box("one", { size: config.requireNumber("size") } satisfies ConstructorParameters<typeof Box>[1]);
        console.log("hello from", pulumi.getProject(), pulumi.getStack(), pulumi.runtime.isDryRun());
        console.error("careful");
        export const token: pulumi.Output<string> = config.requireSecret("token");
        export const size: number = config.requireNumber("size");`,
    });
    await box.pulumi(["config", "set", "size", "3"]);
    await box.pulumi(["config", "set", "--secret", "token", "s3cr3t"]);
    const preview = await box.pulumi(PREVIEW);
    expect(preview.output).toMatch(/hello from sandbox test true/);
    expect(preview.output).toMatch(/test:index:Box one create/);
    expect(preview.code).toBe(0);
    const up = await box.pulumi(UP);
    expect(up.output).toMatch(/hello from sandbox test false/);
    expect(up.output).toMatch(/careful/);
    expect(up.output).not.toMatch(/warning/i);
    expect(up.code).toBe(0);
    const { output } = await box.pulumi(["stack", "output", "--json"]);
    expect(JSON.parse(output)).toEqual({ size: 3, token: "[secret]" });
  });

  it("has its secrets nowhere in clear", async () => {
    const { output } = await box.pulumi(["stack", "export"]);
    expect(output).toMatch(/ciphertext/);
    expect(output).not.toMatch(/s3cr3t/);
  });

  it("changes nothing when it runs again", async () => {
    const { code, output } = await box.pulumi([...UP, "--expect-no-changes"]);
    expect(output).toMatch(/2 unchanged/);
    expect(code).toBe(0);
  });

  it("is known to pulumi about", async () => {
    const { output } = await box.pulumi(["about", "--json"]);
    const { runtime, plugins } = JSON.parse(output);
    expect(runtime).toMatchObject({ executable: process.execPath, language: "nodejs", version: process.version });
    expect(plugins.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(["aws", "random"]));
  });

  it("leaves nothing behind when it is destroyed", async () => {
    const { code } = await box.pulumi(["destroy", "--yes", "--skip-preview", "--non-interactive"]);
    expect(code).toBe(0);
    expect(JSON.parse((await box.pulumi(["stack", "export"])).output).deployment.resources).toBeUndefined();
    expect(box.processes()).toEqual([]);
  });
});

describe("a program that fails", () => {
  it("is told with file, line and message, once", async () => {
    box.write({
      [PROGRAM]: 'interface A { b: string }\nconst a: A = { b: "it" };\n\nthrow new Error("broken " + a.b);\n',
    });
    const { code, output } = await box.pulumi(PREVIEW);
    expect(code).not.toBe(0);
    expect(output).toMatch(/Error: broken it/);
    expect(output).toMatch(/program\/index\.ts:4:7/);
    expect(output).not.toMatch(/non-zero exit code/);
  });

  it("is told what is wrong with its syntax, and where", async () => {
    box.write({ [PROGRAM]: "const a: number = ;\n" });
    const { code, output } = await box.pulumi(PREVIEW);
    expect(code).not.toBe(0);
    expect(output).toMatch(/SyntaxError/);
    expect(output).toMatch(/program\/index\.ts/);
  });

  it("is told which module is missing", async () => {
    box.write({ [PROGRAM]: 'import "./gone.ts";\n' });
    const { code, output } = await box.pulumi(PREVIEW);
    expect(code).not.toBe(0);
    expect(output).toMatch(/Cannot find module .*gone\.ts/);
  });

  it("is told its own exit code when it says nothing", async () => {
    box.write({ [PROGRAM]: "process.exit(7);\n" });
    const { code, output } = await box.pulumi(PREVIEW);
    expect(code).not.toBe(0);
    expect(output).toMatch(/Program exited with non-zero exit code: 7/);
  });

  it("is told of a rejected promise that nobody awaited", async () => {
    box.write({ [PROGRAM]: 'void Promise.reject(new Error("left alone"));\n' });
    const { code, output } = await box.pulumi(PREVIEW);
    expect(code).not.toBe(0);
    expect(output).toMatch(/left alone/);
  });
});

describe("an update that is interrupted", () => {
  const WAITING = `
    import { RandomPet } from "@pulumi/random";
    const first = new RandomPet("first");
    export const later = first.id.apply(async (id) => {
      console.log("waiting with", id);
      if (process.env.SANDBOX_WAIT) await new Promise((resolve) => setTimeout(resolve, 60_000));
      return id;
    });`;

  it("ends at Ctrl-C, leaves no process, and can be taken up again", async () => {
    box.write({ [PROGRAM]: WAITING });
    const running = await startWaiting();
    running.process.kill("SIGINT");
    const { code, output } = await running.ended;
    expect(code).not.toBe(0);
    expect(output).toMatch(/cancel/i);
    expect(box.processes()).toEqual([]);
    const again = await box.pulumi(UP);
    expect(again.code).toBe(0);
    const { output: state } = await box.pulumi(["stack", "export"]);
    expect(state.match(/"urn": ".*RandomPet::first"/g)).toHaveLength(1);
  });

  it("leaves no process when the engine is killed", async () => {
    const running = await startWaiting();
    running.process.kill("SIGKILL");
    await running.ended;
    // The plugins look once a second whether the engine is still there.
    for (let i = 0; i < 100 && box.processes().length > 0; i++) await delay(100);
    expect(box.processes()).toEqual([]);
    await box.pulumi(["cancel", "--yes"]);
    expect((await box.pulumi(["destroy", "--yes", "--skip-preview", "--non-interactive"])).code).toBe(0);
  });

  async function startWaiting() {
    process.env.SANDBOX_WAIT = "1";
    const running = box.start(UP);
    delete process.env.SANDBOX_WAIT;
    await running.seen("waiting with");
    return running;
  }
});
